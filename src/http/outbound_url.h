// The URLs that the guarded fetcher takes: https, and so plain that no two readers can see two hosts in one.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/forwarded.h"

namespace openirsa::http {

struct OutboundUrl {
  std::string host;  // a DNS name in lower case, or a literal address without brackets
  std::uint16_t port = 443;
  std::string target;  // path and query, at least "/"

  // Refuses, in a few words: other schemes, user information, fragments, backslashes, bytes that a URL may
  // not hold (RFC 3986 §2), an empty or impossible port, and hosts that are neither a DNS name nor an address
  // in its usual form: those of digits, hex or octal numbers are read as addresses by some and as names by
  // others.
  static Result<OutboundUrl, std::string> parse(std::string_view text);
  // What a Location header means here (RFC 3986 §5.2), as strict as `parse`.
  Result<OutboundUrl, std::string> resolve(std::string_view location) const;

  std::optional<IpAddress> address() const { return IpAddress::parse(host); }
  std::string origin() const;  // "https://host:port", brackets and port always as they are connected to
  std::string text() const;    // the port left out when it is 443
};

}  // namespace openirsa::http
