#include "store/mirror.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "store/commit_check.h"
#include "store/tree.h"

namespace openirsa::store {
namespace {

constexpr std::size_t load_page = 10'000;
constexpr std::size_t least_share = 500;                       // fewer entries are not worth a thread
constexpr std::chrono::seconds follow_timeout{30};             // close() ends the wait at once
constexpr std::chrono::milliseconds pause_after_failure{200};  // the store did not answer: do not press it

// Unique in the process, so that a thread's cached snapshot can never be taken for that of another mirror.
std::uint64_t next_generation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

using TreePtr = std::shared_ptr<const Snapshot::Tree>;

class FollowingMirror final : public Mirror {
 public:
  FollowingMirror(std::unique_ptr<Store> store, Decoder decoder)
      : store_(std::move(store)), decoder_(std::move(decoder)) {}

  ~FollowingMirror() override { close(); }

  Result<Done, Error> begin() {
    const std::lock_guard applying(apply_mutex_);
    if (auto loaded = load(); !loaded) return std::move(loaded).error();
    follower_ = std::thread([this] { follow(); });
    return Done{};
  }

  std::shared_ptr<const Snapshot> snapshot() const override {
    struct Cached {
      std::uint64_t generation = 0;
      std::shared_ptr<const Snapshot> snapshot;
    };
    thread_local Cached cached;
    if (cached.generation != generation_.load(std::memory_order_acquire)) {
      const std::lock_guard lock(mutex_);
      cached = {generation_.load(std::memory_order_relaxed), std::make_shared<const Snapshot>(tree_)};
    }
    return cached.snapshot;
  }

  void on_change(std::function<void(const std::vector<std::string>&)> listener) override {
    const std::lock_guard applying(apply_mutex_);
    listeners_.push_back(std::move(listener));
  }

  Result<std::optional<Entry>, Error> get(std::string_view key) override {
    if (closed_) return closed_error();
    const auto now = snapshot();
    const Item* item = now->find(key);
    if (!item) return std::optional<Entry>();
    return std::optional<Entry>(Entry{item->key, item->value, item->revision});
  }

  Result<std::vector<Entry>, Error> list(std::string_view prefix, std::string_view after,
                                         std::size_t limit) override {
    if (closed_) return closed_error();
    std::vector<Entry> page;
    if (limit == 0) return page;
    snapshot()->scan(prefix, after, [&](const Item& item) {
      page.push_back({item.key, item.value, item.revision});
      return page.size() < limit;
    });
    return page;
  }

  Result<Revision, Error> commit(const Commit& commit) override {
    if (closed_) return closed_error();
    auto done = store_->commit(commit);
    if (done) {
      if (auto seen = apply_own(commit, *done); !seen) return std::move(seen).error();
      return done;
    }
    if (done.error().code != Fault::conflict) return done;
    // Who is told of a conflict reads again, and must then find what it conflicted with.
    const auto newest = store_->revision();
    if (!newest) return newest.error();
    if (auto seen = catch_up(*newest); !seen) return std::move(seen).error();
    return done;
  }

  Result<Changes, Error> changes(std::string_view prefix, Revision revision) override {
    if (closed_) return closed_error();
    auto answer = store_->changes(prefix, revision);
    if (!answer) return answer;
    // Who has heard of a change must be able to read it.
    if (auto seen = catch_up(answer->revision); !seen) return std::move(seen).error();
    return answer;
  }

  Result<Revision, Error> wait_for_changes(Revision revision, std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return closed_ || tree_->revision > revision; });
    if (closed_) return closed_error();
    return tree_->revision;
  }

  Result<Revision, Error> revision() override {
    if (closed_) return closed_error();
    return snapshot()->revision();
  }

