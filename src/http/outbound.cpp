#include "http/outbound.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <thread>

#include "http/fair_queue.h"
#include "http/name_lookup.h"
#include "http/outbound_job.h"
#include "http/outbound_loop.h"

namespace openirsa::http {
namespace {

using Instant = OutboundLoop::Instant;

// Far more than fetches at once: a lookup outlives the fetch that gave up on it, and a name server that
// answers nobody keeps one thread for each of its names, most of a minute.
constexpr NameLookup::Limits lookup_limits{.threads = 512, .share = 16};

NameLookup::Resolve resolver_of(const OutboundSettings& settings) {
  if (!settings.resolve) return NameLookup::ask_system;
  return [resolve = settings.resolve](const HostPort& target, std::string&) {
    std::vector<Endpoint> endpoints;
    for (const auto& address : resolve(target.host)) endpoints.push_back(Endpoint::of(address, target.port));
    return endpoints;
  };
}

std::shared_ptr<const TrustedRoots> roots_of(const OutboundSettings& settings) {
  auto roots = TrustedRoots::system_and(settings.roots_pem);
  if (!roots) throw std::invalid_argument(roots.error().message);
  return *std::move(roots);
}

class Fetcher final : public Outbound {
 public:
  explicit Fetcher(OutboundSettings settings)
      : settings_(std::move(settings)),
        names_([this](std::function<void()> task) { loop_.post(std::move(task)); }, resolver_of(settings_),
               lookup_limits),
        means_{settings_, loop_, names_, roots_of(settings_)},
        thread_([this] { run(); }) {}

  ~Fetcher() override {
    loop_.stop();
    thread_.join();
  }

  void get(Fetch fetch, OnFetched done) override {
    add(std::move(fetch), false, [done = std::move(done)](Result<OutboundJob::Product, FetchFailure> result) {
      if (!result) return done(std::move(result).error());
      done(std::move(result->fetched));
    });
  }

  void chain(Fetch fetch, OnChain done) override {
    add(std::move(fetch), true, [done = std::move(done)](Result<OutboundJob::Product, FetchFailure> result) {
      if (!result) return done(std::move(result).error());
      done(std::move(result->chain));
    });
  }

 private:
  using Key = std::pair<Instant, std::uint64_t>;  // the soonest deadline first
  struct Entry {
    std::shared_ptr<OutboundJob> job;
    std::string payer{};
    bool begun = false;
  };

  void add(Fetch fetch, bool chain_only, OutboundJob::OnEnd done) {
    Instant deadline = std::chrono::steady_clock::now() + settings_.timeout;
    if (fetch.deadline) deadline = std::min(deadline, *fetch.deadline);
    loop_.post([this, fetch = std::move(fetch), chain_only, deadline, done = std::move(done)] {
      const Key key{deadline, next_number_++};
      auto on_end = [this, key, done](Result<OutboundJob::Product, FetchFailure> result) {
        forget(key);
        done(std::move(result));
      };
      auto job = std::make_shared<OutboundJob>(means_, fetch, chain_only, deadline, std::move(on_end));
      jobs_[key] = Entry{.job = std::move(job), .payer = fetch.payer};
      waiting_.push(fetch.payer, key);
    });
  }

  void forget(const Key& key) {
    const auto entry = jobs_.find(key);
    if (entry->second.begun) {
      --running_;
      waiting_.end(entry->second.payer);
    }
    jobs_.erase(entry);
  }

  std::optional<Instant> tick() {
    while (!jobs_.empty() && jobs_.begin()->first.first <= std::chrono::steady_clock::now()) {
      const auto job = jobs_.begin()->second.job;
      job->abandon(FetchFault::timed_out, "no complete answer in time");
    }
    while (running_ < settings_.parallel) {
      const auto next = waiting_.take();
      if (!next) break;
      const auto entry = jobs_.find(next->work);
      if (entry == jobs_.end()) {  // its time passed while it waited
        waiting_.end(next->payer);
        continue;
      }
      entry->second.begun = true;
      ++running_;
      const auto job = entry->second.job;
      job->begin();
    }
    return jobs_.empty() ? std::nullopt : std::optional(jobs_.begin()->first.first);
  }

  void run() {
    loop_.run([this] { return tick(); });
    do {  // a callback may ask for another fetch even now
      while (!jobs_.empty()) {
        const auto job = jobs_.begin()->second.job;
        job->abandon(FetchFault::unreachable, "the fetcher is stopping");
      }
    } while (loop_.run_tasks());
  }

  const OutboundSettings settings_;
  OutboundLoop loop_;
  NameLookup names_;
  const OutboundMeans means_;
  // The thread's alone:
  std::map<Key, Entry> jobs_;
  FairQueue<Key> waiting_{settings_.parallel};  // not begun; perhaps ended already
  std::size_t running_ = 0;
  std::uint64_t next_number_ = 0;

  std::thread thread_;
};

}  // namespace

bool FetchFailure::retryable() const {
  switch (fault) {
    case FetchFault::unresolved:
    case FetchFault::unreachable:
    case FetchFault::timed_out:
      return true;
    case FetchFault::bad_status:
      return status == 408 || status == 425 || status == 429 || status >= 500;
    default:
      return false;
  }
}

std::unique_ptr<Outbound> Outbound::start(OutboundSettings settings) {
  return std::make_unique<Fetcher>(std::move(settings));
}

}  // namespace openirsa::http
