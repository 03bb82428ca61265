// Is every store the same store? One suite for all back ends and for the mirror over them. A back end joins
// with a factory (store_test.cpp); it may excuse itself from a test only by name, with a reason. Included by
// tests only.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/store.h"
#include "store/update.h"

namespace openirsa::store {

// An open, empty store of a test's own.
class Opened {
 public:
  virtual ~Opened() = default;
  virtual Store& store() = 0;
  // The same data by another way, where there is one: what it writes, store() did not write.
  virtual Store& other_writer() { return store(); }
  // Empty when reopen() works; else the reason.
  virtual std::string cannot_reopen() const { return {}; }
  virtual void reopen() {}
};

struct BackEnd {
  std::string name;
  std::function<std::unique_ptr<Opened>(LogBound)> open;
};

inline void PrintTo(const BackEnd& back_end, std::ostream* out) { *out << back_end.name; }

class StoreConformance : public ::testing::TestWithParam<BackEnd> {
 protected:
  void SetUp() override { open({}); }
  void open(LogBound bound) {
    opened_.reset();
    opened_ = GetParam().open(bound);
  }
  Store& store() { return opened_->store(); }

  Revision put(const std::string& key, const std::string& value) { return put(store(), key, value); }
  static Revision put(Store& store, const std::string& key, const std::string& value) {
    const auto done = store.commit({{}, {{key, value}}, {}});
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : -1;
  }
  std::optional<Entry> get(const std::string& key) {
    auto found = store().get(key);
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }
  // "(absent)" where there is nothing.
  std::string value(const std::string& key) {
    const auto found = get(key);
    return found ? found->value : "(absent)";
  }
  std::vector<std::string> keys(const std::string& prefix, const std::string& after, std::size_t limit) {
    std::vector<std::string> keys;
    auto page = store().list(prefix, after, limit);
    EXPECT_TRUE(page);
    if (page) {
      for (const auto& entry : *page) keys.push_back(entry.key);
    }
    return keys;
  }
  Fault refusal(const Commit& commit) {
    const auto done = store().commit(commit);
    EXPECT_FALSE(done);
    return done ? Fault{-1} : done.error().code;
  }
  // The replay of all changes since `since` over `state`.
  Revision replay(std::map<std::string, std::string>& state, Revision since) {
    auto fresh = store().changes("", since);
    EXPECT_TRUE(fresh);
    if (!fresh) return -1;
    Revision last = since;
    for (auto& change : fresh->changes) {
      EXPECT_GE(change.revision, last);
      last = change.revision;
      if (change.value)
        state[change.key] = *change.value;
      else
        EXPECT_EQ(state.erase(change.key), 1U) << "a deletion of what was not there: " << change.key;
    }
    EXPECT_GE(fresh->revision, last);
    return fresh->revision;
  }
  std::map<std::string, std::string> everything() {
    std::map<std::string, std::string> all;
    auto page = store().list("", "", 1'000'000);
    EXPECT_TRUE(page);
    if (page) {
      for (const auto& entry : *page) all[entry.key] = entry.value;
    }
    return all;
  }

