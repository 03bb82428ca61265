#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <utility>

#include "base/text.h"

namespace openirsa::bench {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench: " << why << "\n";
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): the measurement is over
}

// One keep-alive connection with at most one request in flight.
class Connection {
 public:
  explicit Connection(const std::string& address)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    const std::size_t colon = address.rfind(':');
    to.sin_port = htons(static_cast<std::uint16_t>(parse_integer(address.substr(colon + 1)).value_or(0)));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) give_up("cannot connect");
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

  int socket() const { return socket_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) give_up("the server closed the connection");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  // Reads what is there; the whole answer once it is complete.
  std::optional<std::string> receive() {
    char buffer[16384];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) give_up("the server closed the connection");
    answer_.append(buffer, static_cast<std::size_t>(count));
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

 private:
  int socket_;
  std::string answer_;
};

}  // namespace

std::vector<int> thread_ids() {
  std::vector<int> ids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    ids.push_back(static_cast<int>(parse_integer(entry.path().filename().string()).value_or(0)));
  }
  std::ranges::sort(ids);
  return ids;
}

double cpu_seconds(const std::vector<int>& threads) {
  double total = 0;
  for (const int id : threads) {
    std::uint64_t nanoseconds = 0;
    std::ifstream("/proc/self/task/" + std::to_string(id) + "/schedstat") >> nanoseconds;
    total += static_cast<double>(nanoseconds) / 1e9;
  }
  return total;
}

void pin(const std::vector<int>& threads, int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(processor), &set);
  for (const int id : threads) sched_setaffinity(id, sizeof set, &set);
}

double cost_of(const Load& load, const std::vector<int>& server_threads) {
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<pollfd> waiting;
  std::size_t sent = 0;
  std::size_t answered = 0;
  const double before = cpu_seconds(server_threads);
  for (std::size_t i = 0; i < load.connections; ++i) {
    connections.push_back(std::make_unique<Connection>(load.address));
    connections.back()->send(load.request(sent++));
    waiting.push_back({.fd = connections.back()->socket(), .events = POLLIN, .revents = 0});
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (answered < load.requests) {
    // The load never sleeps: waking a sleeper is charged to the sender, and only a slow server would pay for
    // it.
    if (::poll(waiting.data(), waiting.size(), 0) < 0) give_up("poll failed");
    if (std::chrono::steady_clock::now() > deadline) give_up("the load did not end within a minute");
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if ((waiting[i].revents & POLLIN) == 0) continue;
      const auto answer = connections[i]->receive();
      if (!answer) continue;
      if (answer->find(load.must_contain) == std::string::npos)
        give_up("unexpected answer: " + answer->substr(0, 2000));
      ++answered;
      if (sent < load.requests) connections[i]->send(load.request(sent++));
    }
  }
  return (cpu_seconds(server_threads) - before) / static_cast<double>(load.requests);
}

}  // namespace openirsa::bench
