#include "http/name_lookup.h"

#include <netdb.h>

#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace openirsa::http {
namespace {

constexpr std::size_t usual_threads = 16;

}  // namespace

struct NameLookup::Shared {
  std::mutex mutex;
  Post post;  // empty once nobody waits any more
  Resolve resolve;
  std::size_t max_threads = 0;
  std::deque<HostPort> waiting;
  // By the target's text. Not with the threads: what a callback holds belongs to the lookup's owner, and may
  // have to go before a thread is back from the name server.
  std::map<std::string, std::vector<OnFound>> callbacks;
  std::size_t threads = 0;
};

std::vector<Endpoint> NameLookup::ask_system(const HostPort& target, std::string& reason) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found);
  if (error != 0) {
    reason = ::gai_strerror(error);
    return {};
  }
  std::vector<Endpoint> endpoints;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    Endpoint& endpoint = endpoints.emplace_back();
    std::memcpy(&endpoint.storage, entry->ai_addr, entry->ai_addrlen);
    endpoint.length = entry->ai_addrlen;
  }
  ::freeaddrinfo(found);
  return endpoints;
}

NameLookup::NameLookup(asio::io_context& context)
    : NameLookup([&context](std::function<void()> task) { asio::post(context, std::move(task)); }, ask_system,
                 usual_threads) {}

NameLookup::NameLookup(Post post, Resolve resolve, std::size_t threads)
    : shared_(std::make_shared<Shared>()) {
  shared_->post = std::move(post);
  shared_->resolve = std::move(resolve);
  shared_->max_threads = threads;
}

NameLookup::~NameLookup() {
  decltype(shared_->callbacks) dropped;  // destroyed without the lock
  const std::lock_guard lock(shared_->mutex);
  shared_->post = nullptr;
  shared_->waiting.clear();
  dropped.swap(shared_->callbacks);
}

void NameLookup::find(const HostPort& target, OnFound on_found) {
  if (const auto ip = IpAddress::parse(target.host)) {
    shared_->post([endpoint = Endpoint::of(*ip, target.port), on_found = std::move(on_found)] {
      on_found({endpoint}, {});
    });
    return;
  }
  const std::lock_guard lock(shared_->mutex);
  auto& callbacks = shared_->callbacks[target.text()];
  callbacks.push_back(std::move(on_found));
  if (callbacks.size() > 1) return;  // the same name is being looked up already
  shared_->waiting.push_back(target);
  if (shared_->threads == shared_->max_threads) return;
  ++shared_->threads;
  // Detached: getaddrinfo cannot be interrupted, and a shutdown must not wait for a name server.
  std::thread([shared = shared_] { run(shared); }).detach();
}

void NameLookup::run(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (!shared->waiting.empty()) {
    const HostPort target = std::move(shared->waiting.front());
    shared->waiting.pop_front();
    lock.unlock();
    std::string reason;
    auto endpoints = shared->resolve(target, reason);
    lock.lock();
    if (!shared->post) break;
    auto answered = shared->callbacks.extract(target.text());
    for (auto& callback : answered.mapped()) {
      shared->post([on_found = std::move(callback), endpoints, reason] { on_found(endpoints, reason); });
    }
  }
  --shared->threads;
}

}  // namespace openirsa::http