  std::unique_ptr<Opened> opened_;
};

TEST_P(StoreConformance, absent_reads_as_nothing) {
  EXPECT_FALSE(get("a"));
  EXPECT_TRUE(keys("", "", 10).empty());
  EXPECT_EQ(*store().revision(), 0);
}

TEST_P(StoreConformance, reads_own_write) {
  EXPECT_EQ(put("a", "1"), 1);
  const auto found = get("a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, "a");
  EXPECT_EQ(found->value, "1");
  EXPECT_EQ(found->revision, 1);
  EXPECT_EQ(put("a", "2"), 2);
  EXPECT_EQ(value("a"), "2");
  EXPECT_EQ(*store().revision(), 2);
}

TEST_P(StoreConformance, values_are_bytes) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  put("empty", "");
  put("bytes", every_byte);
  put(every_byte, "key of bytes");
  EXPECT_EQ(value("empty"), "");
  EXPECT_EQ(value("bytes"), every_byte);
  EXPECT_EQ(value(every_byte), "key of bytes");
  const auto fresh = store().changes("empty", 0);
  ASSERT_TRUE(fresh);
  ASSERT_EQ(fresh->changes.size(), 1U);
  EXPECT_EQ(fresh->changes[0].value, "") << "an empty value is not a deletion";
}

TEST_P(StoreConformance, create_refuses_existing) {
  EXPECT_TRUE(store().commit({{{"a", 0}}, {{"a", "1"}}, {}}));
  EXPECT_EQ(refusal({{{"a", 0}}, {{"a", "2"}}, {}}), Fault::conflict);
  EXPECT_EQ(value("a"), "1");
}

TEST_P(StoreConformance, conflict_writes_nothing) {
  const auto revision = put("a", "1");
  EXPECT_EQ(refusal({{{"a", revision}, {"b", 7}}, {{"a", "2"}, {"c", "2"}}, {}}), Fault::conflict);
  EXPECT_EQ(refusal({{{"absent", 1}}, {{"c", "2"}}, {"a"}}), Fault::conflict);
  EXPECT_EQ(value("a"), "1");
  EXPECT_FALSE(get("c"));
  EXPECT_EQ(*store().revision(), revision);
  EXPECT_TRUE(store().changes("", revision)->changes.empty());
  EXPECT_TRUE(store().commit({{{"a", revision}, {"b", 0}}, {{"a", "2"}, {"c", "2"}}, {}}));
  EXPECT_EQ(value("a"), "2");
}

TEST_P(StoreConformance, expectations_alone_check_and_change_nothing) {
  const auto revision = put("a", "1");
  EXPECT_EQ(*store().commit({{{"a", revision}, {"b", 0}}, {}, {}}), revision);
  EXPECT_EQ(refusal({{{"a", revision + 1}}, {}, {}}), Fault::conflict);
  EXPECT_EQ(*store().commit({}), revision);
  EXPECT_EQ(*store().revision(), revision);
}

TEST_P(StoreConformance, deleting_the_absent_succeeds_and_changes_nothing) {
  const auto revision = put("a", "1");
  EXPECT_EQ(*store().commit({{}, {}, {"b", "c"}}), revision);
  EXPECT_TRUE(store().changes("", revision)->changes.empty());
  EXPECT_EQ(*store().commit({{}, {}, {"b", "a"}}), revision + 1);
  EXPECT_FALSE(get("a"));
}

TEST_P(StoreConformance, keys_are_case_sensitive) {
  put("Role", "1");
  put("role", "2");
  EXPECT_EQ(value("Role"), "1");
  EXPECT_EQ(value("role"), "2");
  EXPECT_FALSE(get("ROLE"));
  EXPECT_EQ(keys("R", "", 10), std::vector<std::string>{"Role"});
}

TEST_P(StoreConformance, pages_are_in_byte_order_and_under_the_prefix) {
  const std::vector<std::string> ordered = {std::string("\0", 1),
                                            "%",
                                            "/",
                                            "A",
                                            "a",
                                            "a%",
                                            "a/",
                                            "a/1",
                                            "a/1/x",
                                            "a/10",
                                            "a/2",
                                            "a/\x7f",
                                            "a/\x80",
                                            "a/\xc3\xa4",
                                            "a/\xff",
                                            "a/\xff\1",
                                            "a0",
                                            "a_",
                                            "ab",
                                            "b",
                                            "\x80",
                                            "\xff",
                                            "\xff\xff",
                                            "\xff\xff\xff"};
  std::vector<std::string> shuffled = ordered;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(7));
  for (const auto& key : shuffled) put(key, "v");

  const auto expected = [&](const std::string& prefix, const std::string& after, std::size_t limit) {
    std::vector<std::string> page;
    for (const auto& key : ordered) {
      if (key.starts_with(prefix) && key > after && page.size() < limit) page.push_back(key);
    }
    return page;
  };
  ASSERT_EQ(keys("", "", 100), ordered);
  for (const std::string prefix :
       {"", "a", "a/", "a/1", "a_", "a%", "%", "_", "\x80", "\xff", "\xff\xff", "a/\xff", "c"}) {
    for (const std::string after :
         {"", "Z", "a", "a/", "a/1", "a/1/x", "a/3", "a/\xff", "a/\xff\xff", "b", "\xff"}) {
      for (const std::size_t limit : {0U, 1U, 3U, 100U}) {
        EXPECT_EQ(keys(prefix, after, limit), expected(prefix, after, limit))
            << "prefix " << testing::PrintToString(prefix) << " after " << testing::PrintToString(after);
      }
    }
  }
}

