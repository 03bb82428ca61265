// Are successes and refusals one list, to each viewer their own, with a cursor that loses and repeats
// nothing?
#include "audit/trace_log.h"

#include <gtest/gtest.h>

#include <thread>

#include "audit/test_traces.h"

namespace openirsa::audit {
namespace {

using test::mine;
using test::refusal;
using test::success;
using test::theirs;

class Log : public testing::Test {
 protected:
  Log() { open(); }
  void open() {
    log_.reset();
    TraceLog::Settings settings{.successes = 1000, .refusals = {.directory = directory_.traces()}};
    settings.refusals.patience = std::chrono::seconds(200);
    settings.refusals.queue = 100'000;
    log_ = std::make_unique<TraceLog>(settings, clock_, nullptr);
  }
  wire::DecisionPage list(wire::DecisionQuery query) {
    auto page = log_->list(query);
    EXPECT_TRUE(page);
    return page.value_or(wire::DecisionPage{});
  }
  static wire::DecisionQuery mine_after(std::string cursor, std::size_t limit = 20) {
    return {.viewer = mine, .role = {}, .after = std::move(cursor), .limit = limit};
  }
  static wire::DecisionQuery last(std::size_t limit, wire::Kept outcome = wire::Kept::any) {
    return {.viewer = mine, .role = {}, .outcome = outcome, .after = {}, .limit = limit};
  }
  static std::string ids(const wire::DecisionPage& page) {
    std::string ids;
    for (const auto& decision : page.decisions)
      ids += std::string(decision.at("requestId").as_string()) + " ";
    return ids;
  }

  test::Directory directory_;
  TestClock clock_{test::noon};
  std::unique_ptr<TraceLog> log_;
};

TEST_F(Log, finds_what_was_recorded_and_nothing_else) {
  log_->record(success("a"));
  log_->record(refusal("b"));
  ASSERT_TRUE(log_->find("a", mine));
  EXPECT_EQ(*log_->find("a", mine), wire::to_json(success("a")));
  ASSERT_TRUE(log_->find("b", mine));
  EXPECT_EQ(log_->find("b", mine)->at("decisive").at("code"), "no_provider");
  EXPECT_FALSE(log_->find("c", mine));
  for (const char* id : {"a", "b"}) {
    EXPECT_FALSE(log_->find(id, theirs)) << id;
    EXPECT_TRUE(log_->find(id, std::nullopt)) << id;
  }
  EXPECT_EQ(log_->figures().successes, 1U);
  EXPECT_EQ(log_->figures().refusals.kept, 1U);
}

TEST_F(Log, lists_both_kinds_in_one_order) {
  for (int i = 0; i < 6; ++i) {
    log_->record(i % 2 == 0 ? success("s" + std::to_string(i)) : refusal("r" + std::to_string(i)));
  }
  log_->record(success("theirs-1", theirs));
  log_->record(refusal("theirs-2", theirs));
  EXPECT_EQ(ids(list(last(20))), "s0 r1 s2 r3 s4 r5 ");
  EXPECT_EQ(ids(list(last(3))), "r3 s4 r5 ");
  EXPECT_EQ(ids(list(last(2, wire::Kept::refused))), "r3 r5 ");
  EXPECT_EQ(ids(list(last(2, wire::Kept::allowed))), "s2 s4 ");
  wire::DecisionQuery everybody = last(3);
  everybody.viewer.reset();
  EXPECT_EQ(ids(list(everybody)), "r5 theirs-1 theirs-2 ");
}

TEST_F(Log, does_not_list_what_explain_itself_asks) {
  for (const char* operation : {"ExplainDecision", "GetServer", "ListDecisions"}) {
    wire::Trace asking = success(operation);
    asking.service = "openirsa";
    asking.operation = operation;
    log_->record(wire::Trace(asking));
    asking.request_id += "-refused";
    asking.fail(wire::Step::action_authorised, "implicit_deny", "detail");
    log_->record(wire::Trace(asking));
  }
  wire::Trace other = success("other");
  other.service = "eks";
  other.operation = "ListDecisions";
  log_->record(wire::Trace(other));
  EXPECT_EQ(ids(list(last(20))), "ExplainDecision-refused GetServer-refused ListDecisions-refused other ");
  EXPECT_TRUE(log_->find("GetServer", mine));
}

TEST_F(Log, lists_a_role_by_name_or_arn) {
  log_->record(success("a"));
  log_->record(refusal("b"));
  wire::Trace other = refusal("c");
  other.role_arn = "arn:aws:iam::111122223333:role/other";
  log_->record(wire::Trace(other));
  for (const char* role : {"web", "arn:aws:iam::111122223333:role/web"}) {
    wire::DecisionQuery query = last(20);
    query.role = role;
    EXPECT_EQ(ids(list(query)), "a b ") << role;
  }
  wire::DecisionQuery query = last(20);
  query.role = "arn:aws:iam::444455556666:role/web";
  EXPECT_EQ(ids(list(query)), "");
}

TEST_F(Log, pages_lose_nothing_and_repeat_nothing) {
  std::string all;
  const std::string start = list(last(20)).cursor;
  for (int i = 0; i < 50; ++i) {
    const std::string id = std::to_string(i);
    log_->record(i % 3 == 0 ? success(id) : refusal(id));
    log_->record(success("theirs-" + id, theirs));
    all += id + " ";
  }
  for (const std::size_t limit : {1U, 2U, 7U, 50U, 1000U}) {
    std::string seen;
    std::string cursor = start;
    for (int pages = 0; pages < 60; ++pages) {
      const auto page = list(mine_after(cursor, limit));
      EXPECT_LE(page.decisions.size(), limit);
      seen += ids(page);
      cursor = page.cursor;
    }
    EXPECT_EQ(seen, all) << limit;
  }
}

TEST_F(Log, a_follower_misses_nothing_while_others_record) {
  std::string cursor = list(last(20)).cursor;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 400; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        log_->record((i + t) % 2 == 0 ? success(id) : refusal(id));
      }
    });
  }
  std::multiset<std::string> seen;
  while (seen.size() < 800) {
    const auto page = list(mine_after(cursor));
    for (const auto& decision : page.decisions) seen.emplace(decision.at("requestId").as_string());
    if (::testing::Test::HasFailure()) break;
    cursor = page.cursor;
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 800U);
  EXPECT_EQ(ids(list(mine_after(cursor))), "");
}

