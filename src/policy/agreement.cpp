#include "policy/agreement.h"

#include "policy/case_runner.h"
#include "policy/random_case.h"
#include "policy/simple_evaluator.h"

namespace openirsa::policy {
namespace {

// Compiling costs most of a pair; so one set of policies meets several requests.
constexpr std::size_t requests_a_set = 10;

}  // namespace

Agreement compare_evaluators(std::size_t pairs) {
  Agreement agreement;
  for (std::size_t seed = 0; seed * requests_a_set < pairs; ++seed) {
    RandomCases random(seed);
    json::object one{{"policies", random.policies()}};
    const json::array& policies = one.at("policies").as_array();
    const CompiledCase compiled(policies);
    for (std::size_t i = 0; i < requests_a_set; ++i) {
      one["facts"] = random.facts_for(one.at("policies").as_array());
      const Outcome outcome = compiled.run(one.at("facts").as_object());
      const bool alike = outcome.effect == simple_decision(one);
      // An explanation must not change the decision; one of ten is asked for one.
      Explanation explanation;
      const bool explained = i != 0 || compiled.run(one.at("facts").as_object(), &explanation) == outcome;
      if (!alike || !explained) {
        agreement.disagreement =
            "seed " + std::to_string(seed) + (alike ? " (explained): " : ": ") + json::serialize(one);
        return agreement;
      }
      ++agreement.outcomes[outcome.effect];
    }
  }
  return agreement;
}

}  // namespace openirsa::policy
