#include "http/server.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>

#include "http/acceptor.h"
#include "http/connection.h"

namespace openirsa::http {
namespace {

constexpr unsigned admin_mode = 0600;

// An eighth of the shortest timeout: exact enough, and an idle server sleeps.
std::chrono::milliseconds tick_for(const Limits& limits) {
  const auto shortest = std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout});
  return std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

class RunningServer final : public Server {
 public:
  explicit RunningServer(Settings settings)
      : settings_(std::move(settings)),
        census_(
            std::make_shared<Census>(settings_.limits.connections, settings_.limits.connections_per_address)),
        workers_(settings_.workers) {
    for (std::size_t i = 0; i < std::max<std::size_t>(settings_.io_threads, 1); ++i) {
      loops_.push_back(std::make_unique<Loop>(tick_for(settings_.limits)));
    }
  }

  ~RunningServer() override { stop(std::chrono::milliseconds(0)); }

  std::optional<ServerError> open(const Listener& listener);
  void run();

  std::string address_of(std::string_view name) const override;
  Counters counters() const override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  void admit(const std::shared_ptr<const Door>& door, Loop& here, AcceptedSocket accepted);
  void serve(const std::shared_ptr<const Door>& door, Loop& loop, AcceptedSocket accepted,
             Census::Place place);
  void close_acceptors();

  const Settings settings_;
  const std::shared_ptr<Census> census_;
  std::vector<std::unique_ptr<Loop>> loops_;
  WorkerPool workers_;
  struct Entrance {
    std::string name;
    Loop* loop;
    std::unique_ptr<Acceptor> acceptor;
  };
  std::vector<Entrance> entrances_;
  std::atomic<std::size_t> next_loop_{0};
  std::mutex stopping_;
  bool running_ = false;
};

std::optional<ServerError> RunningServer::open(const Listener& listener) {
  const auto failed = [&](const std::string& why) {
    return ServerError{"listener `" + listener.name + "`: " + why};
  };
  const auto endpoint = Endpoint::parse(listener.address);
  if (!endpoint) return failed(endpoint.error().message);
  if (listener.admin && !endpoint->is_unix()) return failed("the admin listener must be a unix socket");
  if (listener.handler == nullptr) return failed("it has no handler");
  auto trusted = TrustedProxies::parse(listener.trusted_proxies);
  if (!trusted) return failed("a trusted proxy is neither an address nor a network nor `unix`");
  auto listening =
      ListeningSocket::open(*endpoint, listener.admin ? std::optional<unsigned>(admin_mode) : std::nullopt);
  if (!listening) return failed(listening.error().message);
  const auto door =
      std::make_shared<const Door>(Door{settings_.limits, settings_.error_body, listener.handler,
                                        listener.tls, std::move(*trusted), listener.admin});
  Loop* loop = loops_[entrances_.size() % loops_.size()].get();
  auto acceptor = std::make_unique<Acceptor>(
      loop->context(), *std::move(listening),
      [this, door, loop](AcceptedSocket accepted) { admit(door, *loop, std::move(accepted)); });
  entrances_.push_back({listener.name, loop, std::move(acceptor)});
  return std::nullopt;
}

void RunningServer::run() {
  running_ = true;
  for (auto& entrance : entrances_) entrance.acceptor->start();
  for (auto& loop : loops_) loop->start();
}

// Over a cap the connection is closed at once: left in the backlog it would hold up others.
void RunningServer::admit(const std::shared_ptr<const Door>& door, Loop& here, AcceptedSocket accepted) {
  if (door->admin) {
    const auto user = peer_user(accepted.socket.get());
    if (!user || (*user != 0 && *user != ::geteuid())) return census_->count_refused();
  }
  const auto rule = door->admin ? Census::Rule::exempt
                    : accepted.peer && !door->trusted.empty() && door->trusted.trusts(accepted.peer->text())
                        ? Census::Rule::exempt_per_client
                        : Census::Rule::capped;
  auto place = Census::enter(census_, accepted.peer, rule);
  if (!place) return;
  Loop& loop = *loops_[next_loop_.fetch_add(1, std::memory_order_relaxed) % loops_.size()];
  if (&loop == &here) return serve(door, loop, std::move(accepted), std::move(*place));
  loop.post([this, door, &loop, accepted = std::move(accepted), place = std::move(*place)]() mutable {
    serve(door, loop, std::move(accepted), std::move(place));
  });
}

void RunningServer::serve(const std::shared_ptr<const Door>& door, Loop& loop, AcceptedSocket accepted,
                          Census::Place place) {
  if (loop.draining()) return;
  const Peer peer{accepted.peer ? accepted.peer->text() : std::string(), door->tls != nullptr, door->admin};
  auto socket = adopt(loop.context(), std::move(accepted));
  if (!socket) return;
  auto connection =
      std::make_shared<Connection>(loop, workers_, door, *std::move(socket), peer, std::move(place));
  loop.add(connection);
  connection->start();
}

std::string RunningServer::address_of(std::string_view name) const {
  for (const auto& entrance : entrances_) {
    if (entrance.name == name) return entrance.acceptor->bound().text();
  }
  return {};
}

Counters RunningServer::counters() const {
  Counters counters;
  counters.connections_accepted = census_->accepted();
  counters.connections_refused = census_->refused();
  counters.connections_open = census_->open();
  for (const auto& loop : loops_) {
    counters.requests += loop->requests();
    counters.bad_requests += loop->bad_requests();
  }
  return counters;
}

void RunningServer::close_acceptors() {
  for (auto& entrance : entrances_) {
    std::promise<void> closed;
    entrance.loop->post([&] {
      entrance.acceptor->close();
      closed.set_value();
    });
    closed.get_future().wait();
  }
}

void RunningServer::stop(std::chrono::milliseconds grace) {
  const std::lock_guard lock(stopping_);
  if (!std::exchange(running_, false)) return;
  close_acceptors();
  // What the acceptors handed out is in the loops' queues already, so it is there when they drain.
  for (auto& loop : loops_) loop->post([&loop] { loop->drain(); });
  census_->wait_until_empty(grace);
  for (auto& loop : loops_) loop->post([&loop] { loop->close_all(); });
  workers_.stop();
  for (auto& loop : loops_) loop->stop();
}

}  // namespace

Result<std::unique_ptr<Server>, ServerError> Server::start(
    Settings settings,
    // NOLINTNEXTLINE(performance-unnecessary-value-param): the header
    std::vector<Listener> listeners) {
  auto server = std::make_unique<RunningServer>(std::move(settings));
  for (const auto& listener : listeners) {
    if (auto error = server->open(listener)) return *std::move(error);
  }
  server->run();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace openirsa::http
