#include "audit/refusal_log.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "base/text.h"

namespace openirsa::audit {
namespace {

constexpr std::string_view unknown_share = "unknown";
constexpr std::chrono::seconds between_sweeps{30};
constexpr std::chrono::seconds between_retries{5};
constexpr std::size_t turn = 64;                                     // of one share, before the next one's
constexpr std::uint64_t longest_segment = std::uint64_t{64} << 20U;  // that is read

// The names of shares are names of directories: nothing but an account or `unknown`.
bool is_share(std::string_view name) {
  return name == unknown_share || (name.size() == 12 && is_digits(name));
}

std::string share_of(const wire::Trace& trace) {
  const bool known = !trace.role_unknown && is_share(trace.account);
  return known ? trace.account : std::string(unknown_share);
}

bool may_see(const wire::Viewer& viewer, std::string_view share) { return !viewer || *viewer == share; }

}  // namespace

struct RefusalLog::State {
  State(RefusalSettings given, const Clock& c, TraceDisk& d, Sequence& s)
      : settings(std::move(given)), clock(c), disk(d), sequence(s) {}

  void run();
  void start_loading();
  void load_next();
  void load(const std::string& name, const std::string& file);
  bool take_turn();
  void write_all();
  bool write(const std::string& name, RefusalShare& share);
  void make_room(RefusalShare& share, std::size_t for_bytes);
  void drop_oldest(RefusalShare& share, std::unique_lock<std::mutex>& lock);
  void sweep();
  void trouble(const std::string& what);
  RefusalShare& share(const std::string& name);  // with `index` held
  std::uint64_t quota() const { return settings.bytes / std::max<std::size_t>(shares.size(), 1); }
  RefusalShare::Limits limits() const;

  const RefusalSettings settings;
  const Clock& clock;
  TraceDisk& disk;
  Sequence& sequence;

  struct Queued {
    std::uint64_t sequence = 0;
    wire::Trace trace;
  };
  // What the request's thread touches: held for one push, never while anything is worked out or written.
  mutable std::mutex queue;
  std::condition_variable work;
  mutable std::condition_variable progress;
  std::map<std::string, std::deque<Queued>, std::less<>> queues;
  std::map<std::string, std::uint64_t, std::less<>> dropped;
  std::optional<std::uint64_t> taken;  // the oldest that is between queue and index
  bool loaded = false;
  bool stopping = false;

  // What readers touch. The log's thread alone changes it, and reads it without the lock.
  mutable std::mutex index;
  std::map<std::string, RefusalShare, std::less<>> shares;

  // Of the log's thread alone.
  std::vector<std::pair<std::string, std::string>> to_load;  // share and file, newest last
  bool failing = false;
  std::chrono::steady_clock::time_point next_sweep{};
  std::chrono::steady_clock::time_point next_retry{};

