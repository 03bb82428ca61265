// A CONNECT proxy: names of our own go to our own listener, everything else passes on. Nothing is decrypted.
#pragma once

#include <chrono>
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
  std::string address;  // `to`: where to connect, "127.0.0.1:8443" or "unix:/path"
  std::string reason;   // `refuse`: the text of the 403 answer
};

struct ProxySettings {
  std::string address;  // "127.0.0.1:8888"
  // Given host in lower case (an IPv6 address without brackets) and port of each CONNECT. Runs on the proxy's
  // thread: must not block.
  std::function<ProxyVerdict(std::string_view host, int port)> decide;
  // An earlier HTTP proxy for what passes, as HTTPS_PROXY names it: "host:port",
  // "http://user:password@host:port".
  std::optional<std::string> upstream;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds idle_timeout{
      3'600'000};  // of a tunnel: watches and log streams are quiet for long
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
