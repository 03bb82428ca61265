// Do the engine and the simple evaluator decide alike on pairs of policies and requests that nobody wrote?
// Test code only.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace openirsa::policy {

struct Agreement {
  std::map<std::string, std::size_t> outcomes;  // how many pairs were decided how
  std::string disagreement;                     // the first case on which they differ; empty: none
};

Agreement compare_evaluators(std::size_t pairs);

}  // namespace openirsa::policy
