// Does a store agree with a simple model, whatever is committed?
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "store/conformance.h"

namespace openirsa::store {

// What the store should be, and random commits to drive both with.
class Model {
 public:
  explicit Model(unsigned seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  // Few and nasty keys, so that commits meet: some are prefixes of others, some not text.
  std::string some_key() {
    static const std::vector<std::string> parts = {"a", "b", "/", "%", "_", "\x80", "\xff", "A"};
    std::string key = parts[random_() % parts.size()];
    while (below(3) != 0) key += parts[random_() % parts.size()];
    return key;
  }

  Commit some_commit() {
    std::map<std::string, std::optional<std::string>> writes;
    for (auto n = below(6); n > 0; --n) {
      auto value = below(3) == 0 ? std::nullopt : std::optional(std::to_string(random_()));
      writes.insert_or_assign(some_key(), std::move(value));
    }
    std::map<std::string, Revision> expect;
    for (auto n = below(3); n > 0; --n) {
      const auto key = some_key();
      expect[key] = revision_of(key) + (below(8) == 0 ? 1 : 0);  // now and then wrong
    }
    Commit commit;
    for (const auto& [key, revision] : expect) commit.expect.push_back({key, revision});
    for (const auto& [key, value] : writes) {
      if (value)
        commit.puts.push_back({key, *value});
      else
        commit.deletes.push_back(key);
    }
    return commit;
  }

  // The new revision, or nothing on a conflict.
  std::optional<Revision> apply(const Commit& commit) {
    for (const auto& expected : commit.expect) {
      if (revision_of(expected.key) != expected.revision) return std::nullopt;
    }
    bool changes = !commit.puts.empty();
    for (const auto& key : commit.deletes) changes = entries_.erase(key) > 0 || changes;
    if (changes) ++revision_;
    for (const auto& put : commit.puts) entries_[put.key] = {put.key, put.value, revision_};
    return revision_;
  }

  std::vector<Entry> list(const std::string& prefix, const std::string& after, std::size_t limit) const {
    std::vector<Entry> page;
    for (const auto& [key, entry] : entries_) {
      if (key.starts_with(prefix) && key > after && page.size() < limit) page.push_back(entry);
    }
    return page;
  }

  Revision revision() const { return revision_; }
  std::size_t size() const { return entries_.size(); }

 private:
  Revision revision_of(const std::string& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? 0 : found->second.revision;
  }

  std::mt19937 random_;
  std::map<std::string, Entry> entries_;
  Revision revision_ = 0;
};

inline void expect_same(const std::vector<Entry>& found, const std::vector<Entry>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(found[i].key, expected[i].key);
    ASSERT_EQ(found[i].value, expected[i].value);
    ASSERT_EQ(found[i].revision, expected[i].revision);
  }
}

TEST_P(StoreConformance, agrees_with_a_map_under_random_commits) {
  Model model(20261124);
  std::map<std::string, std::string> replayed;
  Revision replayed_to = 0;
  int conflicts = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto commit = model.some_commit();
    const auto expected = model.apply(commit);
    const auto done = store().commit(commit);
    ASSERT_EQ(static_cast<bool>(done), expected.has_value()) << "round " << round;
    if (done) {
      ASSERT_EQ(*done, *expected);
    } else {
      ASSERT_EQ(done.error().code, Fault::conflict);
      ++conflicts;
    }
    if (round % 50 != 0) continue;
    const auto prefix = model.below(2) == 0 ? std::string() : model.some_key();
    const auto after = model.below(2) == 0 ? std::string() : model.some_key();
    const auto page = store().list(prefix, after, 40);
    ASSERT_TRUE(page);
    expect_same(*page, model.list(prefix, after, 40));
    replayed_to = replay(replayed, replayed_to);
    ASSERT_EQ(replayed_to, model.revision());
    ASSERT_EQ(replayed, everything());
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(conflicts, 100);
  EXPECT_GT(model.size(), 20U);
}

}  // namespace openirsa::store
