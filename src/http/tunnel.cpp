#include "http/tunnel.h"

#include <sys/socket.h>

#include "base/text.h"
#include "http/connector.h"
#include "http/response_text.h"

namespace openirsa::http {
namespace {

constexpr std::size_t relay_bytes = 64 * 1024;
constexpr std::size_t head_bytes = 16 * 1024;
constexpr std::chrono::seconds linger_time{2};

// The status of "HTTP/1.x NNN …"; nothing when the head is something else.
std::optional<int> status_of(std::string_view head) {
  if (!head.starts_with("HTTP/1.") || head.size() < 12 || head[8] != ' ' || !is_digits(head.substr(9, 3))) {
    return std::nullopt;
  }
  return static_cast<int>(*parse_integer(head.substr(9, 3)));
}

}  // namespace

std::optional<Upstream> Upstream::parse(std::string_view text) {
  if (equal_ignoring_case(text.substr(0, 7), "http://")) text.remove_prefix(7);
  if (text.find("://") != std::string_view::npos) return std::nullopt;
  while (text.ends_with('/')) text.remove_suffix(1);
  Upstream upstream;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const auto credentials = percent_decode(text.substr(0, at));
    if (!credentials) return std::nullopt;
    upstream.authorization = "Proxy-Authorization: Basic " + to_base64(*credentials) + "\r\n";
    text.remove_prefix(at + 1);
  }
  auto address = HostPort::parse(text);
  if (!address) return std::nullopt;
  upstream.address = *std::move(address);
  return upstream;
}

Tunnel::Tunnel(asio::io_context& context, std::shared_ptr<const TunnelPlan> plan, NameLookup& names,
               StreamSocket client, Census::Place place)
    : context_(context),
      plan_(std::move(plan)),
      names_(names),
      client_(std::move(client)),
      server_(context),
      timer_(context),
      place_(std::move(place)),
      parser_({head_bytes, 0}, TargetForm::authority),
      up_{&client_, &server_, {}},
      down_{&server_, &client_, {}} {}

void Tunnel::start() {
  up_.buffer.resize(head_bytes);
  watch(plan_->settings.header_timeout);
  on_timer();
  read_request();
}

void Tunnel::close() {
  if (std::exchange(closed_, true)) return;
  ErrorCode ignored;
  client_.close(ignored);
  server_.close(ignored);
  timer_.cancel();
  place_.leave();
}

void Tunnel::watch(std::chrono::milliseconds timeout) {
  deadline_ = std::chrono::steady_clock::now() + timeout;
}

// One timer that looks again when the deadline has moved, rather than being set anew with every packet.
void Tunnel::on_timer() {
  if (closed_) return;
  if (std::chrono::steady_clock::now() >= deadline_) {
    if (step_ == Step::request) {
      refuse(408, "the request took too long");
    } else if (step_ == Step::connecting) {
      refuse(502, "the way to `" + target_.text() + "` took too long");
    } else {
      return close();
    }
  }
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](const ErrorCode&) { self->on_timer(); });
}

void Tunnel::read_request() {
  client_.async_read_some(asio::buffer(up_.buffer),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
                            if (self->closed_ || self->step_ != Step::request) return;
                            if (error) return self->close();
                            self->on_request_bytes({self->up_.buffer.data(), count});
                          });
}

void Tunnel::on_request_bytes(std::string_view bytes) {
  const std::size_t used = parser_.feed(bytes);
  switch (parser_.state()) {
    case RequestParser::State::complete:
      break;
    case RequestParser::State::failed:
      return refuse(parser_.fault().status, std::string(parser_.fault().reason));
    default:
      return read_request();
  }
  early_ = bytes.substr(used);
  const auto target = HostPort::parse(to_lower(parser_.request().target));
  if (!target) return refuse(400, "the target of CONNECT is not host:port");
  open(*target);
}

void Tunnel::open(const HostPort& target) {
  target_ = target;
  step_ = Step::connecting;
  watch(plan_->settings.connect_timeout);
  timer_.cancel();
  ProxyVerdict verdict;
  try {
    verdict = plan_->settings.decide(target.host, target.port);
  } catch (...) {
    return refuse(500, "the proxy has a defect");
  }
  if (verdict.kind == ProxyVerdict::Kind::refuse) return refuse(403, verdict.reason);
  if (verdict.kind == ProxyVerdict::Kind::to) {
    const auto endpoint = Endpoint::parse(verdict.address);
    if (!endpoint) return refuse(500, endpoint.error().message);
    return connect({*endpoint});
  }
  through_upstream_ = plan_->upstream.has_value();
  look_up_and_connect(through_upstream_ ? plan_->upstream->address : target);
}

void Tunnel::look_up_and_connect(const HostPort& address) {
  names_.find(address, [self = shared_from_this(), address](std::vector<Endpoint> endpoints,
                                                            const std::string& reason) {
    if (self->closed_ || self->step_ != Step::connecting) return;
    if (endpoints.empty()) return self->refuse(502, "`" + address.host + "` has no address: " + reason);
    self->connect(std::move(endpoints));
  });
}

