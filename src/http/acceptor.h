// Takes connections from a listening socket on one io_context.
#pragma once

#include <functional>
#include <memory>

#include "http/asio.h"
#include "http/endpoint.h"

namespace openirsa::http {

class Acceptor {
 public:
  using OnAccept = std::function<void(AcceptedSocket)>;

  Acceptor(asio::io_context& context, std::unique_ptr<ListeningSocket> listening, OnAccept on_accept);
  ~Acceptor() { close(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  const Endpoint& bound() const { return bound_; }
  // On the io_context's thread, or before it runs:
  void start() { wait(); }
  void close();

 private:
  void wait();
  void accept_waiting();
  void pause();

  std::unique_ptr<ListeningSocket> listening_;
  const Endpoint bound_;
  OnAccept on_accept_;
  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer timer_;
};

// The socket as Asio's. Nothing when the kernel refuses to watch it.
std::optional<StreamSocket> adopt(asio::io_context& context, AcceptedSocket accepted);

}  // namespace openirsa::http
