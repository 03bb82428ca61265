#include "http/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <stdexcept>

namespace openirsa::http {
namespace {

constexpr std::size_t copied_body_bytes = 16 * 1024;  // below, one buffer is cheaper than two
constexpr std::size_t batch_bytes = 64 * 1024;  // answers to pipelined requests go out together up to here
constexpr std::size_t kept_buffer_bytes = 64 * 1024;
constexpr std::chrono::seconds linger_time{2};

void empty(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kept_buffer_bytes) buffer.shrink_to_fit();
}

}  // namespace

Connection::Connection(Loop& loop, WorkerPool& workers, std::shared_ptr<const Door> door, StreamSocket socket,
                       Peer peer, Census::Place place)
    : loop_(loop),
      workers_(workers),
      door_(std::move(door)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      place_(std::move(place)),
      parser_({door_->limits.header_bytes, door_->limits.body_bytes}) {
  if (door_->tls) tls_ = std::make_unique<TlsSession>(door_->tls);
  parser_.request().peer = peer_;
}

void Connection::start() {
  stage_ = current_stage();
  deadline_ = loop_.deadline_after(tls_ ? door_->limits.header_timeout : door_->limits.idle_timeout);
  wait_readable();
}

Connection::Stage Connection::current_stage() const {
  if (tls_ && !tls_->handshake_done()) return Stage::handshake;
  switch (parser_.state()) {
    case RequestParser::State::idle:
      return Stage::idle;
    case RequestParser::State::body:
      return Stage::body;
    default:
      return Stage::header;
  }
}

// A stage's time begins with it and is not prolonged by bytes that trickle in.
void Connection::update_deadline() {
  const Stage stage = current_stage();
  const bool new_stage = stage != stage_ || phase_ != Phase::reading || stage == Stage::idle;
  stage_ = stage;
  if (!new_stage) return;
  switch (stage) {
    case Stage::handshake:
    case Stage::header:
      deadline_ = loop_.deadline_after(door_->limits.header_timeout);
      break;
    case Stage::body:
      deadline_ = loop_.deadline_after(door_->limits.body_timeout);
      break;
    case Stage::idle:
      deadline_ = loop_.deadline_after(door_->limits.idle_timeout);
      break;
  }
}

void Connection::wait_readable() {
  if (read_armed_) return;
  read_armed_ = true;
  // Waiting and receiving apart lets all connections of a thread share one buffer: an idle one holds no
  // memory for it.
  socket_.async_wait(StreamSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    self->read_armed_ = false;
    if (self->phase_ == Phase::closed) return;
    if (error) return self->close();
    self->on_readable();
  });
}

void Connection::on_readable() {
  // While an answer is being made or written, input waits in the kernel.
  if (phase_ == Phase::working || phase_ == Phase::writing) return;
  auto& buffer = loop_.receive_buffer();
  const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return wait_readable();
  if (count <= 0) return close();
  if (phase_ == Phase::lingering) return wait_readable();
  on_network_bytes({buffer.data(), static_cast<std::size_t>(count)});
}

void Connection::on_network_bytes(std::string_view bytes) {
  if (!tls_) {
    consume(bytes);
    return advance();
  }
  std::string& plain = loop_.plain_text();
  plain.clear();
  const auto status = tls_->receive(bytes, plain, out_);
  if (status == TlsSession::Status::failed) {
    // The commonest mistake deserves an answer that its maker can read.
    if (!tls_->handshake_done() && out_.empty() && is_token(bytes.substr(0, 1))) {
      tls_.reset();
      refuse(400, "this port speaks TLS: use https");
      return advance();
    }
    last_ = true;  // the alert goes out first
    linger_ = true;
    return advance();
  }
  if (status == TlsSession::Status::closed && plain.empty()) return close();
  consume(plain);
  advance();
}