void Tunnel::connect(std::vector<Endpoint> endpoints) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  Connector::connect(
      context_, std::move(endpoints), left,
      [self = shared_from_this()](std::optional<StreamSocket> socket, const std::string& reason) {
        if (self->closed_ || self->step_ != Step::connecting) return;
        if (!socket) return self->refuse(502, "cannot connect to " + reason);
        self->server_ = *std::move(socket);
        if (self->through_upstream_) return self->ask_upstream();
        self->establish();
      });
}

void Tunnel::ask_upstream() {
  const std::string target = target_.text();
  text_ =
      "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + plan_->upstream->authorization + "\r\n";
  asio::async_write(server_, asio::buffer(text_),
                    [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                      if (self->closed_ || self->step_ != Step::connecting) return;
                      if (error) return self->refuse(502, "the upstream proxy closed the connection");
                      self->down_.buffer.resize(relay_bytes);
                      self->read_upstream_answer();
                    });
}

void Tunnel::read_upstream_answer() {
  server_.async_read_some(asio::buffer(down_.buffer),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
                            if (self->closed_ || self->step_ != Step::connecting) return;
                            if (error) return self->refuse(502, "the upstream proxy closed the connection");
                            self->answer_.append(self->down_.buffer.data(), count);
                            self->on_upstream_answer();
                          });
}

void Tunnel::on_upstream_answer() {
  const auto end = answer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (answer_.size() > head_bytes) return refuse(502, "the upstream proxy's answer is too large");
    return read_upstream_answer();
  }
  const auto status = status_of(answer_);
  if (!status) return refuse(502, "the upstream proxy does not answer in HTTP/1.1");
  if (*status / 100 == 1) {
    answer_.erase(0, end + 4);
    return on_upstream_answer();
  }
  if (*status / 100 != 2) {
    const std::string line = answer_.substr(0, answer_.find("\r\n"));
    return refuse(502, "the upstream proxy refused `" + target_.text() + "`: " + line);
  }
  answer_.erase(0, end + 4);  // RFC 9110 §9.3.6: the tunnel begins right behind the head
  establish();
}

void Tunnel::establish() {
  step_ = Step::relaying;
  watch(plan_->settings.idle_timeout);
  timer_.cancel();
  up_.buffer.resize(relay_bytes);
  down_.buffer.resize(relay_bytes);
  text_ = "HTTP/1.1 200 Connection established\r\n\r\n" + answer_;
  asio::async_write(client_, asio::buffer(text_),
                    [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                      if (self->closed_) return;
                      if (error) return self->close();
                      self->relay(self->down_);
                    });
  asio::async_write(server_, asio::buffer(early_),
                    [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                      if (self->closed_) return;
                      if (error) return self->close();
                      self->relay(self->up_);
                    });
}

void Tunnel::relay(Direction& direction) {
  direction.from->async_read_some(
      asio::buffer(direction.buffer),
      [self = shared_from_this(), &direction](const ErrorCode& read_error, std::size_t count) {
        if (self->closed_) return;
        if (read_error == asio::error::eof) return self->on_relayed_end(direction);
        if (read_error) return self->close();
        self->watch(self->plan_->settings.idle_timeout);
        asio::async_write(*direction.to, asio::buffer(direction.buffer, count),
                          [self, &direction](const ErrorCode& write_error, std::size_t) {
                            if (self->closed_) return;
                            if (write_error) return self->close();
                            self->watch(self->plan_->settings.idle_timeout);
                            self->relay(direction);
                          });
      });
}

// One side has said all it has to say: told to the other, which may still be speaking.
void Tunnel::on_relayed_end(Direction& direction) {
  direction.ended = true;
  if (up_.ended && down_.ended) return close();
  ErrorCode error;
  direction.to->shutdown(asio::socket_base::shutdown_send, error);
}

void Tunnel::refuse(int status, std::string reason) {
  step_ = Step::refused;
  watch(plan_->settings.header_timeout);
  timer_.cancel();
  ErrorCode ignored;
  server_.close(ignored);
  reason += '\n';
  text_ = "HTTP/1.1 " + std::to_string(status) + ' ' + std::string(reason_phrase(status)) +
          (status == 405 ? "\r\nAllow: CONNECT" : "") +
          "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(reason.size()) +
          "\r\nConnection: close\r\n\r\n" + reason;
  asio::async_write(client_, asio::buffer(text_),
                    [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                      if (self->closed_) return;
                      if (error) return self->close();
                      ErrorCode ignored_too;
                      self->client_.shutdown(asio::socket_base::shutdown_send, ignored_too);
                      self->watch(linger_time);
                      self->timer_.cancel();
                      self->linger();
                    });
}

// As the server does (RFC 9112 §9.6): unread input at closing would reset the connection, and the answer with
// it.
void Tunnel::linger() {
  client_.async_read_some(asio::buffer(up_.buffer),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                            if (self->closed_) return;
                            if (error) return self->close();
                            self->linger();
                          });
}

}  // namespace openirsa::http
