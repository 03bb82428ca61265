// Who the client is behind proxies that we trust. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace openirsa::http {

// An IPv4 or IPv6 address in one form: IPv4 is kept as IPv4-mapped IPv6.
struct IpAddress {
  std::uint8_t bytes[16] = {};
  bool operator==(const IpAddress&) const = default;

  static std::optional<IpAddress> parse(std::string_view text);  // literal, without brackets, port or zone
  std::string text() const;                                      // "10.0.0.1", "2001:db8::1"
  bool is_v4() const;
};

struct IpNetwork {
  IpAddress address;
  int prefix = 128;  // of 128 bits

  static std::optional<IpNetwork> parse(std::string_view text);  // "10.0.0.0/8", "fd00::/8" or one address
  bool contains(const IpAddress& other) const;
};

class TrustedProxies {
 public:
  // Entries are addresses, networks ("10.0.0.0/8") or "unix" (whoever reaches our unix socket). Nothing when
  // one of them is none of these.
  static std::optional<TrustedProxies> parse(const std::vector<std::string>& entries);

  bool empty() const { return networks_.empty() && !unix_; }
  // `address` empty: a unix socket.
  bool trusts(std::string_view address) const;

  // The peer as the nearest trusted proxies report it. REQUIRES: trusts(request.peer's connection address).
  Peer resolve(const Request& request, const Peer& connection) const;

 private:
  std::vector<IpNetwork> networks_;
  bool unix_ = false;
};

}  // namespace openirsa::http
