// The server's side of one TLS connection as bytes to bytes, so that a connection is one state machine with
// and without TLS. No OpenSSL here: that is tls.cpp's and tls_session.cpp's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/tls.h"

namespace openirsa::http {

class TlsSession {
 public:
  explicit TlsSession(std::shared_ptr<const TlsContext> context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Status { open, closed, failed };
  // Takes bytes from the network. Appends what they decrypt to, and what must be sent in turn (handshake,
  // alerts). `closed`: the peer has said that it sends no more.
  Status receive(std::string_view network, std::string& plain, std::string& reply);
  // False on a defect of the session; the connection must go. REQUIRES: handshake_done().
  bool send(std::string_view plain, std::string& network);
  void close(std::string& network);  // appends close_notify

  bool handshake_done() const;

 private:
  void take_output(std::string& network);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace openirsa::http