TEST_P(StoreConformance, pages_follow_one_another) {
  for (int i = 0; i < 57; ++i) put("p/" + std::to_string(i), std::to_string(i));
  put("q", "");
  std::vector<std::string> all;
  std::string after;
  while (true) {
    const auto page = keys("p/", after, 10);
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < 10) break;
    after = page.back();
  }
  EXPECT_EQ(all, keys("p/", "", 1000));
  EXPECT_EQ(all.size(), 57U);
}

TEST_P(StoreConformance, changes_tell_puts_and_deletes_in_order) {
  put("a/1", "1");
  put("b/1", "1");
  const auto third = store().commit({{}, {{"a/2", "2"}, {"a/1", "3"}}, {"b/1"}});
  ASSERT_TRUE(third);
  const auto all = store().changes("", 0);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->revision, 3);
  ASSERT_EQ(all->changes.size(), 5U);
  EXPECT_EQ(all->changes[2].key, "a/2");
  EXPECT_EQ(all->changes[3].key, "a/1");
  EXPECT_EQ(all->changes[3].value, "3");
  EXPECT_EQ(all->changes[4].key, "b/1");
  EXPECT_FALSE(all->changes[4].value);
  EXPECT_EQ(all->changes[4].revision, 3);

  const auto some = store().changes("b/", 1);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->revision, 3) << "the revision counts what other prefixes saw";
  ASSERT_EQ(some->changes.size(), 2U);
  EXPECT_EQ(some->changes[0].revision, 2);
  EXPECT_FALSE(some->changes[1].value);

  EXPECT_TRUE(store().changes("", 3)->changes.empty());
  const auto never = store().changes("", 4);
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Fault::compacted) << "a revision that never was belongs to another history";
}

TEST_P(StoreConformance, compacted_changes_are_refused_and_recent_ones_kept) {
  open({.revisions = 8, .bytes = 1024 * 1024});
  for (int i = 1; i <= 50; ++i) put("k" + std::to_string(i % 20), std::to_string(i));
  const auto old = store().changes("", 0);
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code, Fault::compacted);
  for (Revision since = 42; since <= 50; ++since) {
    const auto recent = store().changes("", since);
    ASSERT_TRUE(recent);
    EXPECT_EQ(recent->changes.size(), static_cast<std::size_t>(50 - since));
  }
  EXPECT_EQ(everything().size(), 20U) << "compaction forgets changes, never entries";
}

TEST_P(StoreConformance, the_log_is_bounded_in_bytes_too) {
  open({.revisions = 1000, .bytes = 100 * 1024});
  for (int i = 1; i <= 20; ++i) put("k", std::string(20 * 1024, 'x'));
  EXPECT_FALSE(store().changes("", 10));
  const auto recent = store().changes("", 17);
  ASSERT_TRUE(recent);
  EXPECT_EQ(recent->changes.size(), 3U);
  put("k", std::string(500 * 1024, 'x'));
  EXPECT_TRUE(store().changes("", 20)) << "the last revision is always kept";
}

TEST_P(StoreConformance, a_reader_of_changes_can_read_what_it_was_told) {
  put(opened_->other_writer(), "a", "1");
  const auto fresh = store().changes("", 0);
  ASSERT_TRUE(fresh);
  ASSERT_EQ(fresh->changes.size(), 1U);
  EXPECT_EQ(value("a"), "1");
}

using TextEdit = Edit<Error>;
inline Result<Revision, Error> update_text(Store& store, const std::string& key, const TextEdit& edit) {
  return update<Error>(store, key, edit, [](Error error) { return error; });
}

