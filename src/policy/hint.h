// Near misses in words: what a human would have tripped over. Empty when nothing is worth saying.
#pragma once

#include <string>
#include <vector>

#include "policy/statement.h"

namespace openirsa::policy {

std::string hint_for_principal(const std::vector<NamedPrincipal>& named, const Principal& principal);
// REQUIRES: statement.not_principals.
std::string hint_for_not_principal(const Statement& statement, const Principal& principal);
std::string hint_for_action(const PatternList& actions, std::string_view action);
std::string hint_for_resource(const PatternList& resources, const Facts& facts, bool variables);
std::string hint_for_condition(const Condition& condition, const Context* context, bool variables);

}  // namespace openirsa::policy
