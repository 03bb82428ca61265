#include "client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "base/text.h"
#include "processor.h"

namespace openirsa::bench {
namespace {

// Blocking: on loopback the kernel answers by itself, whatever the server is at.
int connect_to(const std::string& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  const std::size_t colon = address.rfind(':');
  to.sin_port = htons(static_cast<std::uint16_t>(parse_integer(address.substr(colon + 1)).value_or(0)));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    give_up("cannot connect to " + address);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  return socket;
}

std::string tls_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "the connection ended" : reason;
}

// No session is kept: with a new connection a request, each handshake is a full one. The certificate is not
// looked at: what a client's check costs is not measured.
SSL_CTX* tls_context() {
  static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  return context;
}

}  // namespace

struct Client::Session {
  explicit Session(int socket) : ssl(SSL_new(tls_context())) {
    SSL_set_fd(ssl, socket);
    std::string name = "localhost";  // SSL_set_tlsext_host_name, whose cast is C's
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    SSL_set_connect_state(ssl);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { SSL_free(ssl); }

  SSL* ssl;
};

Client::Client(const std::string& address, bool tls) : socket_(connect_to(address)) {
  if (!tls) return;
  session_ = std::make_unique<Session>(socket_);
  ready_ = false;
  go_on_shaking_hands();
}

Client::~Client() {
  if (session_ && ready_) SSL_shutdown(session_->ssl);
  session_.reset();
  ::close(socket_);
}

void Client::send(std::string request) {
  if (ready_) return write(request);
  request_ = std::move(request);
}

void Client::write(std::string_view bytes) {
  // A request is far smaller than an empty socket's buffer: it goes in one piece.
  const auto sent =
      session_ ? static_cast<ssize_t>(SSL_write(session_->ssl, bytes.data(), static_cast<int>(bytes.size())))
               : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(bytes.size())) give_up("the server does not take a request");
}

void Client::go_on_shaking_hands() {
  ERR_clear_error();  // SSL_get_error looks at what earlier calls have left (SSL_get_error(3))
  const int done = SSL_do_handshake(session_->ssl);
  if (done != 1) {
    if (SSL_get_error(session_->ssl, done) != SSL_ERROR_WANT_READ)
      give_up("the TLS handshake failed: " + tls_reason());
    return;
  }
  ready_ = true;
  if (!request_.empty()) write(std::exchange(request_, {}));
}

void Client::read() {
  char buffer[16384];
  if (!session_) {
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) give_up("the server closed the connection");
    answer_.append(buffer, static_cast<std::size_t>(count));
    return;
  }
  for (;;) {
    ERR_clear_error();
    const int count = SSL_read(session_->ssl, buffer, sizeof buffer);
    if (count <= 0) {
      if (SSL_get_error(session_->ssl, count) == SSL_ERROR_WANT_READ) return;
      give_up("the server closed the TLS connection: " + tls_reason());
    }
    answer_.append(buffer, static_cast<std::size_t>(count));
  }
}

std::optional<std::string> Client::receive() {
  if (!ready_) go_on_shaking_hands();
  if (!ready_) return std::nullopt;
  read();
  const std::size_t end = answer_.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const std::string header = to_lower(answer_.substr(0, end));
  const std::size_t at = header.find("content-length: ");
  if (at == std::string::npos) give_up("an answer without Content-Length");
  const std::size_t digits = at + 16;
  const auto length = parse_integer(header.substr(digits, header.find('\r', digits) - digits));
  if (answer_.size() < end + 4 + static_cast<std::size_t>(length.value_or(0))) return std::nullopt;
  return std::exchange(answer_, {});
}

}  // namespace openirsa::bench
