// A plain client for tests that writes exact bytes and reads what comes. Included by tests only.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/text.h"
#include "http/endpoint.h"
#include "http/message.h"

namespace openirsa::http {

class FunctionHandler final : public Handler {
 public:
  explicit FunctionHandler(std::function<Outcome(const Request&)> function)
      : function_(std::move(function)) {}
  Outcome handle(const Request& request) override { return function_(request); }

 private:
  std::function<Outcome(const Request&)> function_;
};

class TestPeer {
 public:
  explicit TestPeer(const std::string& address) {
    const auto endpoint = Endpoint::parse(address);
    if (!endpoint) return;
    socket_.reset(::socket(endpoint->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    connected_ = ::connect(socket_.get(), endpoint->address(), endpoint->length) == 0;
  }
  explicit TestPeer(FileDescriptor socket) : socket_(std::move(socket)), connected_(true) {}

  bool connected() const { return connected_; }
  int descriptor() const { return socket_.get(); }

  // False once the other side has gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void half_close() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }

  // What arrives up to and with the marker, or until the end or five seconds have passed.
  std::string read_until(std::string_view marker) {
    for (;;) {
      const auto at = buffer_.find(marker);
      if (at != std::string::npos) return take(at + marker.size());
      if (!fill()) return take(buffer_.size());
    }
  }
  std::string read_bytes(std::size_t count) {
    while (buffer_.size() < count && fill()) {
    }
    return take(std::min(count, buffer_.size()));
  }
  std::string read_to_end() {
    while (fill()) {
    }
    return take(buffer_.size());
  }
  // Whether the other side has closed, seen within five seconds and without anything more to read.
  bool closed() { return buffer_.empty() && !fill() && ended_; }
  bool has_input(std::chrono::milliseconds wait) {
    pollfd entry{socket_.get(), POLLIN, 0};
    return !buffer_.empty() || ::poll(&entry, 1, static_cast<int>(wait.count())) > 0;
  }

  // One response with Content-Length; `body` false for the answer to HEAD.
  Response read_response(bool body = true) {
    Response response{0, {}, {}};
    const std::string head = read_until("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) return response;
    response.status = static_cast<int>(parse_integer(std::string_view(head).substr(9, 3)).value_or(0));
    for (const auto line : split(head, '\n')) {
      const auto colon = line.find(": ");
      if (colon == std::string_view::npos) continue;
      response.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2, line.size() - colon - 3));
    }
    const std::string* length = header(response, "Content-Length");
    if (body && length != nullptr) {
      response.body = read_bytes(static_cast<std::size_t>(parse_integer(*length).value_or(0)));
    }
    return response;
  }
  static const std::string* header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (equal_ignoring_case(key, name)) return &value;
    }
    return nullptr;
  }

 private:
  bool fill() {
    pollfd entry{socket_.get(), POLLIN, 0};
    if (::poll(&entry, 1, 5'000) <= 0) return false;
    char bytes[64 * 1024];
    const ssize_t count = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (count <= 0) {
      ended_ = true;
      return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  std::string take(std::size_t count) {
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  FileDescriptor socket_;
  std::string buffer_;
  bool connected_ = false;
  bool ended_ = false;
};

// Waits for something that another thread brings about.
inline bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 5'000; ++i) {
    if (condition()) return true;
    ::poll(nullptr, 0, 1);
  }
  return false;
}

// A directory of its own that goes with the test.
class TestDirectory {
 public:
  TestDirectory() {
    char pattern[] = "/tmp/openirsa-http-XXXXXX";
    path_ = ::mkdtemp(pattern);
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace openirsa::http
