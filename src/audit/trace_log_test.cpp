#include "audit/trace_log.h"

#include <gtest/gtest.h>

namespace openirsa::audit {
namespace {

wire::Trace success(const std::string& id) {
  wire::Trace trace;
  trace.request_id = id;
  return trace;
}

wire::Trace refusal(const std::string& id, const std::string& account, bool role_unknown = false) {
  wire::Trace trace = success(id);
  trace.account = account;
  trace.role_unknown = role_unknown;
  trace.fail(wire::Step::provider_found, "no_provider", "detail");
  return trace;
}

TEST(TraceLog, finds_what_was_recorded_and_nothing_else) {
  TraceLog log({}, nullptr);
  log.record(success("a"));
  log.record(refusal("b", "111122223333"));
  ASSERT_TRUE(log.find("a"));
  EXPECT_FALSE(log.find("a")->failure);
  ASSERT_TRUE(log.find("b"));
  EXPECT_EQ(log.find("b")->failure->code, "no_provider");
  EXPECT_FALSE(log.find("c"));
  EXPECT_EQ(log.totals().successes, 1U);
  EXPECT_EQ(log.totals().refusals, 1U);
}

TEST(TraceLog, keeps_the_last_ones) {
  TraceLog log({.successes = 3, .refusals_per_account = 2, .refusals_unknown = 1}, nullptr);
  for (int i = 0; i < 5; ++i) log.record(success("s" + std::to_string(i)));
  EXPECT_FALSE(log.find("s0"));
  EXPECT_FALSE(log.find("s1"));
  EXPECT_TRUE(log.find("s2"));
  EXPECT_TRUE(log.find("s4"));
}

TEST(TraceLog, one_accounts_flood_evicts_nobody_else) {
  TraceLog log({.successes = 3, .refusals_per_account = 2, .refusals_unknown = 2}, nullptr);
  log.record(refusal("mine", "111122223333"));
  log.record(refusal("nobody", ""));
  for (int i = 0; i < 50; ++i) log.record(refusal("flood" + std::to_string(i), "999988887777"));
  EXPECT_TRUE(log.find("mine"));
  EXPECT_TRUE(log.find("nobody"));
  EXPECT_FALSE(log.find("flood0"));
  EXPECT_TRUE(log.find("flood49"));
}

TEST(TraceLog, unknown_roles_have_a_share_of_their_own) {
  TraceLog log({.successes = 3, .refusals_per_account = 2, .refusals_unknown = 2}, nullptr);
  log.record(refusal("mine", "111122223333"));
  for (int i = 0; i < 50; ++i) log.record(refusal("u" + std::to_string(i), "111122223333", true));
  EXPECT_TRUE(log.find("mine"));
  EXPECT_FALSE(log.find("u47"));
  EXPECT_TRUE(log.find("u48"));
}

}  // namespace
}  // namespace openirsa::audit