  std::thread thread;
};

RefusalShare& RefusalLog::State::share(const std::string& name) {
  return shares.try_emplace(name, settings.directory + "/" + name).first->second;
}

RefusalShare::Limits RefusalLog::State::limits() const {
  // A share is emptied by whole segments: it has eight or more of them, in space as in time.
  constexpr std::uint64_t parts = 8;
  const auto microseconds = std::chrono::microseconds(settings.age).count();
  return {.segment_bytes = std::clamp<std::size_t>(quota() / parts, 1, settings.segment_bytes),
          .segment_span = static_cast<std::uint64_t>(microseconds) / (3 * parts)};
}

void RefusalLog::State::trouble(const std::string& what) {
  if (settings.warn) return settings.warn(what);
  spdlog::warn("{}", what);
}

// The newest segment of each share at once: new decisions must be later than those.
void RefusalLog::State::start_loading() {
  auto names = disk.names_in(settings.directory);
  if (!names) return trouble("kept refusals cannot be read: " + names.error().message);
  for (const std::string& name : *names) {
    if (!is_share(name)) continue;
    auto files = disk.names_in(settings.directory + "/" + name);
    if (!files) {
      trouble("kept refusals cannot be read: " + files.error().message);
      continue;
    }
    std::erase_if(*files, [&](const std::string& file) {
      const bool foreign = !RefusalShare::is_segment(file);
      if (foreign && file.ends_with(".jsonl"))
        trouble("kept refusals: " + settings.directory + "/" + name + "/" + file +
                " is no segment and is left out");
      return foreign;
    });
    if (files->empty()) continue;
    std::ranges::sort(*files);
    load(name, files->back());
    files->pop_back();
    for (std::string& file : *files) to_load.emplace_back(name, std::move(file));
  }
  for (const auto& [name, share] : shares) sequence.pass(share.newest());
  std::ranges::sort(to_load, {}, &std::pair<std::string, std::string>::second);
}

void RefusalLog::State::load(const std::string& name, const std::string& file) {
  const std::string path = settings.directory + "/" + name + "/" + file;
  const auto content = disk.read(path, 0, longest_segment);
  if (!content) return trouble("kept refusals are left out: " + content.error().message);
  std::size_t unreadable = 0;
  {
    const std::scoped_lock lock(index);
    unreadable = share(name).load(file, *content);
  }
  if (unreadable > 0) {
    trouble("kept refusals: " + std::to_string(unreadable) + " lines of " + path +
            " cannot be read and are left out");
  }
}

// One segment, so that what is recorded meanwhile does not wait for all.
void RefusalLog::State::load_next() {
  if (!to_load.empty()) {
    load(to_load.back().first, to_load.back().second);
    to_load.pop_back();
  }
  if (!to_load.empty()) return;
  const std::scoped_lock lock(queue);
  loaded = true;
  progress.notify_all();
}

void RefusalLog::State::run() {
  // To explain a refusal may cost more than to refuse did: where the processor is short, requests come first.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 5);
  while (true) {
    {
      std::unique_lock lock(queue);
      const auto ready = [&] {
        return stopping || !loaded ||
               std::ranges::any_of(queues, [](const auto& queued) { return !queued.second.empty(); });
      };
      work.wait_for(lock, failing ? between_retries : between_sweeps, ready);
    }
    load_next();
    while (take_turn()) write_all();
    write_all();
    sweep();
    const std::scoped_lock lock(queue);
    if (stopping) return;
  }
}

// Some of every share's queue, so that a long queue delays nobody else's. Answers whether there were any.
bool RefusalLog::State::take_turn() {
  std::vector<std::pair<std::string, Queued>> batch;
  {
    const std::scoped_lock lock(queue);
    for (auto& [name, queued] : queues) {
      for (std::size_t i = 0; i < turn && !queued.empty(); ++i) {
        taken = std::min(taken.value_or(queued.front().sequence), queued.front().sequence);
        batch.emplace_back(name, std::move(queued.front()));
        queued.pop_front();
      }
    }
  }
  for (auto& [name, queued] : batch) {
    std::string line = refusal_line(std::move(queued.trace), queued.sequence);
    const auto facts = facts_of_line(std::string_view(line).substr(0, line.size() - 1));
    if (!facts) continue;  // a trace without a request id is nobody's
    std::size_t lost = 0;
    {
      const std::scoped_lock lock(index);
      RefusalShare& into = share(name);
      lost = into.add(*facts, std::move(line), settings.memory_bytes / shares.size());
    }
    const std::scoped_lock lock(queue);
    if (lost > 0) dropped[name] += lost;
  }
  const std::scoped_lock lock(queue);
  taken.reset();
  progress.notify_all();
  return !batch.empty();
}

void RefusalLog::State::write_all() {
  const auto now = std::chrono::steady_clock::now();
  const bool last_chance = [&] {
    const std::scoped_lock lock(queue);
    return stopping;
  }();
  if (failing && now < next_retry && !last_chance) return;
  bool all = true;
  for (auto& [name, share] : shares) all = write(name, share) && all;
  if (all && failing) trouble("kept refusals can be written again");
  failing = !all;
  next_retry = now + between_retries;
}

bool RefusalLog::State::write(const std::string& name, RefusalShare& share) {
  bool again = true;
  while (const auto batch = share.next_batch(limits())) {
    make_room(share, batch->text.size());
    const auto done = disk.append(batch->path, batch->expected_size, batch->text);
    const std::scoped_lock lock(index);
    if (done) {
      share.written(*batch);
      continue;
    }
    // Whatever happened to the file, the lines may fit into a new one.
    share.close_segment();
    if (batch->expected_size != 0 && std::exchange(again, false)) continue;
    if (!failing) {
      trouble("refusals of " + name + " cannot be written and are kept in memory: " + done.error().message);
    }
    return false;
  }
  return true;
}

void RefusalLog::State::make_room(RefusalShare& share, std::size_t for_bytes) {
  std::unique_lock lock(index);
  while (share.bytes() > 0 && share.bytes() + for_bytes > quota()) drop_oldest(share, lock);
}

void RefusalLog::State::drop_oldest(RefusalShare& share, std::unique_lock<std::mutex>& lock) {
  const auto path = share.drop_oldest();
  if (!path) return;
  lock.unlock();
  if (const auto removed = disk.remove(*path); !removed) {
    trouble("old refusals cannot be removed: " + removed.error().message);
  }
  lock.lock();
}

void RefusalLog::State::sweep() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_sweep) return;
  next_sweep = now + between_sweeps;
  const std::uint64_t oldest = Sequence::at(clock.now() - settings.age);
  std::unique_lock lock(index);
  for (auto& [name, share] : shares) {
    while (true) {
      const auto end = share.oldest_segment_end();
      if (!end || (*end >= oldest && share.bytes() <= quota())) break;
      drop_oldest(share, lock);
    }
  }
}