TEST_P(StoreConformance, an_update_sees_a_write_in_between) {
  put("counter", "1");
  int calls = 0;
  const auto done = update_text(store(), "counter", [&](const std::optional<Entry>& found) {
    // The other writer comes between reading and committing, once: certain, not lucky.
    if (++calls == 1) put(opened_->other_writer(), "counter", "10");
    return Result<std::optional<std::string>, Error>(std::to_string(std::stoi(found->value) + 1));
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(value("counter"), "11");
}

TEST_P(StoreConformance, an_update_sees_creation_and_deletion_in_between) {
  int calls = 0;
  std::vector<std::string> seen;
  const auto done = update_text(store(), "k", [&](const std::optional<Entry>& found) {
    seen.push_back(found ? found->value : "(absent)");
    if (++calls == 1) put(opened_->other_writer(), "k", "theirs");
    if (calls == 2) {
      EXPECT_TRUE(opened_->other_writer().commit({{}, {}, {"k"}}));
    }
    return Result<std::optional<std::string>, Error>("ours");
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(seen, (std::vector<std::string>{"(absent)", "theirs", "(absent)"}));
  EXPECT_EQ(value("k"), "ours");
}

TEST_P(StoreConformance, an_update_can_delete_and_can_give_up) {
  put("a", "1");
  EXPECT_TRUE(update_text(store(), "a", [](const std::optional<Entry>&) {
    return Result<std::optional<std::string>, Error>(std::optional<std::string>());
  }));
  EXPECT_FALSE(get("a"));
  const auto given_up = update_text(store(), "a", [](const std::optional<Entry>&) {
    return Result<std::optional<std::string>, Error>(Error{Fault::invalid, "no"});
  });
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().message, "no");
  EXPECT_EQ(*store().revision(), 2);
}

TEST_P(StoreConformance, an_update_that_never_wins_ends_as_a_conflict) {
  int calls = 0;
  const auto done = update_text(store(), "k", [&](const std::optional<Entry>&) {
    put(opened_->other_writer(), "k", std::to_string(++calls));
    return Result<std::optional<std::string>, Error>("ours");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Fault::conflict);
  EXPECT_EQ(calls, 100);
}

TEST_P(StoreConformance, parallel_updates_lose_nothing) {
  constexpr int threads = 8;
  constexpr int rounds = 25;
  std::atomic<int> failures{0};
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        const auto add = [](const std::optional<Entry>& found) {
          return Result<std::optional<std::string>, Error>(
              std::to_string((found ? std::stoi(found->value) : 0) + 1));
        };
        if (!update_text(store(), "shared", add)) ++failures;
        if (!update_text(store(), "own/" + std::to_string(t), add)) ++failures;
      }
    });
  }
  for (auto& thread : running) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(value("shared"), std::to_string(threads * rounds));
  for (int t = 0; t < threads; ++t) EXPECT_EQ(value("own/" + std::to_string(t)), std::to_string(rounds));
  EXPECT_EQ(*store().revision(), 2 * threads * rounds);
  std::map<std::string, std::string> replayed;
  EXPECT_EQ(replay(replayed, 0), 2 * threads * rounds);
  EXPECT_EQ(replayed, everything());
}

TEST_P(StoreConformance, a_commit_is_never_seen_by_half) {
  ASSERT_TRUE(store().commit({{}, {{"x", "0"}, {"y", "0"}}, {}}));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; i <= 200; ++i) {
      const auto text = std::to_string(i);
      EXPECT_TRUE(store().commit({{}, {{"x", text}, {"y", text}}, {}}));
    }
    stop = true;
  });
  while (!stop) {
    const auto page = store().list("", "", 10);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 2U);
    EXPECT_EQ((*page)[0].value, (*page)[1].value);
    EXPECT_EQ((*page)[0].revision, (*page)[1].revision);
  }
  writer.join();
}

TEST_P(StoreConformance, same_answers_after_reopen) {
  if (const auto reason = opened_->cannot_reopen(); !reason.empty())
    GTEST_SKIP() << GetParam().name << ": " << reason;
  std::mt19937 random(11);
  for (int i = 0; i < 200; ++i) {
    Commit commit;
    commit.puts.push_back({"k/" + std::to_string(random() % 50), std::string(random() % 3000, 'v')});
    commit.deletes.push_back("d/" + std::to_string(random() % 50));
    if (i % 3 == 0) commit.puts.push_back({"d/" + std::to_string(50 + random() % 50), "x"});
    ASSERT_TRUE(store().commit(commit));
  }
  const auto entries = everything();
  const auto revision = *store().revision();
  const auto changes = store().changes("", 100)->changes;
  opened_->reopen();
  EXPECT_EQ(everything(), entries);
  EXPECT_EQ(*store().revision(), revision);
  const auto again = store().changes("", 100);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->changes.size(), changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(again->changes[i].key, changes[i].key);
    EXPECT_EQ(again->changes[i].value, changes[i].value);
    EXPECT_EQ(again->changes[i].revision, changes[i].revision);
  }
  EXPECT_EQ(put("after", "1"), revision + 1);
}

