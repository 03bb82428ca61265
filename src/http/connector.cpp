#include "http/connector.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace openirsa::http {

void Connector::connect(asio::io_context& context, std::vector<Endpoint> endpoints,
                        std::chrono::milliseconds timeout, OnDone on_done) {
  std::make_shared<Connector>(context, std::move(endpoints), timeout, std::move(on_done))->try_next();
}

Connector::Connector(asio::io_context& context, std::vector<Endpoint> endpoints,
                     std::chrono::milliseconds timeout, OnDone on_done)
    : socket_(context),
      timer_(context),
      endpoints_(std::move(endpoints)),
      deadline_(std::chrono::steady_clock::now() + timeout),
      on_done_(std::move(on_done)) {}

void Connector::try_next() {
  if (next_ == endpoints_.size()) return on_done_(std::nullopt, reason_);
  const auto left = deadline_ - std::chrono::steady_clock::now();
  const auto share = left / static_cast<int>(endpoints_.size() - next_);
  const Endpoint& endpoint = endpoints_[next_++];
  ErrorCode error;
  socket_.close(error);
  timed_out_ = false;
  timer_.expires_after(share);
  timer_.async_wait([self = shared_from_this()](const ErrorCode& cancelled) {
    if (cancelled) return;
    self->timed_out_ = true;
    self->socket_.cancel();
  });
  socket_.async_connect({endpoint.address(), endpoint.length}, [self = shared_from_this(),
                                                                endpoint](const ErrorCode& failed) {
    self->timer_.cancel();
    if (failed) {
      self->reason_ = endpoint.text() + ": " + (self->timed_out_ ? "no answer in time" : failed.message());
      return self->try_next();
    }
    if (!endpoint.is_unix()) {
      const int on = 1;
      ::setsockopt(self->socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    self->on_done_(std::move(self->socket_), {});
  });
}

}  // namespace openirsa::http