  void close() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      changed_.notify_all();
    }
    store_->close();  // and thereby ends the follower's wait
    const std::lock_guard lock(join_mutex_);
    if (follower_.joinable()) follower_.join();
  }

 private:
  tree::ItemPtr make_item(std::string key, std::string value, Revision revision) const {
    auto decoded = decoder_(key, value);
    return std::make_shared<const Item>(Item{std::move(key), std::move(value), revision, std::move(decoded)});
  }

  // REQUIRES of all below, follow() excepted: apply_mutex_ is held, or is taken inside where the name says
  // so.

  // Our own commit needs no second journey to the store when nothing came between.
  Result<Done, Error> apply_own(const Commit& commit, Revision revision) {
    const std::lock_guard applying(apply_mutex_);
    if (tree_->revision >= revision) return Done{};
    // Without a put, the revision may be that of somebody else's commit (see Revision in store.h).
    if (commit.puts.empty() || tree_->revision + 1 != revision) return pull();
    std::vector<Change> changes;
    for (const auto& put : commit.puts) changes.push_back({put.key, put.value, revision});
    for (const auto& key : commit.deletes) changes.push_back({key, std::nullopt, revision});
    apply({std::move(changes), revision});
    return Done{};
  }

  Result<Done, Error> catch_up(Revision revision) {
    const std::lock_guard applying(apply_mutex_);
    if (tree_->revision >= revision) return Done{};
    return pull();
  }

  Result<Done, Error> pull() {
    auto fresh = store_->changes("", tree_->revision);
    if (fresh) {
      apply(*std::move(fresh));
      return Done{};
    }
    if (fresh.error().code != Fault::compacted) return std::move(fresh).error();
    return load();
  }

  void apply(Changes fresh) {
    std::vector<std::string> keys;
    for (const auto& change : fresh.changes) keys.push_back(change.key);
    auto root = changed(tree_->root, std::move(fresh.changes));
    publish({fresh.revision, std::move(root)}, keys);
  }

  tree::NodePtr changed(tree::NodePtr root, std::vector<Change> changes) const {
    for (auto& change : changes) {
      const auto* held = tree::find(root, change.key);
      // Only while loading: the page that held the key was newer than this change.
      if (held && (*held)->revision >= change.revision) continue;
      if (change.value) {
        root = tree::with(root, make_item(std::move(change.key), *std::move(change.value), change.revision));
      } else if (held) {
        root = tree::without(root, change.key);
      }
    }
    return root;
  }

  // Pages of a list are not of one moment: the changes since before the first page make them so.
  Result<Done, Error> load() {
    // What need not be decoded again: the present tree, then what a try brought that a compaction overtook.
    tree::NodePtr known = tree_->root;
    while (true) {
      const auto start = store_->revision();
      if (!start) return start.error();
      auto items = load_items(known);
      if (!items) return std::move(items).error();
      auto fresh = store_->changes("", *start);
      if (!fresh && fresh.error().code == Fault::compacted) {
        known = tree::build(*items);
        continue;
      }
      if (!fresh) return std::move(fresh).error();
      auto root = changed(tree::build(*items), std::move(fresh->changes));
      const auto keys = difference(tree_->root, root);
      publish({fresh->revision, std::move(root)}, keys);
      return Done{};
    }
  }

  Result<std::vector<tree::ItemPtr>, Error> load_items(const tree::NodePtr& known) {
    std::vector<tree::ItemPtr> items;
    while (true) {
      auto page = store_->list("", items.empty() ? "" : std::string_view(items.back()->key), load_page);
      if (!page) return std::move(page).error();
      const bool last = page->size() < load_page;
      std::ranges::move(decode_page(*std::move(page), known), std::back_inserter(items));
      if (last) return items;
    }
  }

  // Decoding is most of what a load takes: every processor takes a share of the page.
  std::vector<tree::ItemPtr> decode_page(std::vector<Entry> page, const tree::NodePtr& known) const {
    std::vector<tree::ItemPtr> items(page.size());
    const std::size_t shares = std::clamp<std::size_t>(page.size() / least_share, 1,
                                                       std::max(1U, std::thread::hardware_concurrency()));
    const auto decode_share = [&](std::size_t share) {
      const std::size_t end = page.size() * (share + 1) / shares;
      for (std::size_t i = page.size() * share / shares; i < end; ++i) {
        Entry& entry = page[i];
        const auto* held = tree::find(known, entry.key);
        const bool same = held && (*held)->revision == entry.revision;
        items[i] = same ? *held : make_item(std::move(entry.key), std::move(entry.value), entry.revision);
      }
    };
    std::vector<std::future<void>> others;
    for (std::size_t share = 1; share < shares; ++share) {
      others.push_back(std::async(std::launch::async, decode_share, share));
    }
    decode_share(0);
    for (auto& other : others) other.get();
    return items;
  }

  static std::vector<std::string> difference(const tree::NodePtr& before, const tree::NodePtr& after) {
    std::vector<std::string> keys;
    tree::scan(after, "", [&](const tree::ItemPtr& item) {
      const auto* old = tree::find(before, item->key);
      if (!old || (*old)->revision != item->revision) keys.push_back(item->key);
      return true;
    });
    tree::scan(before, "", [&](const tree::ItemPtr& item) {
      if (!tree::find(after, item->key)) keys.push_back(item->key);
      return true;
    });
    return keys;
  }

  void publish(Snapshot::Tree next, const std::vector<std::string>& keys) {
    TreePtr tree = std::make_shared<const Snapshot::Tree>(std::move(next));
    {
      const std::lock_guard lock(mutex_);
      tree_.swap(tree);
      generation_.store(next_generation(), std::memory_order_release);
      changed_.notify_all();
    }
    tree.reset();  // outside the lock: it may be the last owner of many items
    if (keys.empty()) return;
    for (const auto& listener : listeners_) listener(keys);
  }

  void follow() {
    Revision seen = snapshot()->revision();
    while (true) {
      const auto newest = store_->wait_for_changes(seen, follow_timeout);
      if (!newest && newest.error().code == Fault::closed) return;
      const auto caught = newest ? catch_up(*newest) : Result<Done, Error>(newest.error());
      if (!caught) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, pause_after_failure, [&] { return closed_.load(); });
        if (closed_) return;
      }
      seen = snapshot()->revision();
    }
  }

  const std::unique_ptr<Store> store_;
  const Decoder decoder_;

  std::mutex apply_mutex_;  // taken first; one thread at a time asks the store and makes the next tree
  std::vector<std::function<void(const std::vector<std::string>&)>> listeners_;

  mutable std::mutex mutex_;  // short: guards the pointer below and its generation
  std::condition_variable changed_;
  TreePtr tree_ = std::make_shared<const Snapshot::Tree>();
  std::atomic<std::uint64_t> generation_{next_generation()};
  std::atomic<bool> closed_{false};

  std::mutex join_mutex_;
  std::thread follower_;
};

}  // namespace

Result<std::unique_ptr<Mirror>, Error> Mirror::start(std::unique_ptr<Store> store, Decoder decoder) {
  auto mirror = std::make_unique<FollowingMirror>(std::move(store), std::move(decoder));
  if (auto begun = mirror->begin(); !begun) return std::move(begun).error();
  return std::unique_ptr<Mirror>(std::move(mirror));
}

void Snapshot::scan(std::string_view prefix, std::string_view after,
                    const std::function<bool(const Item&)>& visit) const {
  tree::scan(tree_->root, first_key(prefix, after),
             [&](const tree::ItemPtr& item) { return item->key.starts_with(prefix) && visit(*item); });
}

std::size_t Snapshot::count(std::string_view prefix) const {
  const auto end = end_of_prefix(prefix);
  const std::size_t below_end = end ? tree::rank(tree_->root, *end) : tree_->root ? tree_->root->size : 0;
  return below_end - tree::rank(tree_->root, prefix);
}

}  // namespace openirsa::store
