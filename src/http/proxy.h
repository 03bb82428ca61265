// A CONNECT proxy: names of our own go to our own listener, everything else passes on. Nothing is decrypted.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/server.h"

namespace openirsa::http {

struct ProxyVerdict {
  enum class Kind { pass, to, refuse };
  Kind kind = Kind::pass;
  std::string address;  // `to`: where to connect, "127.0.0.1:8443"
  std::string reason;   // `refuse`: the text of the 403 answer
};

struct ProxySettings {
  std::string address;  // "127.0.0.1:8888"
  // Given host in lower case and port of each CONNECT.
  std::function<ProxyVerdict(std::string_view host, int port)> decide;
  std::optional<std::string> upstream;  // "host:port" of an earlier HTTP proxy for what passes
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};
  std::size_t connections = 1'000;
};

class Proxy {
 public:
  static Result<std::unique_ptr<Proxy>, ServerError> start(ProxySettings settings);
  virtual ~Proxy() = default;
  virtual std::string address() const = 0;
  virtual void stop() = 0;
};

}  // namespace openirsa::http
