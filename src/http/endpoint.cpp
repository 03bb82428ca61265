#include "http/endpoint.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/text.h"
#include "http/grammar.h"

namespace openirsa::http {
namespace {

SocketError system_error(const std::string& what, int error) {
  return {what + ": " + std::generic_category().message(error)};
}

// Enough for a burst; the kernel cuts it to net.core.somaxconn.
constexpr int listen_backlog = 4096;

bool is_alive(const Endpoint& endpoint) {
  const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (probe.get() < 0) return false;
  // A full backlog (EAGAIN) also means that somebody listens.
  return ::connect(probe.get(), endpoint.address(), endpoint.length) == 0 || errno == EAGAIN;
}

std::string path_of(const Endpoint& endpoint) { return endpoint.text().substr(5); }

std::optional<SocketError> clear_stale(const Endpoint& endpoint) {
  const std::string path = path_of(endpoint);
  struct stat file{};
  if (::lstat(path.c_str(), &file) != 0) return std::nullopt;
  if (!S_ISSOCK(file.st_mode)) return SocketError{"`" + path + "` exists and is not a socket"};
  if (is_alive(endpoint)) return SocketError{"a server is already listening on `" + path + "`"};
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_error("cannot replace `" + path + "`", errno);
  return std::nullopt;
}

void set_option(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

}  // namespace

void FileDescriptor::reset(int number) {
  if (number_ >= 0) ::close(number_);
  number_ = number;
}

std::optional<HostPort> HostPort::parse(std::string_view text) {
  const auto parts = split_authority(text);
  if (!parts || parts->host.empty()) return std::nullopt;
  const auto port = parse_integer(parts->port);
  if (!port || *port < 1 || *port > 65535) return std::nullopt;
  std::string_view host = parts->host;
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  return HostPort{std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string HostPort::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Endpoint Endpoint::of(const IpAddress& ip, std::uint16_t port) {
  Endpoint endpoint;
  if (ip.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(endpoint.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, ip.bytes + 12, 4);
    endpoint.length = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(endpoint.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, ip.bytes, 16);
    endpoint.length = sizeof v6;
  }
  return endpoint;
}

Result<Endpoint, SocketError> Endpoint::parse(std::string_view text) {
  if (text.starts_with("unix:")) {
    const std::string_view path = text.substr(5);
    Endpoint endpoint;
    auto& local = reinterpret_cast<sockaddr_un&>(endpoint.storage);
    if (path.empty() || path.size() >= sizeof local.sun_path || path.find('\0') != std::string_view::npos) {
      return SocketError{"the socket path in `" + std::string(text) + "` must have 1 to " +
                         std::to_string(sizeof local.sun_path - 1) + " bytes"};
    }
    local.sun_family = AF_UNIX;
    std::memcpy(local.sun_path, path.data(), path.size());
    endpoint.length = sizeof local;
    return endpoint;
  }
  const auto parts = split_authority(text);
  const auto port = parts ? parse_integer(parts->port) : std::nullopt;
  std::string_view host = parts ? parts->host : std::string_view{};
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto ip = IpAddress::parse(host);
  if (!ip || !port || *port < 0 || *port > 65535) {
    return SocketError{"`" + std::string(text) +
                       "` is not an address with a port, such as 127.0.0.1:8443, or unix:/path"};
  }
  return of(*ip, static_cast<std::uint16_t>(*port));
}

std::optional<IpAddress> Endpoint::ip() const {
  IpAddress ip;
  if (family() == AF_INET) {
    ip = *IpAddress::parse("0.0.0.0");
    std::memcpy(ip.bytes + 12, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, 4);
    return ip;
  }
  if (family() != AF_INET6) return std::nullopt;
  std::memcpy(ip.bytes, &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, 16);
  return ip;
}

std::string Endpoint::text() const {
  if (is_unix()) {
    return std::string("unix:") + reinterpret_cast<const sockaddr_un&>(storage).sun_path;
  }
  const auto address = ip();
  if (!address) return {};
  const std::uint16_t port =
      ntohs(family() == AF_INET ? reinterpret_cast<const sockaddr_in&>(storage).sin_port
                                : reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  return HostPort{address->text(), port}.text();
}

Result<std::unique_ptr<ListeningSocket>, SocketError> ListeningSocket::open(const Endpoint& endpoint,
                                                                            std::optional<unsigned> mode) {
  FileDescriptor socket(::socket(endpoint.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const std::string failed = "cannot listen on `" + endpoint.text() + "`";
  if (!socket) return system_error(failed, errno);
  if (endpoint.is_unix()) {
    if (auto error = clear_stale(endpoint)) return *error;
    // On Linux the socket's own mode becomes the file's when it is bound: at no moment may others connect.
    if (mode && ::fchmod(socket.get(), *mode) != 0) return system_error(failed, errno);
  } else {
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (endpoint.family() == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  }
  if (::bind(socket.get(), endpoint.address(), endpoint.length) != 0) return system_error(failed, errno);
  Endpoint bound = endpoint;
  if (!endpoint.is_unix())
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.length);
  std::unique_ptr<ListeningSocket> listening(new ListeningSocket(std::move(socket), bound));
  if (::listen(listening->descriptor(), listen_backlog) != 0) return system_error(failed, errno);
  return listening;
}

ListeningSocket::ListeningSocket(FileDescriptor socket, Endpoint bound)
    : socket_(std::move(socket)), bound_(bound) {
  struct stat file{};
  if (!bound_.is_unix() || ::lstat(path_of(bound_).c_str(), &file) != 0) return;
  device_ = file.st_dev;
  inode_ = file.st_ino;
}

ListeningSocket::~ListeningSocket() {
  if (!bound_.is_unix()) return;
  const std::string path = path_of(bound_);
  struct stat file{};
  if (::lstat(path.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_)
    ::unlink(path.c_str());
}

std::optional<AcceptedSocket> accept_from(int listening, int& error) {
  Endpoint peer;
  peer.length = sizeof peer.storage;
  FileDescriptor socket(::accept4(listening, reinterpret_cast<sockaddr*>(&peer.storage), &peer.length,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
  error = socket ? 0 : errno;
  if (!socket) return std::nullopt;
  AcceptedSocket accepted{std::move(socket), peer.ip()};
  if (accepted.peer) set_option(accepted.socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  return accepted;
}

std::optional<std::uint32_t> peer_user(int socket) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace openirsa::http
