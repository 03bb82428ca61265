// Does a refusal's line say what its trace said, and is nothing else taken for one?
#include "audit/refusal_line.h"

#include <gtest/gtest.h>

#include "audit/sequence.h"
#include "audit/test_traces.h"

namespace openirsa::audit {
namespace {

std::string_view without_end(std::string_view line) { return line.substr(0, line.size() - 1); }

TEST(RefusalLine, holds_the_decision_in_its_one_form) {
  const std::string line = refusal_line(test::refusal("id-1"), 7);
  ASSERT_TRUE(line.ends_with("}\n"));
  EXPECT_EQ(decision_of_line(without_end(line)), wire::to_json(test::refusal("id-1")));
  const auto facts = facts_of_line(without_end(line));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->sequence, 7U);
  EXPECT_EQ(facts->id, mark_of("id-1"));
  EXPECT_EQ(facts->role, mark_of("web"));
}

TEST(RefusalLine, is_complete_when_it_is_written) {
  wire::Trace trace = test::refusal("id-1");
  trace.explain_later = [](wire::Trace& explained) { explained.failure->hint = "worked out later"; };
  const auto decision = decision_of_line(without_end(refusal_line(std::move(trace), 1)));
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->at("decisive").at("hint"), "worked out later");
}

TEST(RefusalLine, what_a_caller_writes_is_not_taken_for_a_member) {
  wire::Trace trace = test::refusal("id-1");
  trace.role_arn.clear();
  trace.source_ip = R"(","requestId":"forged","roleArn":"a/forged",")";
  trace.session_name = "a\n{\"sequence\":1,\"decision\":{}}";
  const std::string line = refusal_line(trace, 7);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto facts = facts_of_line(without_end(line));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->id, mark_of("id-1"));
  EXPECT_EQ(facts->role, 0U);
}

TEST(RefusalLine, a_long_explanation_is_cut_and_says_so) {
  wire::Trace trace = test::refusal("id-1");
  trace.explanation.emplace();
  for (std::size_t i = 0; i < 1000; ++i) {
    trace.explanation->statements.push_back(
        {"policy", policy::Source::identity, i, std::string(200, 's'), false, false, {}});
  }
  const std::string line = refusal_line(trace, 7);
  EXPECT_LE(line.size(), longest_line);
  const auto decision = decision_of_line(without_end(line));
  ASSERT_TRUE(decision);
  const json::object& policy = decision->at("policy").as_object();
  EXPECT_EQ(policy.at("truncated"), json::value(true));
  const json::array& statements = policy.at("statements").as_array();
  EXPECT_GT(statements.size(), 100U);
  EXPECT_EQ(statements.at(7).at("index"), json::value(7));
  EXPECT_EQ(refusal_line(test::refusal("id-2"), 8).find("truncated"), std::string::npos);
}

TEST(RefusalLine, other_lines_are_none) {
  const std::string line(without_end(refusal_line(test::refusal("id-1"), 7)));
  ASSERT_TRUE(facts_of_line(line));
  EXPECT_FALSE(facts_of_line(""));
  EXPECT_FALSE(facts_of_line("{}"));
  for (std::size_t length = 0; length < line.size(); ++length) {
    EXPECT_FALSE(decision_of_line(line.substr(0, length))) << length;
  }
  EXPECT_FALSE(facts_of_line(line.substr(0, line.size() - 2)));
  EXPECT_FALSE(facts_of_line(line.substr(1)));
  EXPECT_FALSE(
      facts_of_line(R"({"sequence":99999999999999999999,"decision":{"version":1,"requestId":"a"}})"));
  EXPECT_FALSE(facts_of_line(R"({"sequence":1,"decision":{"version":1}})"));
  // Numbers that no process gives: beyond the year 9999.
  const auto numbered = [&](std::uint64_t number) {
    return facts_of_line(without_end(refusal_line(test::refusal("id-1"), number))).has_value();
  };
  EXPECT_TRUE(numbered(Sequence::at(time_of_seconds(test::noon))));
  EXPECT_TRUE(numbered(Sequence::last_possible));
  EXPECT_FALSE(numbered(Sequence::last_possible + 1));
  EXPECT_FALSE(numbered(UINT64_MAX));
  EXPECT_FALSE(decision_of_line(R"({"sequence":1,"decision":[]})"));
}

TEST(RoleName, matches_names_and_arns) {
  const std::string arn = "arn:aws:iam::111122223333:role/path/web";
  EXPECT_TRUE(is_role(arn, "web"));
  EXPECT_TRUE(is_role(arn, arn));
  EXPECT_FALSE(is_role(arn, "Web"));
  EXPECT_FALSE(is_role(arn, "path/web"));
  EXPECT_FALSE(is_role(arn, "arn:aws:iam::444455556666:role/path/web"));
  EXPECT_FALSE(is_role("", ""));
}

}  // namespace
}  // namespace openirsa::audit
