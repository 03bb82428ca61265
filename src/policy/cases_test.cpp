// Does the engine, and does the simple second one, decide every case of test/cases/policy as written?
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "policy/case_runner.h"
#include "policy/simple_evaluator.h"

namespace openirsa::policy {
namespace {

TEST(PolicyCases, are_decided_as_written) {
  const std::filesystem::path folder = std::string(OPENIRSA_SOURCE_DIR) + "/test/cases/policy";
  std::map<std::string, std::size_t> outcomes;
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    const auto cases = parse_json(read_file(file.path()));
    ASSERT_TRUE(cases) << file.path();
    for (const json::value& value : cases->as_array()) {
      const json::object& one = value.as_object();
      const std::string what =
          file.path().filename().string() + ": " + std::string(*find_string(one, "description"));
      const std::string expected(*find_string(one, "decision"));
      Explanation explanation;
      const Outcome outcome = run_case(one);
      EXPECT_EQ(outcome.effect, expected) << what;
      EXPECT_EQ(run_case(one, &explanation), outcome) << what << " (with an explanation)";
      EXPECT_EQ(simple_decision(one), expected) << what << " (simple evaluator)";
      if (const auto by = find_string(one, "decided_by")) {
        EXPECT_EQ(outcome.source, *by) << what;
      }
      ++count;
      ++outcomes[expected];
    }
  }
  EXPECT_EQ(count, 830U);
  EXPECT_GT(outcomes["allowed"], 100U);
  EXPECT_GT(outcomes["explicitDeny"], 10U);
  EXPECT_GT(outcomes["implicitDeny"], 100U);
}

}  // namespace
}  // namespace openirsa::policy
