#include "http/name_lookup.h"

#include <netdb.h>

#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace openirsa::http {
namespace {

constexpr std::size_t max_threads = 16;

struct Lookup {
  std::uint64_t number;
  HostPort target;
};

std::vector<Endpoint> resolve(const HostPort& target, std::string& reason) {
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

}  // namespace

struct NameLookup::Shared {
  std::mutex mutex;
  asio::io_context* context;  // null once nobody waits any more
  std::deque<Lookup> waiting;
  // Not with the threads: what a callback holds belongs to the io_context's owner, and may have to go before
  // a thread is back from the name server.
  std::map<std::uint64_t, OnFound> callbacks;
  std::uint64_t next_number = 0;
  std::size_t threads = 0;
};

NameLookup::NameLookup(asio::io_context& context) : shared_(std::make_shared<Shared>()) {
  shared_->context = &context;
}

NameLookup::~NameLookup() {
  std::map<std::uint64_t, OnFound> dropped;  // destroyed without the lock
  const std::lock_guard lock(shared_->mutex);
  shared_->context = nullptr;
  shared_->waiting.clear();
  dropped.swap(shared_->callbacks);
}

void NameLookup::find(const HostPort& target, OnFound on_found) {
  if (const auto ip = IpAddress::parse(target.host)) {
    asio::post(*shared_->context, [endpoint = Endpoint::of(*ip, target.port),
                                   on_found = std::move(on_found)] { on_found({endpoint}, {}); });
    return;
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->waiting.push_back({shared_->next_number, target});
  shared_->callbacks.emplace(shared_->next_number++, std::move(on_found));
  if (shared_->threads == max_threads) return;
  ++shared_->threads;
  // Detached: getaddrinfo cannot be interrupted, and a shutdown must not wait for a name server.
  std::thread([shared = shared_] { run(shared); }).detach();
}

void NameLookup::run(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (!shared->waiting.empty()) {
    const Lookup lookup = std::move(shared->waiting.front());
    shared->waiting.pop_front();
    lock.unlock();
    std::string reason;
    auto endpoints = resolve(lookup.target, reason);
    lock.lock();
    if (shared->context == nullptr) break;
    auto callback = shared->callbacks.extract(lookup.number);
    asio::post(*shared->context, [on_found = std::move(callback.mapped()), endpoints = std::move(endpoints),
                                  reason = std::move(reason)] { on_found(endpoints, reason); });
  }
  --shared->threads;
}

}  // namespace openirsa::http
