// The HTTP/1.1 engine: listeners (TCP or unix socket, with or without TLS), keep-alive, input limits,
// graceful shutdown. One I/O thread runs each connection from bytes to answer; blocking work goes to a worker
// pool.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/tls.h"

namespace openirsa::http {

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::chrono::milliseconds header_timeout{
      10'000};  // from the first byte of a request to the end of its header
  std::chrono::milliseconds body_timeout{30'000};  // also: how long a client may take nothing of our answer
  std::chrono::milliseconds idle_timeout{60'000};  // between requests of one connection
  std::size_t connections = 10'000;                // never refuses an admin socket
  std::size_t connections_per_address = 1'000;     // an IPv6 /64 is one address; trusted proxies are exempt
};

struct ServerError {
  std::string message;
};

struct Listener {
  std::string name;                       // "api": for logs and metrics
  std::string address;                    // "127.0.0.1:8443", "[::1]:8443" or "unix:/path"
  std::shared_ptr<const TlsContext> tls;  // none: plain
  Handler* handler = nullptr;             // REQUIRES: outlives the server
  bool admin = false;  // unix socket: mode 0600, peer credentials checked (own uid or root)
  // Whose X-Forwarded-For and -Proto are believed: addresses, networks ("10.0.0.0/8"), or "unix" for whoever
  // connects to this unix socket.
  std::vector<std::string> trusted_proxies;
};

struct Counters {
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t requests = 0;
  std::uint64_t bad_requests = 0;  // refused by the engine itself
};

// Answers that the engine makes by itself (400, 408, 413, 414, 417, 431, 501, 505, 500) get their body from
// here, so that even those speak the service's protocol.
using EngineErrorBody = std::function<Response(int status, std::string_view reason)>;

class Server {
 public:
  struct Settings {
    Limits limits;
    std::size_t io_threads = 2;
    std::size_t workers = 4;
    EngineErrorBody error_body;  // optional
  };
  // Binds and serves at once. Port 0 takes a free one: see address_of.
  static Result<std::unique_ptr<Server>, ServerError> start(Settings settings,
                                                            std::vector<Listener> listeners);
  virtual ~Server() = default;

  // The bound address of the listener with that name, e.g. "127.0.0.1:40123".
  virtual std::string address_of(std::string_view name) const = 0;
  virtual Counters counters() const = 0;
  // Accepts nothing new, closes idle connections, finishes requests in flight (at most `grace`), joins all
  // threads. Work that already runs is waited for even beyond `grace`, though its client is cut off then.
  // Idempotent; the destructor stops with no grace. REQUIRES: not called by a handler.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace openirsa::http
