// The mirror's own promises, beyond those of every store: snapshots, decoding, listeners, and following what
// others write.
#include "store/mirror.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "store/lent_store.h"

namespace openirsa::store {
namespace {

constexpr std::chrono::milliseconds patience{60'000};

class MirrorTest : public ::testing::Test {
 protected:
  void start(LogBound bound = {}) {
    mirror_.reset();
    under_ = make_memory_store(bound);
    restart();
  }
  void restart() {
    auto lent = std::make_unique<LentStore>(*under_);
    lent_ = lent.get();
    auto started =
        Mirror::start(std::move(lent), [this](std::string_view key, const std::string& value) -> Decoded {
          const std::lock_guard lock(mutex_);
          ++decoded_[std::string(key) + "=" + value];
          if (value == "undecodable") return nullptr;
          return std::make_shared<std::string>("decoded " + value);
        });
    ASSERT_TRUE(started) << started.error().message;
    mirror_ = *std::move(started);
  }
  static Revision put(Store& store, const std::string& key, const std::string& value) {
    const auto done = store.commit({{}, {{key, value}}, {}});
    EXPECT_TRUE(done);
    return done ? *done : -1;
  }
  std::string decoded(const std::string& key) const {
    const auto snapshot = mirror_->snapshot();
    const auto* item = snapshot->find(key);
    if (!item) return "(absent)";
    return item->decoded ? *std::static_pointer_cast<const std::string>(item->decoded) : "(undecoded)";
  }
  int times_decoded(const std::string& key_and_value) {
    const std::lock_guard lock(mutex_);
    return decoded_[key_and_value];
  }
  void wait_until_seen(Revision revision) {
    const auto seen = mirror_->wait_for_changes(revision - 1, patience);
    ASSERT_TRUE(seen);
    ASSERT_GE(*seen, revision);
  }

  std::unique_ptr<Store> under_;
  LentStore* lent_ = nullptr;
  std::mutex mutex_;
  std::map<std::string, int> decoded_;
  std::unique_ptr<Mirror> mirror_;
};

TEST_F(MirrorTest, starts_with_what_is_there) {
  under_ = make_memory_store();
  put(*under_, "a", "1");
  put(*under_, "b", "undecodable");
  restart();
  EXPECT_EQ(decoded("a"), "decoded 1");
  EXPECT_EQ(decoded("b"), "(undecoded)");
  EXPECT_EQ(mirror_->snapshot()->find("b")->value, "undecodable");
  EXPECT_EQ(mirror_->snapshot()->revision(), 2);
}

TEST_F(MirrorTest, a_snapshot_stays_as_it_was) {
  start();
  put(*mirror_, "a", "1");
  const auto before = mirror_->snapshot();
  const auto* item = before->find("a");
  put(*mirror_, "a", "2");
  put(*mirror_, "b", "2");
  ASSERT_TRUE(mirror_->commit({{}, {}, {"a"}}));
  EXPECT_EQ(before->revision(), 1);
  EXPECT_EQ(before->find("a"), item);
  EXPECT_EQ(item->value, "1");
  EXPECT_FALSE(before->find("b"));
  EXPECT_EQ(decoded("a"), "(absent)");
  EXPECT_EQ(decoded("b"), "decoded 2");
  mirror_.reset();
  EXPECT_EQ(*std::static_pointer_cast<const std::string>(item->decoded), "decoded 1")
      << "it outlives the mirror";
}

TEST_F(MirrorTest, snapshots_of_two_mirrors_are_told_apart_on_one_thread) {
  start();
  const auto other_store = make_memory_store();
  auto other = Mirror::start(std::make_unique<LentStore>(*other_store),
                             [](std::string_view, const std::string&) { return nullptr; });
  ASSERT_TRUE(other);
  put(*mirror_, "here", "1");
  put(**other, "there", "1");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(mirror_->snapshot()->find("here"));
    EXPECT_FALSE(mirror_->snapshot()->find("there"));
    EXPECT_TRUE((*other)->snapshot()->find("there"));
    EXPECT_FALSE((*other)->snapshot()->find("here"));
  }
  // A new mirror, perhaps at the same address, must not be taken for the old one.
  start();
  EXPECT_FALSE(mirror_->snapshot()->find("here"));
}

TEST_F(MirrorTest, scans_and_counts_by_prefix) {
  start();
  for (int i = 0; i < 300; ++i) put(*mirror_, "a/" + std::to_string(i), "v");
  put(*mirror_, "a", "v");
  put(*mirror_, "b", "v");
  put(*mirror_, "\xff\xff", "v");
  const auto snapshot = mirror_->snapshot();
  EXPECT_EQ(snapshot->count(""), 303U);
  EXPECT_EQ(snapshot->count("a"), 301U);
  EXPECT_EQ(snapshot->count("a/"), 300U);
  EXPECT_EQ(snapshot->count("a/29"), 11U);
  EXPECT_EQ(snapshot->count("\xff"), 1U);
  EXPECT_EQ(snapshot->count("\xff\xff\xff"), 0U);
  EXPECT_EQ(snapshot->count("c"), 0U);
  std::vector<std::string> seen;
  snapshot->scan("a/2", "a/297", [&](const Item& item) {
    seen.push_back(item.key);
    return true;
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"a/298", "a/299"}));
}

TEST_F(MirrorTest, follows_what_others_write) {
  start();
  wait_until_seen(put(*under_, "a", "1"));
  EXPECT_EQ(decoded("a"), "decoded 1");
  const auto gone = under_->commit({{}, {}, {"a"}});
  ASSERT_TRUE(gone);
  wait_until_seen(*gone);
  EXPECT_EQ(decoded("a"), "(absent)");
}

TEST_F(MirrorTest, own_commits_are_seen_even_when_nothing_can_be_followed) {
  start();
  lent_->before_changes = [](int) { return Error{Fault::unavailable, "the network is down"}; };
  for (int i = 1; i <= 20; ++i) {
    put(*mirror_, "a", std::to_string(i));
    ASSERT_EQ(decoded("a"), "decoded " + std::to_string(i)) << "without asking the store for changes";
  }
}

TEST_F(MirrorTest, own_commits_are_seen_after_those_of_others) {
  start();
  put(*under_, "theirs", "1");
  put(*mirror_, "ours", "1");
  EXPECT_EQ(decoded("theirs"), "decoded 1");
  EXPECT_EQ(decoded("ours"), "decoded 1");
  put(*under_, "theirs", "2");
  ASSERT_TRUE(mirror_->commit({{}, {}, {"absent"}}));
  EXPECT_EQ(decoded("theirs"), "decoded 2") << "a commit that changes nothing has its revision too";
}

TEST_F(MirrorTest, every_writer_reads_its_own_writes_at_once) {
  start();
  std::atomic<int> stale{0};
  std::vector<std::thread> running;
  for (int t = 0; t < 4; ++t) {
    running.emplace_back([&, t] {
      Store& store = t == 0 ? *under_ : *mirror_;  // one of them writes past the mirror
      for (int i = 0; i < 200; ++i) {
        const auto key = std::to_string(t);
        const auto revision = put(store, key, std::to_string(i));
        if (t == 0) continue;
        const auto snapshot = mirror_->snapshot();
        if (snapshot->revision() < revision || snapshot->find(key)->value != std::to_string(i)) ++stale;
      }
    });
  }
  for (auto& thread : running) thread.join();
  EXPECT_EQ(stale, 0);
  wait_until_seen(800);
  EXPECT_EQ(decoded("0"), "decoded 199");
}

TEST_F(MirrorTest, readers_never_see_half_a_commit_nor_time_running_backwards) {
  start();
  ASSERT_TRUE(mirror_->commit({{}, {{"x", "0"}, {"y", "0"}}, {}}));
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      Revision last = 0;
      do {
        const auto snapshot = mirror_->snapshot();
        if (snapshot->revision() < last || snapshot->find("x")->value != snapshot->find("y")->value) ++wrong;
        last = snapshot->revision();
      } while (!stop);
    });
  }
  for (int i = 1; i <= 1000; ++i) {
    const auto text = std::to_string(i);
    ASSERT_TRUE(mirror_->commit({{}, {{"x", text}, {"y", text}}, {}}));
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(MirrorTest, decodes_each_value_once) {
  under_ = make_memory_store({.revisions = 5, .bytes = 1024 * 1024});
  put(*under_, "loaded", "1");
  restart();
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&, t] {
      Store& store = t % 2 == 0 ? *under_ : *mirror_;
      for (int i = 0; i < 100; ++i) put(store, std::to_string(t), std::to_string(i));
    });
  }
  for (auto& writer : writers) writer.join();
  wait_until_seen(401);
  EXPECT_EQ(times_decoded("loaded=1"), 1) << "loading again after a compaction keeps what it has";
  const std::lock_guard lock(mutex_);
  for (const auto& [what, times] : decoded_) EXPECT_LE(times, 1) << what;
}

