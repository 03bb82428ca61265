// Where to listen or connect: a literal IP address with port, or a unix socket; and the sockets themselves.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "http/forwarded.h"

namespace openirsa::http {

struct SocketError {
  std::string message;
};

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t length = 0;

  // "127.0.0.1:8443", "[::1]:8443" or "unix:/path".
  static Result<Endpoint, SocketError> parse(std::string_view text);
  static Endpoint of(const IpAddress& address, std::uint16_t port);

  int family() const { return storage.ss_family; }
  bool is_unix() const { return storage.ss_family == AF_UNIX; }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
  std::string text() const;             // as parse takes it
  std::optional<IpAddress> ip() const;  // nothing for a unix socket
};

// "host:port" with a name, an IPv4 address or a bracketed IPv6 address; the host without brackets, the port
// 1-65535.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  static std::optional<HostPort> parse(std::string_view text);
  std::string text() const;  // brackets restored
};

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~FileDescriptor() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  void reset(int number = -1);

 private:
  int number_ = -1;
};

// A socket that listens, non-blocking. A unix socket's file goes with it.
class ListeningSocket {
 public:
  // `mode`: of a unix socket's file. A file left by a dead server is replaced; a live server's, and what is
  // not a socket, is an error.
  static Result<std::unique_ptr<ListeningSocket>, SocketError> open(const Endpoint& endpoint,
                                                                    std::optional<unsigned> mode = {});
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  int descriptor() const { return socket_.get(); }
  int release() { return socket_.release(); }
  const Endpoint& bound() const { return bound_; }

 private:
  ListeningSocket(FileDescriptor socket, Endpoint bound);

  FileDescriptor socket_;
  Endpoint bound_;
  std::uint64_t device_ = 0;  // of the unix socket's file, so that only our own is removed
  std::uint64_t inode_ = 0;
};

struct AcceptedSocket {
  FileDescriptor socket;
  std::optional<IpAddress> peer;  // nothing on a unix socket
};
// Nothing when no connection waits; `error` tells why otherwise (errno).
std::optional<AcceptedSocket> accept_from(int listening, int& error);

// The user at the other end of a unix socket (SO_PEERCRED).
std::optional<std::uint32_t> peer_user(int socket);

}  // namespace openirsa::http
