#include "http/name_lookup.h"

#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

#include "http/fair_queue.h"

namespace openirsa::http {
namespace {

constexpr std::size_t usual_threads = 16;

}  // namespace

struct NameLookup::Shared {
  std::mutex mutex;
  Post post;  // empty once nobody waits any more
  Resolve resolve;
  std::size_t max_threads = 0;
  FairQueue<HostPort> queue{0};
  struct Lookup {
    std::chrono::steady_clock::time_point until{};
    std::vector<OnFound> callbacks{};
  };
  // By payer and the target's text. Not with the threads: what a callback holds belongs to the lookup's
  // owner, and may have to go before a thread is back from the name server.
  std::map<std::pair<std::string, std::string>, Lookup> lookups;
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
                 {usual_threads, usual_threads}) {}

NameLookup::NameLookup(Post post, Resolve resolve, Limits limits) : shared_(std::make_shared<Shared>()) {
  shared_->post = std::move(post);
  shared_->resolve = std::move(resolve);
  shared_->max_threads = limits.threads;
  shared_->queue = FairQueue<HostPort>(limits.share);
}

NameLookup::~NameLookup() {
  decltype(shared_->lookups) dropped;  // destroyed without the lock
  const std::lock_guard lock(shared_->mutex);
  shared_->post = nullptr;
  shared_->queue.clear();
  dropped.swap(shared_->lookups);
}

void NameLookup::find(const HostPort& target, OnFound on_found, const Asker& asker) {
  if (const auto ip = IpAddress::parse(target.host)) {
    shared_->post([endpoint = Endpoint::of(*ip, target.port), on_found = std::move(on_found)] {
      on_found({endpoint}, {});
    });
    return;
  }
  const std::lock_guard lock(shared_->mutex);
  auto& lookup = shared_->lookups[{asker.payer, target.text()}];
  lookup.until = std::max(lookup.until, asker.until);
  lookup.callbacks.push_back(std::move(on_found));
  if (lookup.callbacks.size() > 1) return;  // it waits or is under way already
  shared_->queue.push(asker.payer, target);
  if (shared_->threads == shared_->max_threads || !shared_->queue.can_take()) return;
  try {
    // Detached: getaddrinfo cannot be interrupted, and a shutdown must not wait for a name server.
    std::thread([shared = shared_] { run(shared); }).detach();
    ++shared_->threads;
  } catch (const std::system_error&) {
    return;  // the system has no thread left: those that run take it in turn, or whoever asks next tries
             // again
  }
}

void NameLookup::run(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (const auto taken = shared->queue.take()) {
    const auto& [payer, target] = *taken;
    const std::pair key(payer, target.text());
    std::vector<Endpoint> endpoints;
    std::string reason = "it could not be looked up in time";
    if (shared->lookups[key].until > std::chrono::steady_clock::now()) {
      reason.clear();
      lock.unlock();
      endpoints = shared->resolve(target, reason);
      lock.lock();
    }
    shared->queue.end(payer);
    if (!shared->post) break;
    auto answered = shared->lookups.extract(key);
    for (auto& callback : answered.mapped().callbacks) {
      shared->post([on_found = std::move(callback), endpoints, reason] { on_found(endpoints, reason); });
    }
  }
  --shared->threads;
}

}  // namespace openirsa::http