TEST_P(StoreConformance, agrees_with_a_map_under_random_commits) {
  std::map<std::string, Entry> model;
  std::map<std::string, std::string> replayed;
  Revision replayed_to = 0;
  Revision revision = 0;
  std::mt19937 random(20261124);
  const auto some_key = [&] {
    static const std::vector<std::string> parts = {"a", "b", "/", "%", "_", "\x80", "\xff", "A"};
    std::string key = parts[random() % parts.size()];
    while (random() % 3 != 0) key += parts[random() % parts.size()];
    return key;
  };
  int conflicts = 0;
  for (int round = 0; round < 3000; ++round) {
    std::map<std::string, std::optional<std::string>> writes;
    for (auto n = random() % 6; n > 0; --n) {
      auto value = random() % 3 == 0 ? std::nullopt : std::optional(std::to_string(random()));
      writes.insert_or_assign(some_key(), std::move(value));
    }
    std::map<std::string, Revision> expect;
    for (auto n = random() % 3; n > 0; --n) {
      const auto key = some_key();
      const auto held = model.find(key);
      const bool wrong = random() % 8 == 0;
      expect[key] = (held == model.end() ? 0 : held->second.revision) + (wrong ? 1 : 0);
    }
    Commit commit;
    bool holds = true;
    bool changes = false;
    for (const auto& [key, expected] : expect) {
      commit.expect.push_back({key, expected});
      const auto held = model.find(key);
      holds = holds && (held == model.end() ? 0 : held->second.revision) == expected;
    }
    for (const auto& [key, value] : writes) {
      if (value)
        commit.puts.push_back({key, *value});
      else
        commit.deletes.push_back(key);
      changes = changes || value || model.contains(key);
    }
    const auto done = store().commit(commit);
    ASSERT_EQ(static_cast<bool>(done), holds);
    if (!holds) {
      EXPECT_EQ(done.error().code, Fault::conflict);
      ++conflicts;
      continue;
    }
    if (changes) ++revision;
    ASSERT_EQ(*done, revision);
    for (const auto& [key, value] : writes) {
      if (value)
        model[key] = {key, *value, revision};
      else
        model.erase(key);
    }
    if (round % 50 != 0) continue;
    const auto prefix = random() % 2 == 0 ? std::string() : some_key();
    const auto after = random() % 2 == 0 ? std::string() : some_key();
    std::vector<Entry> expected;
    for (const auto& [key, entry] : model) {
      if (key.starts_with(prefix) && key > after && expected.size() < 40) expected.push_back(entry);
    }
    const auto page = store().list(prefix, after, 40);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ((*page)[i].key, expected[i].key);
      ASSERT_EQ((*page)[i].value, expected[i].value);
      ASSERT_EQ((*page)[i].revision, expected[i].revision);
    }
    replayed_to = replay(replayed, replayed_to);
    ASSERT_EQ(replayed_to, revision);
    ASSERT_EQ(replayed, everything());
  }
  EXPECT_GT(conflicts, 100);
  EXPECT_GT(model.size(), 20U);
}

TEST_P(StoreConformance, too_large_is_refused_in_each_dimension) {
  Commit full;
  for (std::size_t i = 0; i < max_operations_per_commit; ++i) {
    full.puts.push_back({"k" + std::to_string(i), "v"});
    full.expect.push_back({"e" + std::to_string(i), 0});
  }
  Commit too_many_puts = full;
  too_many_puts.puts.push_back({"one more", "v"});
  Commit too_many_deletes = full;
  too_many_deletes.deletes.push_back("one more");
  Commit too_many_expectations = full;
  too_many_expectations.expect.push_back({"one more", 0});
  EXPECT_EQ(refusal(too_many_puts), Fault::too_large);
  EXPECT_EQ(refusal(too_many_deletes), Fault::too_large);
  EXPECT_EQ(refusal(too_many_expectations), Fault::too_large);

  const std::string long_key(max_key_bytes, '\xff');
  EXPECT_EQ(refusal({{}, {{long_key + "k", "v"}}, {}}), Fault::too_large);
  EXPECT_EQ(refusal({{}, {}, {long_key + "k"}}), Fault::too_large);
  EXPECT_EQ(refusal({{{long_key + "k", 0}}, {}, {}}), Fault::too_large);

  const std::string long_value(max_value_bytes, 'v');
  EXPECT_EQ(refusal({{}, {{"k", long_value + "v"}}, {}}), Fault::too_large);
  const std::string rest(max_commit_bytes - max_value_bytes - 2, 'v');
  EXPECT_EQ(refusal({{}, {{"a", long_value}, {"b", rest + "v"}}, {}}), Fault::too_large);
  EXPECT_EQ(*store().revision(), 0);

  EXPECT_TRUE(store().commit(full)) << "the limits themselves are allowed";
  EXPECT_TRUE(store().commit({{{long_key, 0}}, {{long_key, "v"}}, {}}));
  EXPECT_TRUE(store().commit({{}, {{"a", long_value}, {"b", rest}}, {}}));
  EXPECT_EQ(value("a").size(), max_value_bytes);
  EXPECT_EQ(keys("\xff", "", 10), std::vector<std::string>{long_key});
}

