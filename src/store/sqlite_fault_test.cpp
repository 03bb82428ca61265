// What if the disk fails, fills up, or loses power between any two steps? Every failure is tried at every
// step.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "store/faulty_disk.h"
#include "store/sqlite_writer.h"
#include "store/store.h"
#include "store/test_directory.h"

namespace openirsa::store {
namespace {

// Three keys under one name: they must agree, or a commit was seen by half.
constexpr int names = 3;
constexpr int commits = 14;

Commit commit_of(int number) {
  const auto name = "n" + std::to_string(number % names);
  // Large enough that a commit takes several pages, and that the log is cut while we look.
  const auto value = std::to_string(number) + std::string(700, '.');
  return {{}, {{name + "/a", value}, {name + "/b", value}, {name + "/c", value}}, {}};
}

constexpr LogBound small_log{.revisions = 4, .bytes = 64 * 1024 * 1024};

// What of each name was acknowledged last, and what was tried since without an answer of success.
struct Expected {
  int acknowledged = -1;
  std::vector<int> tried;
};

struct Outcome {
  std::map<int, Expected> names;
  int refused = 0;
};

// Goes on after a failure, as a server does.
Outcome run(Store& store) {
  Outcome outcome;
  for (int number = 0; number < commits; ++number) {
    auto& expected = outcome.names[number % names];
    const auto done = store.commit(commit_of(number));
    if (done) {
      expected = {number, {}};
    } else {
      EXPECT_EQ(done.error().code, Fault::unavailable) << done.error().message;
      expected.tried.push_back(number);
      ++outcome.refused;
    }
  }
  return outcome;
}

void check(Store& store, const Outcome& outcome, const std::string& when) {
  SCOPED_TRACE(when);
  for (const auto& [name, expected] : outcome.names) {
    const auto found = store.list("n" + std::to_string(name) + "/", "", 10);
    ASSERT_TRUE(found) << found.error().message;
    if (found->empty()) {
      EXPECT_EQ(expected.acknowledged, -1) << "an acknowledged commit is lost";
      continue;
    }
    ASSERT_EQ(found->size(), 3U);
    EXPECT_EQ((*found)[0].value, (*found)[1].value);
    EXPECT_EQ((*found)[0].value, (*found)[2].value);
    const int number = std::stoi((*found)[0].value);
    const bool known =
        number == expected.acknowledged ||
        std::find(expected.tried.begin(), expected.tried.end(), number) != expected.tried.end();
    EXPECT_TRUE(known) << "found " << number << ", acknowledged " << expected.acknowledged;
  }
  const auto revision = store.revision();
  ASSERT_TRUE(revision);
  EXPECT_TRUE(store.changes("", std::max<Revision>(0, *revision - 3)));
  const auto next = store.commit({{}, {{"next", "1"}}, {}});
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(*next, *revision + 1);
}

std::unique_ptr<Store> open(const std::string& path) {
  auto opened = open_sqlite_store(path, small_log);
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? *std::move(opened) : nullptr;
}

struct Span {
  std::int64_t begin = 0;
  std::int64_t close = 0;  // from here on the store closes: its last checkpoint
  std::int64_t end = 0;
};

// The disk's steps that the commits take when nothing fails.
Span steps_without_failure() {
  const TestDirectory directory(Where::memory);
  FaultyDisk disk;
  auto store = open(directory.path("store.db"));
  Span span;
  span.begin = disk.steps();
  const auto outcome = run(*store);
  EXPECT_EQ(outcome.refused, 0);
  span.close = disk.steps();
  store.reset();
  span.end = disk.steps();
  EXPECT_GT(span.close - span.begin, 2 * commits) << "a commit writes and syncs";
  EXPECT_GT(span.end, span.close) << "closing writes the log back";
  return span;
}

class OneFailure : public ::testing::TestWithParam<int> {};

TEST_P(OneFailure, at_any_step_loses_nothing_that_was_acknowledged) {
  const auto span = steps_without_failure();
  int refused = 0;
  for (auto step = span.begin; step < span.end; ++step) {
    const TestDirectory directory(Where::memory);
    FaultyDisk disk;
    auto store = open(directory.path("store.db"));
    ASSERT_TRUE(store);
    disk.fail_at(step, GetParam(), false);
    const auto outcome = run(*store);
    refused += outcome.refused;
    const auto when = "step " + std::to_string(step);
    if (step < span.close) check(*store, outcome, when + ", still open");
    store.reset();
    store = open(directory.path("store.db"));
    ASSERT_TRUE(store);
    check(*store, outcome, when + ", reopened");
  }
  EXPECT_GT(refused, commits) << "the failures reached the commits";
}

TEST_P(OneFailure, that_lasts_refuses_until_it_is_over) {
  const TestDirectory directory(Where::memory);
  FaultyDisk disk;
  const auto store = open(directory.path("store.db"));
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->commit({{}, {{"a", "1"}}, {}}));
  disk.fail_at(disk.steps(), GetParam(), true);
  for (int i = 0; i < 3; ++i) {
    const auto refused = store->commit({{{"a", 1}}, {{"a", "2"}}, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Fault::unavailable);
    EXPECT_NE(refused.error().message.find(directory.path("store.db")), std::string::npos)
        << refused.error().message;
    const auto read = store->get("a");
    ASSERT_TRUE(read) << "reading goes on";
    EXPECT_EQ((*read)->value, "1");
  }
  disk.heal();
  const auto done = store->commit({{{"a", 1}}, {{"a", "2"}}, {}});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(*done, 2);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OneFailure,
                         ::testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC),
                         [](const auto& each) {
                           return each.param == SQLITE_FULL          ? "disk_full"
                                  : each.param == SQLITE_IOERR_WRITE ? "write_error"
                                                                     : "sync_error";
                         });

TEST(PowerCut, at_any_step_loses_nothing_that_was_acknowledged) {
  const auto span = steps_without_failure();
  for (auto step = span.begin; step < span.end; ++step) {
    for (unsigned seed = 0; seed < 2; ++seed) {
      const TestDirectory directory(Where::memory);
      const TestDirectory after(Where::memory);
      Outcome outcome;
      {
        FaultyDisk disk;
        auto store = open(directory.path("store.db"));
        ASSERT_TRUE(store);
        disk.fail_at(step, SQLITE_IOERR, true);
        outcome = run(*store);
        disk.leave_after_power_cut(after.path("."), seed);
        store.reset();
      }
      const auto store = open(after.path("store.db"));
      ASSERT_TRUE(store) << "step " << step;
      check(*store, outcome, "step " + std::to_string(step) + ", seed " + std::to_string(seed));
    }
  }
}

TEST(PowerCut, takes_what_was_not_synced) {
  // The positive control: without syncs this disk does forget.
  int lost = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    const TestDirectory directory(Where::memory);
    const TestDirectory after(Where::memory);
    FaultyDisk disk;
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(directory.path("careless.db").c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, "PRAGMA synchronous = OFF; CREATE TABLE t (x); INSERT INTO t VALUES (1)",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
    disk.leave_after_power_cut(after.path("."), seed);
    sqlite3_close(database);
    ASSERT_EQ(sqlite3_open(after.path("careless.db").c_str(), &database), SQLITE_OK);
    if (sqlite3_exec(database, "SELECT x FROM t", nullptr, nullptr, nullptr) != SQLITE_OK) ++lost;
    sqlite3_close(database);
  }
  EXPECT_GT(lost, 0);
}

// Large commits: the last of them makes SQLite write the log back into the database (its checkpoint).
constexpr int large_commits = 4;

Commit large_commit(int number) {
  Commit commit;
  for (const auto* half : {"/a", "/b", "/c"}) {
    commit.puts.push_back(
        {"n" + std::to_string(number) + half, std::to_string(number) + std::string(450'000, '.')});
  }
  return commit;
}

class Checkpoint : public ::testing::TestWithParam<int> {};

TEST_P(Checkpoint, that_fails_or_is_cut_short_loses_nothing) {
  std::vector<std::int64_t> ends;
  {
    const TestDirectory directory(Where::memory);
    FaultyDisk disk;
    const auto store = open(directory.path("store.db"));
    for (int number = 0; number < large_commits; ++number) {
      ASSERT_TRUE(store->commit(large_commit(number)));
      ends.push_back(disk.steps());
    }
  }
  const auto begin = ends[large_commits - 2];
  const auto plain = ends[0];
  ASSERT_GT(ends.back() - begin, plain + 500) << "the last commit has a checkpoint in it";
  for (auto step = begin; step < ends.back(); step += 211) {
    const TestDirectory directory(Where::memory);
    const TestDirectory after(Where::memory);
    Outcome outcome;
    {
      FaultyDisk disk;
      const auto store = open(directory.path("store.db"));
      disk.fail_at(step, GetParam(), GetParam() == SQLITE_IOERR);
      for (int number = 0; number < large_commits; ++number) {
        if (store->commit(large_commit(number)))
          outcome.names[number].acknowledged = number;
        else
          outcome.names[number].tried.push_back(number);
      }
      disk.leave_after_power_cut(after.path("."), static_cast<unsigned>(step));
    }
    const auto store = open(after.path("store.db"));
    ASSERT_TRUE(store) << "step " << step;
    check(*store, outcome, "step " + std::to_string(step));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Checkpoint, ::testing::Values(SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR),
                         [](const auto& each) {
                           return each.param == SQLITE_FULL          ? "disk_full"
                                  : each.param == SQLITE_IOERR_FSYNC ? "sync_error"
                                                                     : "power_cut";
                         });

TEST(GroupCommit, shares_one_sync_and_judges_each_commit_alone) {
  const TestDirectory directory(Where::memory);
  FaultyDisk disk;
  const auto path = directory.path("store.db");
  {
    open(path);
  }
  auto opened = SqliteWriter::open(path, {});
  ASSERT_TRUE(opened);
  auto& writer = **opened;
  const Commit first{{}, {{"first", "1"}}, {}};
  ASSERT_EQ(*writer.commit({&first})[0], 1);  // the first one of a new log syncs the log's header too

  const Commit create{{{"a", 0}}, {{"a", "1"}}, {}};
  const Commit conflicting{{{"a", 0}}, {{"a", "2"}, {"b", "2"}}, {}};
  const Commit follows{{{"a", 2}}, {{"a", "3"}, {"c", "3"}}, {}};
  const Commit nothing{{{"b", 0}}, {}, {"b"}};
  const Commit last{{{"c", 3}}, {{"d", "4"}}, {"a"}};
  const auto before = disk.syncs();
  const auto answers = writer.commit({&create, &conflicting, &follows, &nothing, &last});
  EXPECT_EQ(disk.syncs() - before, 1) << "one for the whole group";
  ASSERT_EQ(answers.size(), 5U);
  EXPECT_EQ(*answers[0], 2);
  ASSERT_FALSE(answers[1]);
  EXPECT_EQ(answers[1].error().code, Fault::conflict);
  EXPECT_EQ(*answers[2], 3) << "a commit sees those before it in the group";
  EXPECT_EQ(*answers[3], 3);
  EXPECT_EQ(*answers[4], 4);
  opened->reset();

  const auto store = open(path);
  ASSERT_TRUE(store);
  const auto entries = store->list("", "", 10);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].key, "c");
  EXPECT_EQ((*entries)[1].key, "d");
  EXPECT_EQ((*entries)[2].key, "first");
}

TEST(GroupCommit, takes_back_the_one_that_fails_half_way_and_keeps_the_others) {
  const TestDirectory directory(Where::memory);
  const auto path = directory.path("store.db");
  {
    open(path);
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database,
                         "CREATE TRIGGER t BEFORE INSERT ON change WHEN NEW.key = CAST('poison' AS BLOB) "
                         "BEGIN SELECT RAISE(ABORT, 'no'); END",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  auto opened = SqliteWriter::open(path, {});
  ASSERT_TRUE(opened) << opened.error().message;
  const Commit good{{}, {{"a", "1"}}, {}};
  const Commit bad{{}, {{"a", "2"}, {"b", "2"}, {"poison", "2"}, {"c", "2"}}, {}};
  const Commit follows{{{"b", 0}}, {{"d", "3"}}, {}};
  const auto answers = (*opened)->commit({&good, &bad, &follows});
  EXPECT_EQ(*answers[0], 1);
  ASSERT_FALSE(answers[1]);
  EXPECT_EQ(answers[1].error().code, Fault::unavailable);
  ASSERT_TRUE(answers[2]);
  EXPECT_EQ(*answers[2], 2);
  opened->reset();
  const auto store = open(path);
  ASSERT_TRUE(store);
  const auto entries = store->list("", "", 10);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].value, "1");
  EXPECT_EQ((*entries)[1].key, "d");
  EXPECT_EQ(store->changes("", 0)->changes.size(), 2U);
}

TEST(GroupCommit, that_is_not_durable_acknowledges_none_of_its_commits) {
  const TestDirectory directory(Where::memory);
  FaultyDisk disk;
  const auto path = directory.path("store.db");
  {
    open(path);
  }
  auto opened = SqliteWriter::open(path, {});
  ASSERT_TRUE(opened);
  auto& writer = **opened;
  const Commit create{{{"a", 0}}, {{"a", "1"}}, {}};
  const Commit conflicting{{{"a", 0}}, {{"a", "2"}}, {}};
  disk.fail_at(disk.steps(), SQLITE_FULL, true);
  for (const auto& answer : writer.commit({&create, &conflicting})) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Fault::unavailable)
        << "the conflict was with a commit that did not happen";
  }
  disk.heal();
  EXPECT_EQ(*writer.commit({&conflicting})[0], 1);
}

}  // namespace
}  // namespace openirsa::store
