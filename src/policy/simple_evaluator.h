// A second evaluator for tests: it walks the JSON of a case each time, in the plainest way, and shares no
// code with the engine. Where the two disagree, one of them misreads the IAM User Guide's grammar or
// evaluation logic.
#pragma once

#include <string>

#include "base/json.h"

namespace openirsa::policy {

// "allowed", "explicitDeny" or "implicitDeny" for a case in the form of test/cases/policy.
std::string simple_decision(const json::object& one);

}  // namespace openirsa::policy
