// The store without a disk: for trying things out, and the twin that the other back ends are compared with.
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "store/commit_check.h"
#include "store/retention.h"
#include "store/store.h"

namespace openirsa::store {
namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(LogBound bound) : retention_(bound) {}

  Result<std::optional<Entry>, Error> get(std::string_view key) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed_error();
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::optional<Entry>();
    return std::optional<Entry>(entry_of(*found));
  }

  Result<std::vector<Entry>, Error> list(std::string_view prefix, std::string_view after,
                                         std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed_error();
    std::vector<Entry> page;
    for (auto at = entries_.lower_bound(first_key(prefix, after)); at != entries_.end(); ++at) {
      if (page.size() >= limit || !at->first.starts_with(prefix)) break;
      page.push_back(entry_of(*at));
    }
    return page;
  }

  Result<Revision, Error> commit(const Commit& commit) override {
    if (auto refused = check_commit(commit)) return *std::move(refused);
    const std::lock_guard lock(mutex_);
    if (closed_) return closed_error();
    for (const auto& expected : commit.expect) {
      const auto found = entries_.find(expected.key);
      const Revision revision = found == entries_.end() ? 0 : found->second.revision;
      if (revision != expected.revision) return conflict_error(expected, revision);
    }
    auto changes = apply(commit);
    if (changes.empty()) return revision_;
    ++revision_;
    remember(std::move(changes), bytes_of(commit));
    changed_.notify_all();
    return revision_;
  }

  Result<Changes, Error> changes(std::string_view prefix, Revision revision) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed_error();
    if (revision < retention_.compacted() || revision > revision_) return compacted_error();
    Changes answer{{}, revision_};
    for (auto at = log_.begin() + (revision - retention_.compacted()); at != log_.end(); ++at) {
      for (const auto& change : *at) {
        if (change.key.starts_with(prefix)) answer.changes.push_back(change);
      }
    }
    return answer;
  }

  Result<Revision, Error> wait_for_changes(Revision revision, std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return closed_ || revision_ > revision; });
    if (closed_) return closed_error();
    return revision_;
  }

  Result<Revision, Error> revision() override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed_error();
    return revision_;
  }

  void close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  struct Kept {
    std::string value;
    Revision revision = 0;
  };
  using Entries = std::map<std::string, Kept, std::less<>>;

  static Entry entry_of(const Entries::value_type& kept) {
    return {kept.first, kept.second.value, kept.second.revision};
  }

  // What really changed, in the order of the commit.
  std::vector<Change> apply(const Commit& commit) {
    std::vector<Change> changes;
    for (const auto& put : commit.puts) {
      entries_.insert_or_assign(put.key, Kept{put.value, revision_ + 1});
      changes.push_back({put.key, put.value, revision_ + 1});
    }
    for (const auto& key : commit.deletes) {
      if (entries_.erase(key) > 0) changes.push_back({key, std::nullopt, revision_ + 1});
    }
    return changes;
  }

  void remember(std::vector<Change> changes, std::size_t bytes) {
    log_.push_back(std::move(changes));
    const Revision before = retention_.compacted();
    retention_.add(bytes);
    log_.erase(log_.begin(), log_.begin() + (retention_.compacted() - before));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Entries entries_;
  std::deque<std::vector<Change>> log_;  // one element a revision, from retention_.compacted() + 1 on
  Retention retention_;
  Revision revision_ = 0;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Store> make_memory_store(LogBound bound) { return std::make_unique<MemoryStore>(bound); }

}  // namespace openirsa::store
