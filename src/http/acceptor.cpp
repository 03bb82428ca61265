#include "http/acceptor.h"

#include <netinet/in.h>

#include <cerrno>

namespace openirsa::http {
namespace {

constexpr int accepted_in_a_row = 64;  // then the connections that are already here get their turn
constexpr std::chrono::milliseconds pause_time{100};

}  // namespace

Acceptor::Acceptor(asio::io_context& context, std::unique_ptr<ListeningSocket> listening, OnAccept on_accept)
    : listening_(std::move(listening)),
      bound_(listening_->bound()),
      on_accept_(std::move(on_accept)),
      descriptor_(context, listening_->descriptor()),
      timer_(context) {}

void Acceptor::wait() {
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& error) {
    if (!error) accept_waiting();
  });
}

void Acceptor::accept_waiting() {
  for (int i = 0; i < accepted_in_a_row; ++i) {
    int error = 0;
    auto accepted = accept_from(listening_->descriptor(), error);
    if (accepted) {
      on_accept_(std::move(*accepted));
      continue;
    }
    // Out of descriptors or memory: the connection stays in the backlog and would wake us without end.
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) return pause();
    if (error == EAGAIN) break;
  }
  wait();
}

void Acceptor::pause() {
  timer_.expires_after(pause_time);
  timer_.async_wait([this](const ErrorCode& error) {
    if (!error) accept_waiting();
  });
}

void Acceptor::close() {
  timer_.cancel();
  if (descriptor_.is_open()) descriptor_.release();  // the listening socket closes it
  listening_.reset();
}

std::optional<StreamSocket> adopt(asio::io_context& context, AcceptedSocket accepted) {
  const int family = !accepted.peer ? AF_UNIX : accepted.peer->is_v4() ? AF_INET : AF_INET6;
  StreamSocket socket(context);
  ErrorCode error;
  socket.assign({family, family == AF_UNIX ? 0 : IPPROTO_TCP}, accepted.socket.get(), error);
  if (error) return std::nullopt;
  accepted.socket.release();
  return socket;
}

}  // namespace openirsa::http
