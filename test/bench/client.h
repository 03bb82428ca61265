// A client's connection with at most one request in flight, plain or TLS. What goes wrong ends the bench.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace openirsa::bench {

class Client {
 public:
  Client(const std::string& address, bool tls);  // "127.0.0.1:PORT"
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  int socket() const { return socket_; }
  // Sent at once, or as soon as the handshake has ended. REQUIRES: the last request was answered.
  void send(std::string request);
  // To be called when the socket is readable: the whole answer once it is complete.
  std::optional<std::string> receive();

 private:
  struct Session;

  void write(std::string_view bytes);
  void go_on_shaking_hands();
  void read();

  int socket_;
  std::unique_ptr<Session> session_;  // null: plain
  bool ready_ = true;                 // no handshake is under way
  std::string request_;               // waits for the handshake
  std::string answer_;
};

}  // namespace openirsa::bench