RefusalLog::RefusalLog(RefusalSettings settings, const Clock& clock, TraceDisk& disk, Sequence& sequence)
    : state_(std::make_unique<State>(std::move(settings), clock, disk, sequence)) {
  state_->start_loading();
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

RefusalLog::~RefusalLog() {
  {
    const std::scoped_lock lock(state_->queue);
    state_->stopping = true;
  }
  state_->work.notify_all();
  state_->thread.join();
}

void RefusalLog::record(wire::Trace trace) {
  const std::string name = share_of(trace);
  {
    const std::scoped_lock lock(state_->queue);
    auto& queued = state_->queues[name];
    if (queued.size() >= state_->settings.queue) {
      ++state_->dropped[name];
      return;
    }
    const std::uint64_t number = state_->sequence.next(trace.time);
    queued.push_back({number, std::move(trace)});
  }
  state_->work.notify_one();
}

std::uint64_t RefusalLog::settle() const {
  const std::uint64_t last = state_->sequence.last();
  std::unique_lock lock(state_->queue);
  const auto oldest_missing = [&] {
    std::uint64_t oldest = state_->taken.value_or(UINT64_MAX);
    for (const auto& [name, queued] : state_->queues) {
      if (!queued.empty()) oldest = std::min(oldest, queued.front().sequence);
    }
    return oldest;
  };
  state_->progress.wait_for(lock, state_->settings.patience,
                            [&] { return state_->loaded && oldest_missing() > last; });
  return std::min(last, oldest_missing() - 1);
}

std::optional<json::object> RefusalLog::find(std::string_view request_id, const Viewer& viewer) const {
  settle();
  const std::uint32_t id = mark_of(request_id);
  std::vector<RefusalShare::Place> places;
  {
    const std::scoped_lock lock(state_->index);
    for (const auto& [name, share] : state_->shares) {
      if (!may_see(viewer, name)) continue;
      for (std::size_t n = 0; auto place = share.find(id, n); ++n) places.push_back(std::move(*place));
    }
  }
  for (const auto& place : places) {
    auto decision = read(place);
    if (decision && find_string(*decision, "requestId") == request_id) return decision;
  }
  return std::nullopt;
}

std::vector<RefusalShare::Place> RefusalLog::list(const RefusalShare::Range& range,
                                                  const Viewer& viewer) const {
  std::vector<RefusalShare::Place> all;
  {
    const std::scoped_lock lock(state_->index);
    for (const auto& [name, share] : state_->shares) {
      if (!may_see(viewer, name)) continue;
      auto places = share.list(range);
      std::ranges::move(places, std::back_inserter(all));
    }
  }
  std::ranges::sort(all, {}, &RefusalShare::Place::sequence);
  if (all.size() <= range.limit) return all;
  const auto surplus = static_cast<std::ptrdiff_t>(all.size() - range.limit);
  if (range.first) {
    all.erase(all.end() - surplus, all.end());
  } else {
    all.erase(all.begin(), all.begin() + surplus);
  }
  return all;
}

std::optional<json::object> RefusalLog::read(const RefusalShare::Place& place) const {
  if (place.text) return decision_of_line(*place.text);
  const auto line = state_->disk.read(place.path, place.at, place.length);
  // Removed since the index was asked, or by somebody else.
  return line ? decision_of_line(*line) : std::nullopt;
}

RefusalFigures RefusalLog::figures() const {
  RefusalFigures figures;
  {
    const std::scoped_lock lock(state_->index);
    for (const auto& [name, share] : state_->shares) {
      figures.kept += share.lines() + share.unwritten();
      figures.bytes += share.bytes();
      figures.unwritten += share.unwritten();
    }
  }
  const std::scoped_lock lock(state_->queue);
  for (const auto& [name, count] : state_->dropped) figures.dropped.push_back({name, count});
  return figures;
}

}  // namespace openirsa::audit
