// Several writers, waiting, closing and opening again.
#pragma once

#include <atomic>
#include <random>
#include <thread>

#include "store/conformance.h"
#include "store/update.h"

namespace openirsa::store {

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

}  // namespace openirsa::store
