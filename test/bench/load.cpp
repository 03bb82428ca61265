#include "load.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "client.h"
#include "processor.h"

namespace openirsa::bench {
namespace {

constexpr std::chrono::seconds deadline{60};

using SteadyTime = std::chrono::steady_clock::time_point;

// Connections that poll together.
class Crowd {
 public:
  Crowd(const Load& load, const Subject& subject)
      : load_(load), subject_(subject), deadline_(std::chrono::steady_clock::now() + deadline) {
    clients_.resize(load.connections);
    waiting_.resize(load.connections);
    for (std::size_t i = 0; i < clients_.size(); ++i) connect(i);
  }

  std::size_t size() const { return clients_.size(); }
  void connect(std::size_t i) {
    clients_[i] = std::make_unique<Client>(subject_.address, subject_.tls);
    waiting_[i] = {.fd = clients_[i]->socket(), .events = POLLIN, .revents = 0};
  }
  void send_next(std::size_t i) { clients_[i]->send(load_.bytes[sent_++ % load_.bytes.size()]); }
  std::size_t sent() const { return sent_; }

  // Calls `answered(i)` for each connection whose request was answered meanwhile. The load never sleeps:
  // waking a sleeper is charged to the sender, and only a slow server would pay for it.
  template <class Answered>
  void look(Answered answered) {
    if (::poll(waiting_.data(), waiting_.size(), 0) < 0) give_up("poll failed");
    if (std::chrono::steady_clock::now() > deadline_)
      give_up("the load did not end in time: " + std::to_string(answered_) + " of " +
              std::to_string(load_.requests) + " answered" + (subject_.tls ? ", TLS" : "") + ", " +
              std::to_string(size()) + " connections" +
              (load_.new_connections ? ", each for one request" : ""));
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if ((waiting_[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const auto answer = clients_[i]->receive();
      if (!answer) continue;
      if (answer->find(load_.must_contain) == std::string::npos)
        give_up("unexpected answer: " + answer->substr(0, 2000));
      ++answered_;
      answered(i);
    }
  }

 private:
  const Load& load_;
  const Subject& subject_;
  SteadyTime deadline_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<pollfd> waiting_;
  std::size_t sent_ = 0;
  std::size_t answered_ = 0;
};

double at_share(std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

double cost_of(const Load& load, const Subject& subject) {
  const double before = subject.cpu_seconds();
  Crowd crowd(load, subject);
  for (std::size_t i = 0; i < crowd.size(); ++i) crowd.send_next(i);
  std::size_t answered = 0;
  while (answered < load.requests) {
    crowd.look([&](std::size_t i) {
      ++answered;
      if (crowd.sent() >= load.requests) return;
      if (load.new_connections) crowd.connect(i);
      crowd.send_next(i);
    });
  }
  return (subject.cpu_seconds() - before) / static_cast<double>(load.requests);
}

Latency latency_of(const Load& load, const Subject& subject, double per_second) {
  Crowd crowd(load, subject);
  std::vector<std::size_t> idle(crowd.size());
  for (std::size_t i = 0; i < idle.size(); ++i) idle[i] = i;
  std::vector<SteadyTime> due(crowd.size());
  std::vector<double> took_ms;
  const auto begun = std::chrono::steady_clock::now();
  const auto due_at = [&](std::size_t n) {
    const std::chrono::duration<double> after{static_cast<double>(n) / per_second};
    return begun + std::chrono::duration_cast<std::chrono::steady_clock::duration>(after);
  };
  while (took_ms.size() < load.requests) {
    while (crowd.sent() < load.requests && !idle.empty() &&
           due_at(crowd.sent()) <= std::chrono::steady_clock::now()) {
      due[idle.back()] = due_at(crowd.sent());
      crowd.send_next(idle.back());
      idle.pop_back();
    }
    crowd.look([&](std::size_t i) {
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - due[i];
      took_ms.push_back(took.count());
      idle.push_back(i);
    });
  }
  std::ranges::sort(took_ms);
  return {.p50_ms = at_share(took_ms, 0.50), .p99_ms = at_share(took_ms, 0.99)};
}

}  // namespace openirsa::bench