void Connection::consume(std::string_view plain) {
  while (!plain.empty() && phase_ == Phase::reading && !last_ &&
         out_.size() + out_plain_.size() < batch_bytes && out_body_.empty()) {
    plain.remove_prefix(parser_.feed(plain));
    switch (parser_.state()) {
      case RequestParser::State::complete:
        handle_request();
        break;
      case RequestParser::State::failed:
        refuse(parser_.fault().status, parser_.fault().reason);
        break;
      default:
        break;
    }
  }
  // What follows the last request is nobody's; yet it shows that the client may still be sending.
  if (last_ && !plain.empty()) linger_ = true;
  if (!last_) leftover_.assign(plain);
  if (phase_ == Phase::reading && !last_ && !continue_sent_ && parser_.wants_continue()) {
    continue_sent_ = true;
    write("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

void Connection::advance() {
  for (;;) {
    write_pending_plain();
    const Flushed flushed = flush();
    if (flushed == Flushed::failed) return close();
    if (phase_ == Phase::working) return;  // what is left goes out with the answer that is being made
    if (flushed == Flushed::some) return wait_writable();
    if (last_) return finish();
    if (leftover_.empty()) break;
    phase_ = Phase::reading;
    const std::string bytes = std::exchange(leftover_, {});
    consume(bytes);
  }
  update_deadline();
  phase_ = Phase::reading;
  if (loop_.draining() && stage_ == Stage::idle) return finish();
  wait_readable();
}

void Connection::handle_request() {
  loop_.count_request();
  auto& request = parser_.request();
  if (!door_->trusted.empty() && door_->trusted.trusts(peer_.address)) {
    request.peer = door_->trusted.resolve(request, peer_);
  }
  std::optional<Outcome> outcome;
  try {
    outcome = door_->handler->handle(request);
  } catch (...) {
    outcome.reset();
  }
  if (!outcome) {
    last_ = true;
    return answer(error_response(500, "the server has a defect"));
  }
  if (auto* response = std::get_if<Response>(&*outcome)) return answer(std::move(*response));
  suspend();
  if (auto* work = std::get_if<Work>(&*outcome)) return submit(std::move(*work));
  wait(std::get<Later>(std::move(*outcome)));
}

void Connection::suspend() {
  phase_ = Phase::working;
  deadline_ = Loop::Instant::max();
}

// From any thread while the connection is suspended.
void Connection::submit(Work work) {
  workers_.submit([self = shared_from_this(), work = std::move(work)]() mutable {
    std::optional<Reply> reply;
    try {
      reply = work();
    } catch (...) {
      reply.reset();
    }
    work = nullptr;  // its captures may refer to the request
    if (reply && std::holds_alternative<Later>(*reply)) return self->wait(std::get<Later>(*std::move(reply)));
    std::optional<Response> response;
    if (reply) response = std::get<Response>(*std::move(reply));
    Loop& loop = self->loop_;
    loop.post([self = std::move(self), response = std::move(response)]() mutable {
      self->on_work_done(std::move(response));
    });
  });
}

// From any thread while the connection is suspended.
void Connection::wait(Later later) {
  try {
    later.begin([self = shared_from_this()](Work work) { self->submit(std::move(work)); });
  } catch (...) {
    submit([]() -> Reply { throw std::runtime_error("waiting could not begin"); });
  }
}

void Connection::on_work_done(std::optional<Response> response) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::reading;
  // The work took its time: the next stage's begins now.
  deadline_ = loop_.deadline_after(door_->limits.idle_timeout);
  if (response) {
    answer(*std::move(response));
  } else {
    last_ = true;
    answer(error_response(500, "the server has a defect"));
  }
  advance();
}

void Connection::answer(Response response) {
  if (!is_writable(response)) {
    last_ = true;
    response = error_response(500, "the server has a defect");
  }
  if (loop_.draining() || !parser_.keep_alive()) last_ = true;
  const Persistence persistence = last_                          ? Persistence::close
                                  : parser_.minor_version() == 0 ? Persistence::keep_and_say
                                                                 : Persistence::keep;
  append(std::move(response), persistence, parser_.request().method == "HEAD");
  parser_.reset();
  if (!door_->trusted.empty()) parser_.request().peer = peer_;
  stage_ = Stage::idle;  // what may follow is another request, with a time of its own
  continue_sent_ = false;
}

void Connection::refuse(int status, std::string_view reason) {
  loop_.count_bad_request();
  last_ = true;
  linger_ = true;
  append(error_response(status, reason), Persistence::close, parser_.request().method == "HEAD");
}

Response Connection::error_response(int status, std::string_view reason) const {
  try {
    if (door_->error_body) {
      Response response = door_->error_body(status, reason);
      if (is_writable(response)) return response;
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch)
    // The plain text below still tells the client what happened.
  }
  return {status, {{"Content-Type", "text/plain"}}, std::string(reason) + '\n'};
}

void Connection::append(Response response, Persistence persistence, bool head_method) {
  std::string& out = tls_ ? out_plain_ : out_;
  append_head(out, response, loop_.date(), persistence);
  if (!body_follows(response, head_method)) return;
  if (tls_ || response.body.size() <= copied_body_bytes) {
    out += response.body;
  } else {
    out_body_ = std::move(response.body);
  }
}

void Connection::write(std::string_view plain) { (tls_ ? out_plain_ : out_) += plain; }

void Connection::write_pending_plain() {
  if (out_plain_.empty()) return;
  if (!tls_->send(out_plain_, out_)) last_ = true;
  empty(out_plain_);
}

Connection::Flushed Connection::flush() {
  while (out_sent_ < out_.size() + out_body_.size()) {
    iovec parts[2];
    std::size_t count = 0;
    if (out_sent_ < out_.size()) parts[count++] = {out_.data() + out_sent_, out_.size() - out_sent_};
    const std::size_t body_sent = out_sent_ > out_.size() ? out_sent_ - out_.size() : 0;
    if (!out_body_.empty()) parts[count++] = {out_body_.data() + body_sent, out_body_.size() - body_sent};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN ? Flushed::some : Flushed::failed;
    out_sent_ += static_cast<std::size_t>(sent);
  }
  empty(out_);
  empty(out_body_);
  out_sent_ = 0;
  return Flushed::all;
}

void Connection::wait_writable() {
  phase_ = Phase::writing;
  // Counted anew whenever the client has taken something.
  deadline_ = loop_.deadline_after(door_->limits.body_timeout);
  socket_.async_wait(StreamSocket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    if (self->phase_ == Phase::closed) return;
    if (error) return self->close();
    self->advance();
  });
}

void Connection::finish() {
  if (tls_) {
    tls_->close(out_);
    flush();  // close_notify is a courtesy: a full socket does without
  }
  if (!linger_) return close();
  // RFC 9112 §9.6: closing with unread input would reset the connection and may take our answer with it.
  ::shutdown(socket_.native_handle(), SHUT_WR);
  phase_ = Phase::lingering;
  deadline_ = loop_.deadline_after(linger_time);
  wait_readable();
}

void Connection::drain() {
  if (phase_ == Phase::lingering) return close();
  if (phase_ != Phase::reading || current_stage() == Stage::header || current_stage() == Stage::body) return;
  // A request may have arrived that we have not looked at yet.
  char byte = 0;
  if (::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1) return;
  finish();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  const auto self = shared_from_this();
  ErrorCode ignored;
  socket_.close(ignored);
  loop_.remove(*this);
  place_.leave();
}

void Connection::expire(Loop::Instant now) {
  if (now < deadline_) return;
  const bool in_request = stage_ == Stage::header || stage_ == Stage::body;
  if (phase_ != Phase::reading || !in_request) return close();
  refuse(408,
         stage_ == Stage::header ? "the request header took too long" : "the request body took too long");
  advance();
}

}  // namespace openirsa::http
