// Do the engine and the simple evaluator decide alike? 100,000 pairs here, which is what a build with
// sanitizers judges in some seconds; dev/bench judges a million, and OPENIRSA_POLICY_PAIRS sets another
// number.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "base/text.h"
#include "policy/agreement.h"

namespace openirsa::policy {
namespace {

std::size_t wanted_pairs() {
  const char* set = std::getenv("OPENIRSA_POLICY_PAIRS");
  return static_cast<std::size_t>(parse_integer(set == nullptr ? "" : set).value_or(100'000));
}

TEST(Differential, two_evaluators_decide_alike) {
  const std::size_t pairs = wanted_pairs();
  auto agreement = compare_evaluators(pairs);
  ASSERT_EQ(agreement.disagreement, "");
  std::size_t total = 0;
  for (const auto& [effect, count] : agreement.outcomes) {
    std::cout << effect << ": " << count << "\n";
    RecordProperty(effect, static_cast<int>(count));
    total += count;
  }
  EXPECT_GE(total, pairs);
  // Made to hit: no outcome is a rarity.
  EXPECT_GT(agreement.outcomes["allowed"], total / 10);
  EXPECT_GT(agreement.outcomes["explicitDeny"], total / 10);
  EXPECT_GT(agreement.outcomes["implicitDeny"], total / 10);
}

}  // namespace
}  // namespace openirsa::policy
