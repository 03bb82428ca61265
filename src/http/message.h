// A request and a response as the rest of the house sees them: parsed once, targets kept raw.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace openirsa::http {

using Header = std::pair<std::string, std::string>;

struct Peer {
  std::string address;  // literal IP of the client (after trusted proxies), empty on a unix socket
  bool tls = false;
  bool admin = false;  // came over the admin socket from the server's own user or root
};

struct Request {
  std::string method;
  std::string target;           // as sent, e.g. "/clusters/a%2Fb?x=1"
  std::string path;             // raw part before '?'
  std::string query;            // raw part after '?', may be empty
  std::vector<Header> headers;  // in order, names as sent
  std::string body;
  Peer peer;

  // The first header of that name, in any letter case.
  const std::string* find_header(std::string_view name) const;
  std::size_t count_headers(std::string_view name) const;
  std::string_view host() const;  // Host header without port; empty when absent
};

struct Response {
  int status = 200;
  std::vector<Header> headers;  // Content-Length, Date and Connection are the engine's
  std::string body;
};

// What a handler gives back: the answer, work that may block and is run on the worker pool, or work that
// begins later, when something has come from outside; until then it holds no thread.
struct Later;
using Reply = std::variant<Response, Later>;
using Work = std::function<Reply()>;
struct Later {
  // Called at once; calls its argument exactly once, from any thread. It may come after the client has gone
  // and while the server stops, but not after the server is destroyed.
  std::function<void(std::function<void(Work)> resume)> begin;
};
using Outcome = std::variant<Response, Work, Later>;

class Handler {
 public:
  virtual ~Handler() = default;
  // Runs on an I/O thread: must not block. `request` stays valid until the response is made, also inside
  // Work. An exception is a defect: the engine answers 500 and lets the connection go.
  virtual Outcome handle(const Request& request) = 0;
};

}  // namespace openirsa::http
