// Connects to one of several addresses within a time, trying them in order.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/asio.h"
#include "http/endpoint.h"

namespace openirsa::http {

class Connector : public std::enable_shared_from_this<Connector> {
 public:
  // The socket, or nothing and the reason of the last failure.
  using OnDone = std::function<void(std::optional<StreamSocket> socket, std::string reason)>;

  // Each address gets an equal share of the time that is left, so that a dead first one cannot take it all.
  static void connect(asio::io_context& context, std::vector<Endpoint> endpoints,
                      std::chrono::milliseconds timeout, OnDone on_done);

  Connector(asio::io_context& context, std::vector<Endpoint> endpoints, std::chrono::milliseconds timeout,
            OnDone on_done);

 private:
  void try_next();

  StreamSocket socket_;
  asio::steady_timer timer_;
  std::vector<Endpoint> endpoints_;
  std::size_t next_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  bool timed_out_ = false;
  std::string reason_ = "there is no address to connect to";
  OnDone on_done_;
};

}  // namespace openirsa::http