TEST_F(MirrorTest, tells_listeners_what_changed_when_it_can_be_read) {
  start();
  std::mutex mutex;
  std::vector<std::vector<std::string>> heard;
  std::vector<Revision> at;
  mirror_->on_change([&](const std::vector<std::string>& keys) {
    const std::lock_guard lock(mutex);
    heard.push_back(keys);
    at.push_back(mirror_->snapshot()->revision());
  });
  ASSERT_TRUE(mirror_->commit({{}, {{"b", "1"}, {"a", "1"}}, {}}));
  ASSERT_TRUE(mirror_->commit({{}, {{"c", "1"}}, {"a"}}));
  ASSERT_TRUE(mirror_->commit({{{"c", 2}}, {}, {}}));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(heard.size(), 2U) << "a commit that changes nothing is no change";
  EXPECT_EQ(heard[0], (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(heard[1], (std::vector<std::string>{"c", "a"}));
  EXPECT_EQ(at, (std::vector<Revision>{1, 2}));
}

TEST_F(MirrorTest, loads_again_after_a_compaction_and_tells_the_difference) {
  start({.revisions = 3, .bytes = 1024 * 1024});
  for (const auto* key : {"same", "changed", "deleted"}) put(*mirror_, key, "1");
  std::vector<std::string> heard;
  mirror_->on_change(
      [&](const std::vector<std::string>& keys) { heard.insert(heard.end(), keys.begin(), keys.end()); });
  {
    // The mirror is kept from hearing of anything until the log has forgotten it.
    const auto quiet = lent_->hold();
    put(*under_, "changed", "2");
    put(*under_, "added", "2");
    ASSERT_TRUE(under_->commit({{}, {}, {"deleted"}}));
    for (int i = 0; i < 10; ++i) put(*under_, "later", std::to_string(i));
  }
  EXPECT_EQ(*mirror_->commit({}), 16);
  EXPECT_EQ(decoded("same"), "decoded 1");
  EXPECT_EQ(decoded("changed"), "decoded 2");
  EXPECT_EQ(decoded("added"), "decoded 2");
  EXPECT_EQ(decoded("deleted"), "(absent)");
  std::sort(heard.begin(), heard.end());
  EXPECT_EQ(heard, (std::vector<std::string>{"added", "changed", "deleted", "later"}));
}

TEST_F(MirrorTest, loading_is_of_one_moment_although_writers_go_on) {
  under_ = make_memory_store();
  put(*under_, "early", "1");
  put(*under_, "moved/from", "1");
  LentStore* lent = nullptr;
  auto lending = std::make_unique<LentStore>(*under_);
  lent = lending.get();
  // After the page was read and before the mirror looks at it: the key moves, and one is written twice.
  lent->after_list = [&] {
    lent->after_list = nullptr;
    EXPECT_TRUE(under_->commit({{}, {{"moved/to", "1"}}, {"moved/from"}}));
    put(*under_, "early", "2");
    put(*under_, "early", "3");
  };
  auto started =
      Mirror::start(std::move(lending), [](std::string_view, const std::string&) { return nullptr; });
  ASSERT_TRUE(started);
  const auto snapshot = (*started)->snapshot();
  EXPECT_EQ(snapshot->revision(), 5);
  EXPECT_FALSE(snapshot->find("moved/from"));
  EXPECT_TRUE(snapshot->find("moved/to"));
  EXPECT_EQ(snapshot->find("early")->value, "3");
}

TEST_F(MirrorTest, decodes_a_large_page_once_whoever_decodes_it) {
  constexpr std::size_t many = 12'000;  // more than a page, and shares for several threads
  under_ = make_memory_store();
  Commit commit;
  for (std::size_t i = 0; i < many; ++i) {
    commit.puts.push_back({"k" + std::to_string(i), std::to_string(i)});
    if (commit.puts.size() < max_operations_per_commit && i + 1 < many) continue;
    ASSERT_TRUE(under_->commit(std::exchange(commit, {})));
  }
  restart();
  EXPECT_EQ(mirror_->snapshot()->count(""), many);
  for (std::size_t i = 0; i < many; ++i) {
    const std::string key = "k" + std::to_string(i);
    ASSERT_EQ(decoded(key), "decoded " + std::to_string(i));
    ASSERT_EQ(times_decoded(key + "=" + std::to_string(i)), 1);
  }
}

TEST_F(MirrorTest, a_page_newer_than_the_changes_is_not_undone_by_them) {
  under_ = make_memory_store();
  put(*under_, "k", "1");
  auto lending = std::make_unique<LentStore>(*under_);
  auto* lent = lending.get();
  lent->before_list = [&] {
    lent->before_list = nullptr;
    EXPECT_TRUE(under_->commit({{}, {}, {"k"}}));
    put(*under_, "k", "2");
  };
  int decoded = 0;
  auto started = Mirror::start(std::move(lending), [&](std::string_view, const std::string&) {
    ++decoded;
    return nullptr;
  });
  ASSERT_TRUE(started);
  EXPECT_EQ((*started)->snapshot()->find("k")->value, "2");
  EXPECT_EQ(decoded, 1);
}

TEST_F(MirrorTest, goes_on_after_the_store_was_unavailable) {
  start();
  std::atomic<int> failed{0};
  lent_->before_changes = [&](int call) -> std::optional<Error> {
    if (call > 2) return std::nullopt;
    ++failed;
    return Error{Fault::unavailable, "the network is down"};
  };
  wait_until_seen(put(*under_, "a", "1"));
  EXPECT_EQ(failed, 2);
  EXPECT_EQ(decoded("a"), "decoded 1");
}

TEST_F(MirrorTest, cannot_start_over_a_store_that_fails) {
  under_ = make_memory_store();
  auto lending = std::make_unique<LentStore>(*under_);
  lending->before_changes = [](int) { return Error{Fault::unavailable, "the network is down"}; };
  const auto refused =
      Mirror::start(std::move(lending), [](std::string_view, const std::string&) { return nullptr; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Fault::unavailable);
}

TEST_F(MirrorTest, can_still_be_read_after_close) {
  start();
  put(*mirror_, "a", "1");
  mirror_->close();
  EXPECT_EQ(mirror_->snapshot()->find("a")->value, "1");
  EXPECT_FALSE(mirror_->get("a"));
}

}  // namespace
}  // namespace openirsa::store