TEST_P(StoreConformance, a_commit_that_names_a_key_twice_is_refused) {
  EXPECT_EQ(refusal({{}, {{"a", "1"}, {"b", "1"}, {"a", "2"}}, {}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {{"a", "1"}}, {"a"}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {}, {"a", "a"}}), Fault::invalid);
  EXPECT_EQ(refusal({{{"a", 0}, {"a", 0}}, {{"a", "1"}}, {}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {{"", "1"}}, {}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {}, {""}}), Fault::invalid);
  EXPECT_EQ(refusal({{{"", 0}}, {}, {}}), Fault::invalid);
  EXPECT_EQ(*store().revision(), 0);
  EXPECT_TRUE(store().commit({{{"a", 0}}, {{"a", "1"}}, {"b"}}))
      << "to expect and to write a key is not twice";
}

constexpr std::chrono::milliseconds patience{60'000};

TEST_P(StoreConformance, waiting_wakes_at_a_change) {
  const auto start = std::chrono::steady_clock::now();
  std::thread writer([&] { put(opened_->other_writer(), "a", "1"); });
  const auto woken = store().wait_for_changes(0, patience);
  writer.join();
  ASSERT_TRUE(woken);
  EXPECT_EQ(*woken, 1);
  EXPECT_EQ(value("a"), "1") << "what was announced can be read";
  EXPECT_EQ(*store().wait_for_changes(0, patience), 1) << "what happened already is not waited for";
  EXPECT_LT(std::chrono::steady_clock::now() - start, patience / 2);
}

TEST_P(StoreConformance, waiting_ends_at_the_timeout) {
  put("a", "1");
  EXPECT_EQ(*store().wait_for_changes(1, std::chrono::milliseconds(1)), 1);
}

TEST_P(StoreConformance, waiting_ends_at_close) {
  const auto start = std::chrono::steady_clock::now();
  std::thread closer([&] { store().close(); });
  const auto woken = store().wait_for_changes(0, patience);
  closer.join();
  ASSERT_FALSE(woken);
  EXPECT_EQ(woken.error().code, Fault::closed);
  EXPECT_LT(std::chrono::steady_clock::now() - start, patience / 2);
}

TEST_P(StoreConformance, refuses_everything_after_close) {
  put("a", "1");
  store().close();
  store().close();
  EXPECT_EQ(store().get("a").error().code, Fault::closed);
  EXPECT_EQ(store().list("", "", 1).error().code, Fault::closed);
  EXPECT_EQ(store().changes("", 0).error().code, Fault::closed);
  EXPECT_EQ(store().wait_for_changes(0, patience).error().code, Fault::closed);
  EXPECT_EQ(store().revision().error().code, Fault::closed);
  EXPECT_EQ(refusal({{}, {{"a", "2"}}, {}}), Fault::closed);
}

TEST_P(StoreConformance, closing_amid_commits_loses_no_acknowledged_one) {
  if (const auto reason = opened_->cannot_reopen(); !reason.empty())
    GTEST_SKIP() << GetParam().name << ": " << reason;
  std::vector<int> acknowledged(4, 0);
  std::atomic<int> total{0};
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < acknowledged.size(); ++t) {
    running.emplace_back([&, t] {
      for (int i = 1;; ++i) {
        const auto done = store().commit({{}, {{"t/" + std::to_string(t), std::to_string(i)}}, {}});
        if (!done) {
          EXPECT_EQ(done.error().code, Fault::closed);
          return;
        }
        acknowledged[t] = i;
        if (++total == 50) store().close();
      }
    });
  }
  for (auto& thread : running) thread.join();
  opened_->reopen();
  for (std::size_t t = 0; t < acknowledged.size(); ++t) {
    const auto found = value("t/" + std::to_string(t));
    EXPECT_EQ(found, acknowledged[t] == 0 ? "(absent)" : std::to_string(acknowledged[t]));
  }
}

}  // namespace openirsa::store
