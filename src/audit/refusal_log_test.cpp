// Are refusals there after a restart, whatever happened to the disk, and is everybody's share their own?
#include "audit/refusal_log.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

#include "audit/test_traces.h"

namespace openirsa::audit {
namespace {

using test::content_of;
using test::mine;
using test::refusal;
using test::theirs;

class Refusals : public testing::Test {
 protected:
  // Ends the log that is open, which writes all that it has, and opens another on the same directory.
  RefusalLog& open(std::function<void(RefusalSettings&)> change = {}) {
    log_.reset();
    sequence_.emplace();
    RefusalSettings settings{.directory = directory_.traces()};
    settings.warn = [this](const std::string& text) { warnings_.add(text); };
    settings.patience = std::chrono::seconds(200);
    if (change) change(settings);
    log_ = std::make_unique<RefusalLog>(settings, clock_, disk_, *sequence_);
    log_->settle();  // older segments are read on the log's own thread
    return *log_;
  }
  void close() { log_.reset(); }
  bool finds(const std::string& id) { return log_->find(id, std::nullopt).has_value(); }
  void record(int count, const std::string& prefix, const std::string& account = mine) {
    for (int i = 0; i < count; ++i) log_->record(refusal(prefix + std::to_string(i), account, clock_.now()));
    log_->settle();
  }
  std::string ids(const std::vector<RefusalShare::Place>& places) {
    std::string ids;
    for (const auto& place : places) {
      const auto decision = log_->read(place);
      ids += std::string(decision ? decision->at("requestId").as_string() : "gone") + " ";
    }
    return ids;
  }

