// A whole connection over a socket pair, on this thread: does a client get one answer to each request, in
// order, however its bytes are cut, and does every connection end? Input: a byte that says how the bytes are
// cut (from 128 on the listener speaks TLS), then the bytes. What the handler does stands in the path: /work,
// /later, /throw, /odd, /big.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "crypto/certificate.h"
#include "fuzz.h"
#include "http/connection.h"

namespace {

using namespace openirsa;
using fuzz::require;
using http::Outcome;
using http::Reply;
using http::Request;
using http::RequestParser;
using http::Response;

constexpr std::size_t header_bytes = 512;
constexpr std::size_t body_bytes = 64;
const std::string big(400'000, 'b');

Response answer_to(const Request& request) {
  if (request.path == "/big") return {200, {}, big};
  if (request.path == "/odd") return {200, {{"X-Odd", "a\r\nb"}}, ""};
  return {200, {{"Content-Type", "text/plain"}}, request.method + ' ' + request.target + '\n' + request.body};
}

class Echo final : public http::Handler {
 public:
  Outcome handle(const Request& request) override {
    if (request.path == "/throw") throw std::runtime_error("a defect");
    if (request.path == "/work") return http::Work([&request]() -> Reply { return answer_to(request); });
    if (request.path != "/later") return answer_to(request);
    return http::Later{
        [&request](auto resume) { resume([&request]() -> Reply { return answer_to(request); }); }};
  }
};

std::shared_ptr<const http::TlsContext> make_tls() {
  const Time now = SystemClock().now();
  const auto authority = crypto::make_authority("fuzz", {{"localhost"}, {}}, now, std::chrono::days{30});
  const auto leaf = crypto::make_leaf(authority, {{"localhost"}, {}}, now, std::chrono::days{9});
  const auto identity = http::LoadedIdentity::load({leaf.chain_pem, leaf.key.to_pem()});
  return *http::TlsContext::make([identity = *identity](std::string_view) { return identity; });
}

struct World {
  Echo echo;
  http::Loop loop{std::chrono::hours{1}};
  http::WorkerPool workers{1};
  std::shared_ptr<http::Census> census = std::make_shared<http::Census>(100, 100);
  std::shared_ptr<const http::Door> plain = door(nullptr);
  std::shared_ptr<const http::Door> tls = door(make_tls());

  std::shared_ptr<const http::Door> door(std::shared_ptr<const http::TlsContext> context) {
    http::Limits limits;
    limits.header_bytes = header_bytes;
    limits.body_bytes = body_bytes;
    return std::make_shared<const http::Door>(http::Door{limits, {}, &echo, std::move(context), {}, false});
  }
};
World& world() {
  static World made;
  return made;
}

struct Answer {
  int status;
  std::string body;
  bool operator==(const Answer&) const = default;
};

// What a client that knows our parser expects.
std::vector<Answer> expected_of(std::string_view bytes) {
  std::vector<Answer> answers;
  RequestParser parser({header_bytes, body_bytes});
  while (!bytes.empty()) {
    bytes.remove_prefix(parser.feed(bytes));
    if (parser.state() == RequestParser::State::failed) {
      const bool head = parser.request().method == "HEAD";
      answers.push_back({parser.fault().status, head ? "" : std::string(parser.fault().reason) + '\n'});
      break;
    }
    if (parser.state() != RequestParser::State::complete) break;
    const Request& request = parser.request();
    const bool head = request.method == "HEAD";
    const bool defect = request.path == "/throw" || request.path == "/odd";
    if (defect) {
      answers.push_back({500, head ? "" : "the server has a defect\n"});
      break;
    }
    answers.push_back({200, head ? "" : answer_to(request).body});
    if (!parser.keep_alive()) break;
    parser.reset();
  }
  return answers;
}

// RFC 9112 §6, for what we write. `heads`: whether each request was HEAD, in order.
std::vector<Answer> read_answers(std::string_view bytes, const std::vector<Answer>& expected) {
  std::vector<Answer> answers;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find("\r\n\r\n");
    require(end != bytes.npos && bytes.starts_with("HTTP/1.1 "), "an answer has a head");
    const std::string_view head = bytes.substr(0, end + 2);
    bytes.remove_prefix(end + 4);
    const int status = static_cast<int>(parse_integer(head.substr(9, 3)).value_or(0));
    if (status == 100) continue;
    const std::size_t field = head.find("Content-Length: ");
    require(field != head.npos, "and a length");
    const std::string_view digits = head.substr(field + 16, head.find('\r', field) - field - 16);
    auto length = static_cast<std::size_t>(parse_integer(digits).value_or(-1));
    // Whether a body follows depends on the request's method alone, which the client knows.
    const std::size_t index = answers.size();
    if (index < expected.size() && expected[index].body.empty()) length = 0;
    require(length <= bytes.size(), "that is kept");
    answers.push_back({status, std::string(bytes.substr(0, length))});
    bytes.remove_prefix(length);
  }
  return answers;
}

class Client {
 public:
  explicit Client(const std::shared_ptr<const http::Door>& door) {
    int ends[2];
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0, "a socket pair");
    end_ = ends[0];
    http::StreamSocket socket(world().loop.context());
    socket.assign(http::asio::generic::stream_protocol(AF_UNIX, 0), ends[1]);
    auto place = http::Census::enter(world().census, std::nullopt, http::Census::Rule::exempt);
    auto connection = std::make_shared<http::Connection>(world().loop, world().workers, door,
                                                         std::move(socket), http::Peer{}, *std::move(place));
    world().loop.add(connection);
    connection->start();
  }
  ~Client() { ::close(end_); }

  void send(std::string_view bytes) {
    while (!bytes.empty() && !ended_) {
      const ssize_t sent = ::send(end_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN) return;
      turn();
    }
  }

  // Until the server has closed. A worker may take a moment; a connection that stays open is a defect.
  std::string finish() {
    ::shutdown(end_, SHUT_WR);
    for (int turns = 0; !ended_ && turns < 20'000; ++turns) turn();
    require(ended_, "every connection ends");
    // After its last answer the server waits for us to end too.
    for (int turns = 0; world().census->open() != 0 && turns < 20'000; ++turns) turn();
    return std::move(received_);
  }

 private:
  void turn() {
    if (world().loop.context().poll() == 0) world().loop.context().run_one_for(std::chrono::milliseconds{1});
    std::vector<char> buffer(65536);
    for (;;) {
      const ssize_t count = ::recv(end_, buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) {
        ended_ = true;
        return;
      }
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

  int end_ = -1;
  bool ended_ = false;
  std::string received_;
};

std::string talk(std::string_view bytes, std::size_t piece, const std::shared_ptr<const http::Door>& door) {
  Client client(door);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    client.send(bytes.substr(0, piece));
  return client.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text_of(data, size).substr(1);
  const std::size_t cut = data[0] % 128;
  const std::size_t piece = cut == 0 ? std::max<std::size_t>(bytes.size(), 1) : cut;
  if (data[0] >= 128) {
    const std::string received = talk(bytes, piece, world().tls);
    require(received.empty() || received[0] == '\x15' || received[0] == '\x16' ||
                received.starts_with("HTTP/1.1 400 "),
            "an alert, a handshake or a hint");
  } else {
    const auto expected = expected_of(bytes);
    require(read_answers(talk(bytes, piece, world().plain), expected) == expected,
            "one answer to each request, in order");
  }
  require(world().census->open() == 0, "every connection gives its place back");
  return 0;
}
