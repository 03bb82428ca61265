// A TLS server on loopback that says exactly what a test wants, however wrong. Included by tests only.
#pragma once

#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "http/endpoint.h"
#include "http/tls_native.h"
#include "http/tls_test_certificate.h"

namespace openirsa::http::test {

class TlsStream {
 public:
  TlsStream(SSL* ssl, int socket) : ssl_(ssl), socket_(socket) {}

  std::string request{};  // header with the empty line

  // False once the client has gone.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const int count =
          SSL_write(ssl_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 16384)));
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  // A message that TLS 1.3 allows after a handshake; false once the client has gone.
  bool send_ticket() {
    // OpenSSL overlooks that a ticket could not be written, so the socket is asked.
    return SSL_new_session_ticket(ssl_) == 1 && SSL_do_handshake(ssl_) == 1 && pause({});
  }
  bool update_key() {
    return SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl_) == 1;
  }
  // A pause that ends early, with false, when the client goes.
  bool pause(std::chrono::milliseconds time) {
    pollfd entry{socket_, POLLIN | POLLRDHUP, 0};
    return ::poll(&entry, 1, static_cast<int>(time.count())) == 0;
  }
  void wait_for_close() {
    while (pause(std::chrono::hours(1))) {
    }
  }

 private:
  SSL* ssl_;
  int socket_;
};

class TlsHost {
 public:
  // Called for each request, on a thread of the connection's; the connection is closed after it.
  using Script = std::function<void(TlsStream&)>;

  // `chain`: leaf first; the leaf's key is used.
  TlsHost(const std::vector<TestCertificate>& chain, Script script,
          const std::string& address = "127.0.0.1:0")
      : script_(std::move(script)), context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);  // weak certificates too
    SSL_CTX_use_certificate(context_.get(), chain.front().certificate.get());
    for (std::size_t i = 1; i < chain.size(); ++i)
      SSL_CTX_add1_chain_cert(context_.get(), chain[i].certificate.get());
    if (SSL_CTX_use_PrivateKey(context_.get(), chain.front().key.get()) != 1) throw std::runtime_error("key");
    auto opened = ListeningSocket::open(*Endpoint::parse(address));
    if (!opened) throw std::runtime_error(opened.error().message);
    listening_ = *std::move(opened);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  TlsHost(const TestCertificate& leaf, const TestCertificate& issuer, Script script)
      : TlsHost(std::vector{leaf, issuer}, std::move(script)) {}
  ~TlsHost() {
    stopping_ = true;
    acceptor_.join();
    for (auto& connection : connections_) {
      ::shutdown(connection.socket.get(), SHUT_RDWR);
      connection.thread.join();
    }
  }
  TlsHost(const TlsHost&) = delete;
  TlsHost& operator=(const TlsHost&) = delete;

  std::uint16_t port() const { return HostPort::parse(listening_->bound().text())->port; }
  std::size_t connections() const { return accepted_; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // The server names (SNI) of all handshakes.
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    return names_;
  }

 private:
  struct Connection {
    FileDescriptor socket;
    std::thread thread{};
  };

  void accept_all() {
    while (!stopping_) {
      pollfd entry{listening_->descriptor(), POLLIN, 0};
      if (::poll(&entry, 1, 20) <= 0) continue;
      FileDescriptor socket(::accept4(listening_->descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) continue;
      ++accepted_;
      auto& connection = connections_.emplace_back(Connection{std::move(socket)});
      connection.thread = std::thread([this, descriptor = connection.socket.get()] { serve(descriptor); });
    }
  }

  void serve(int socket) {
    sigset_t pipe;  // OpenSSL writes without MSG_NOSIGNAL
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    const OpenSslPtr<SSL> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), socket);
    TlsStream stream(ssl.get(), socket);
    if (SSL_accept(ssl.get()) == 1 && read_request(ssl.get(), stream.request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(stream.request);
        const char* name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
        names_.emplace_back(name == nullptr ? "" : name);
      }
      script_(stream);
      SSL_shutdown(ssl.get());
    }
    ::shutdown(socket, SHUT_RDWR);
    ERR_clear_error();
  }

  static bool read_request(SSL* ssl, std::string& request) {
    char bytes[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const int count = SSL_read(ssl, bytes, sizeof bytes);
      if (count <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(count));
    }
    return true;
  }

  const Script script_;
  const OpenSslPtr<SSL_CTX> context_;
  std::unique_ptr<ListeningSocket> listening_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> accepted_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::string> names_;
  std::list<Connection> connections_;
  std::thread acceptor_;
};

// A script that answers the same to everybody.
inline TlsHost::Script always(std::string answer) {
  return [answer = std::move(answer)](TlsStream& stream) { stream.write(answer); };
}
inline std::string ok(std::string_view body, std::string_view headers = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}
inline std::string redirect(std::string_view location, int status = 302) {
  return "HTTP/1.1 " + std::to_string(status) + " Elsewhere\r\nLocation: " + std::string(location) +
         "\r\nContent-Length: 0\r\n\r\n";
}

}  // namespace openirsa::http::test