TEST_F(Log, a_cursor_goes_on_after_a_restart_also_when_the_clock_went_back) {
  log_->record(refusal("r1"));
  log_->record(success("s1", mine, time_of_seconds(test::noon + 5000)));
  const std::string cursor = list(last(20)).cursor;
  log_->record(refusal("r2", mine, time_of_seconds(test::noon + 5001)));
  open();
  EXPECT_EQ(ids(list(mine_after(cursor))), "r2 ");
  log_->record(success("s3", mine, time_of_seconds(test::noon - 5000)));
  EXPECT_EQ(ids(list(mine_after(cursor))), "r2 s3 ");

  // Here the last process knew nothing later than the cursor's success, and this one begins before it.
  const test::Directory fresh;
  TraceLog::Settings settings{.successes = 10, .refusals = {.directory = fresh.traces()}};
  auto first = std::make_unique<TraceLog>(settings, clock_, nullptr);
  first->record(success("s4", mine, time_of_seconds(test::noon + 9000)));
  const std::string ahead = first->list(last(20))->cursor;
  EXPECT_EQ(ids(*first->list(mine_after(ahead))), "");
  first = std::make_unique<TraceLog>(settings, clock_, nullptr);
  first->record(success("s5"));
  EXPECT_EQ(ids(*first->list(mine_after(ahead))), "s5 ");
}

TEST_F(Log, cursors_that_are_none_are_refused) {
  EXPECT_TRUE(log_->list(mine_after(list(last(20)).cursor)));
  for (const char* text : {"x", "1", "1-", "-1", "1-2-3", "1-x", " 1-2", "99999999999999999999-1", "1--2"}) {
    EXPECT_FALSE(log_->list(mine_after(text))) << text;
  }
}

TEST_F(Log, a_page_is_bounded_in_bytes_and_goes_on) {
  const std::string start = list(last(20)).cursor;
  for (int i = 0; i < 220; ++i) {
    wire::Trace trace = refusal(std::to_string(i));
    trace.explanation.emplace();
    for (std::size_t n = 0; n < 100; ++n) {
      trace.explanation->statements.push_back(
          {"policy", policy::Source::identity, n, std::string(400, 's'), false, false, {}});
    }
    log_->record(std::move(trace));
  }
  const auto page = list(mine_after(start, 1000));
  EXPECT_LT(page.decisions.size(), 200U);
  EXPECT_GT(page.decisions.size(), 100U);
  EXPECT_EQ(page.decisions.size() + list(mine_after(page.cursor, 1000)).decisions.size(), 220U);
  EXPECT_EQ(list(last(1000)).decisions.back().at("requestId"), "219");
}

}  // namespace
}  // namespace openirsa::audit
