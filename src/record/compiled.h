// Compiled policies for records. A fleet has many roles with the very same document: equal texts of a kind
// share one compiled policy.
#pragma once

#include <string_view>

#include "policy/policy.h"

namespace openirsa::record {

// As policy::Policy::parse.
Result<policy::Policy, policy::PolicyError> compile(std::string_view text, policy::Kind kind);

}  // namespace openirsa::record