  test::Directory directory_;
  TestClock clock_{test::noon};
  test::FaultyDisk disk_;
  test::Warnings warnings_;
  std::optional<Sequence> sequence_;
  std::unique_ptr<RefusalLog> log_;
};

TEST_F(Refusals, are_found_at_once_and_after_a_restart) {
  open().record(refusal("a"));
  ASSERT_TRUE(log_->find("a", mine));
  const json::object before = *log_->find("a", mine);
  EXPECT_EQ(before, wire::to_json(refusal("a")));
  EXPECT_FALSE(finds("b"));
  open();
  ASSERT_TRUE(log_->find("a", mine));
  EXPECT_EQ(*log_->find("a", mine), before);
  EXPECT_EQ(log_->figures().kept, 1U);
  EXPECT_EQ(log_->figures().unwritten, 0U);
  EXPECT_TRUE(warnings_.all().empty());
}

TEST_F(Refusals, survive_a_process_that_is_killed) {
  int reported[2];
  ASSERT_EQ(::pipe(reported), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    open();
    for (int i = 0; i < 100; ++i) log_->record(refusal("id-" + std::to_string(i)));
    while (log_->settle(), log_->figures().unwritten > 0) std::this_thread::yield();
    const bool told = ::write(reported[1], "x", 1) == 1;
    while (told) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(reported[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(reported[0]);
  ::close(reported[1]);
  open();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(finds("id-" + std::to_string(i))) << i;
}

TEST_F(Refusals, belong_to_the_account_or_to_nobody) {
  open();
  wire::Trace unknown_role = refusal("unknown-role");
  unknown_role.role_unknown = true;
  for (auto& trace : {refusal("mine"), refusal("theirs", theirs), refusal("nobodys", ""),
                      refusal("a-path", "../escape"), unknown_role}) {
    log_->record(trace);
  }
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_TRUE(log_->find("mine", mine));
    EXPECT_TRUE(log_->find("theirs", theirs));
    for (const char* id : {"theirs", "nobodys", "unknown-role", "a-path"}) {
      EXPECT_FALSE(log_->find(id, mine)) << id;
      EXPECT_TRUE(finds(id)) << id;
    }
    EXPECT_EQ(ids(log_->list({.limit = 10}, mine)), "mine ");
    EXPECT_EQ(ids(log_->list({.limit = 10}, std::nullopt)), "mine theirs nobodys a-path unknown-role ");
    open();
  }
  EXPECT_FALSE(std::filesystem::exists(directory_.path("escape")));
}

TEST_F(Refusals, one_accounts_flood_evicts_nobody_else) {
  const auto small = [](RefusalSettings& settings) {
    settings.bytes = 300'000;
    settings.queue = 100'000;
  };
  open(small);
  record(1, "mine-");
  record(1, "nobodys-", "");
  for (int round = 0; round < 10; ++round) record(300, "flood-" + std::to_string(round) + "-", theirs);
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_TRUE(finds("mine-0"));
    EXPECT_TRUE(finds("nobodys-0"));
    EXPECT_FALSE(finds("flood-0-0"));
    EXPECT_TRUE(finds("flood-9-299"));
    EXPECT_LE(log_->figures().bytes, 300'000U);
    EXPECT_GT(log_->figures().bytes, 50'000U) << "the flood keeps most of its own share";
    open(small);
  }
}

TEST_F(Refusals, what_is_dropped_is_counted_for_the_flooding_share) {
  std::promise<void> go;
  std::shared_future<void> gate(go.get_future());
  open([](RefusalSettings& settings) { settings.queue = 10; });
  // The log's thread is held in the middle of its work, so that queues fill.
  std::promise<void> held;
  wire::Trace slow = refusal("slow");
  slow.explain_later = [gate, &held](wire::Trace&) {
    held.set_value();
    gate.wait();
  };
  log_->record(std::move(slow));
  held.get_future().wait();
  for (int i = 0; i < 15; ++i) log_->record(refusal("flood-" + std::to_string(i), ""));
  log_->record(refusal("mine"));
  go.set_value();
  EXPECT_TRUE(finds("mine"));
  EXPECT_TRUE(finds("flood-9"));
  EXPECT_FALSE(finds("flood-10"));
  const auto figures = log_->figures();
  ASSERT_EQ(figures.dropped.size(), 1U);
  EXPECT_EQ(figures.dropped.front().share, "unknown");
  EXPECT_EQ(figures.dropped.front().count, 5U);
}

TEST_F(Refusals, go_after_their_time) {
  open();
  record(1, "old-");
  open();  // a segment of its own for what follows
  clock_.advance(7 * 86'400 - 1);
  record(1, "new-");
  open();
  EXPECT_TRUE(finds("old-0"));
  clock_.advance(2);
  open();
  record(1, "newer-");
  close();  // a sweep has happened by then: the first round of every process sweeps
  open();
  EXPECT_FALSE(finds("old-0"));
  EXPECT_TRUE(finds("new-0"));
  EXPECT_EQ(directory_.segments(mine).size(), 2U);
}

TEST_F(Refusals, stay_in_order_when_the_clock_goes_back) {
  open();
  record(2, "a");
  clock_.set(test::noon - 3600);
  record(2, "b");
  open();
  clock_.set(test::noon - 100'000);
  record(2, "c");
  EXPECT_EQ(ids(log_->list({.limit = 10}, mine)), "a0 a1 b0 b1 c0 c1 ");
  open();
  EXPECT_EQ(ids(log_->list({.limit = 10}, mine)), "a0 a1 b0 b1 c0 c1 ");
  EXPECT_TRUE(warnings_.all().empty());
}

TEST_F(Refusals, a_torn_line_costs_that_line_alone) {
  open();
  record(3, "id-");
  close();
  const std::string segment = directory_.segments(mine).at(0);
  const std::string whole = content_of(segment);
  test::write_content(segment, whole.substr(0, whole.size() - 20));
  open();
  EXPECT_TRUE(finds("id-0"));
  EXPECT_TRUE(finds("id-1"));
  EXPECT_FALSE(finds("id-2"));
  ASSERT_EQ(warnings_.all().size(), 1U);
  EXPECT_EQ(warnings_.all().front(),
            "kept refusals: 1 lines of " + segment + " cannot be read and are left out");
  record(1, "later-");
  open();
  EXPECT_TRUE(finds("later-0"));
}

TEST_F(Refusals, damage_never_stops_a_start) {
  open();
  record(3, "id-");
  close();
  const std::string segment = directory_.segments(mine).at(0);
  std::string damaged = content_of(segment);
  damaged.replace(damaged.find("id-1") - 20, 40, std::string(40, '\0'));
  test::write_content(segment, damaged);
  const std::string share = directory_.traces() + "/" + mine + "/";
  test::write_content(share + "00000000000000000001.jsonl", "\xff\xfe no JSON \n\n{}\n");
  test::write_content(share + "00000000000000000002.jsonl", "");
  test::write_content(share + "notes.txt", "somebody's");
  test::write_content(share + "99999999999999999999.jsonl", "x\n");
  std::filesystem::create_directory(share + "00000000000000000003.jsonl");
  test::write_content(directory_.traces() + "/444455556666", "a file where a directory should be");
  test::write_content(directory_.traces() + "/other/00000000000000000001.jsonl", "x\n");
  open();
  EXPECT_TRUE(finds("id-0"));
  EXPECT_FALSE(finds("id-1"));
  EXPECT_TRUE(finds("id-2"));
  EXPECT_EQ(log_->figures().kept, 2U);
  const auto warnings = warnings_.all();
  EXPECT_EQ(warnings.size(), 5U) << testing::PrintToString(warnings);
  record(1, "theirs-", theirs);
  EXPECT_TRUE(finds("theirs-0")) << "in memory, for its directory cannot be made";
  close();
  EXPECT_EQ(content_of(share + "notes.txt"), "somebody's");
}

// One line with the greatest number once made every later number small, and followers blind.
TEST_F(Refusals, a_number_that_no_process_gave_costs_that_line_alone) {
  open();
  record(3, "id-");
  close();
  const std::string segment = directory_.segments(mine).at(0);
  const std::string whole = content_of(segment);
  const std::string share = directory_.traces() + "/" + mine + "/";
  for (const std::string number : {"18446744073709551615", "9223372036854775807", "253402300800000001"}) {
    std::string damaged = whole;
    const std::size_t at = damaged.rfind("{\"sequence\":") + 12;
    damaged.replace(at, damaged.find(',', at) - at, number);
    test::write_content(segment, damaged);
    test::write_content(share + "09223372036854775807.jsonl", "");
    open();
    EXPECT_EQ(ids(log_->list({.limit = 10}, mine)), "id-0 id-1 ") << number;
    ASSERT_EQ(warnings_.all().size(), 2U) << number;
    EXPECT_EQ(warnings_.all()[0],
              "kept refusals: " + share + "09223372036854775807.jsonl is no segment and is left out");
    EXPECT_EQ(warnings_.all()[1],
              "kept refusals: 1 lines of " + segment + " cannot be read and are left out");
    // A follower who has seen everything sees what comes.
    const std::uint64_t seen = log_->list({.limit = 10}, mine).back().sequence;
    EXPECT_LT(log_->settle(), Sequence::last_possible);
    record(1, "later-");
    EXPECT_EQ(ids(log_->list({.after = seen, .limit = 10, .first = true}, mine)), "later-0 ");
    close();
    warnings_.clear();
    for (const std::string& other : directory_.segments(mine)) {
      if (other != segment) std::filesystem::remove(other);
    }
  }
}

TEST_F(Refusals, are_kept_in_memory_while_the_disk_is_full) {
  const auto small = [](RefusalSettings& settings) { settings.memory_bytes = 40'000; };
  open(small);
  record(5, "before-");
  disk_.full = true;
  record(5, "during-");
  EXPECT_TRUE(finds("during-0"));
  EXPECT_EQ(ids(log_->list({.limit = 4}, mine)), "during-1 during-2 during-3 during-4 ");
  record(500, "flood-", "");
  EXPECT_TRUE(finds("during-0")) << "the memory is shared out too";
  EXPECT_FALSE(finds("flood-0"));
  EXPECT_TRUE(finds("flood-499"));
  ASSERT_EQ(log_->figures().dropped.size(), 1U);
  EXPECT_GT(log_->figures().dropped.front().count, 400U);
  disk_.full = false;
  open(small);
  EXPECT_TRUE(finds("before-4"));
  EXPECT_TRUE(finds("during-0"));
  EXPECT_TRUE(finds("flood-499"));
  EXPECT_FALSE(warnings_.all().empty());
  EXPECT_NE(warnings_.all().front().find("cannot be written and are kept in memory: "), std::string::npos);
  EXPECT_LE(warnings_.all().size(), 2U) << "one trouble is one warning";
}

TEST_F(Refusals, nothing_fails_where_no_directory_can_be_made) {
  test::write_content(directory_.traces(), "a file");
  open();
  record(3, "id-");
  EXPECT_TRUE(finds("id-0"));
  EXPECT_EQ(log_->figures().unwritten, 3U);
  close();
  EXPECT_EQ(warnings_.all().size(), 2U) << testing::PrintToString(warnings_.all());
}

TEST_F(Refusals, a_segment_deleted_under_us_costs_what_was_in_it) {
  open();
  record(2, "gone-");
  while (log_->figures().unwritten > 0) std::this_thread::yield();
  std::filesystem::remove(directory_.segments(mine).at(0));
  EXPECT_FALSE(finds("gone-0"));
  EXPECT_EQ(ids(log_->list({.limit = 10}, mine)), "gone gone ");
  record(2, "next-");
  EXPECT_TRUE(finds("next-0"));
  while (log_->figures().unwritten > 0) std::this_thread::yield();
  EXPECT_EQ(directory_.segments(mine).size(), 1U) << "a new segment was begun";
  std::filesystem::remove_all(directory_.traces());
  record(2, "last-");
  open();
  EXPECT_TRUE(finds("last-0"));
}

TEST_F(Refusals, are_listed_by_role_and_place) {
  open();
  for (int i = 0; i < 6; ++i) {
    wire::Trace trace = refusal("id-" + std::to_string(i));
    if (i % 2 == 0) trace.role_arn = "arn:aws:iam::111122223333:role/path/db";
    log_->record(trace);
  }
  log_->settle();
  const auto all = log_->list({.limit = 10}, mine);
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(ids(log_->list({.role = mark_of("db"), .limit = 2}, mine)), "id-2 id-4 ");
  EXPECT_EQ(ids(log_->list({.role = mark_of("db"), .limit = 2, .first = true}, mine)), "id-0 id-2 ");
  EXPECT_EQ(ids(log_->list({.after = all[2].sequence, .limit = 2, .first = true}, mine)), "id-3 id-4 ");
  EXPECT_EQ(ids(log_->list({.after = all[2].sequence, .limit = 10}, mine)), "id-3 id-4 id-5 ");
  EXPECT_EQ(ids(log_->list({.until = all[2].sequence, .limit = 2}, mine)), "id-1 id-2 ");
}

TEST_F(Refusals, are_recorded_by_many_threads_while_others_read) {
  open([](RefusalSettings& settings) {
    settings.queue = 100'000;
    settings.bytes = 400'000;
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 400; ++i) {
        log_->record(refusal(std::to_string(t) + "-" + std::to_string(i), t == 0 ? "" : mine));
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    std::uint64_t last = 0;
    for (const auto& place : log_->list({.limit = 100}, std::nullopt)) {
      EXPECT_GT(place.sequence, last);
      last = place.sequence;
      (void)log_->read(place);
    }
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(finds("0-399"));
  EXPECT_TRUE(finds("2-399"));
  EXPECT_TRUE(log_->figures().dropped.empty());
}

}  // namespace
}  // namespace openirsa::audit
