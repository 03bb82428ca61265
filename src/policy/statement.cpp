#include "policy/statement.h"

#include <algorithm>

namespace openirsa::policy {

bool Statement::matches_principal(const Principal& principal) const {
  const auto names = [&](const NamedPrincipal& named) { return named.matches(principal); };
  if (!not_principals) return std::ranges::any_of(principals, names);
  // A Deny spares whom the list names together with all that they belong to, and nobody who has a permissions
  // boundary (IAM user guide, "NotPrincipal"). An Allow leaves out whomever an entry could mean. So a doubt
  // never opens a door.
  if (deny) return principal.bounded || !name_throughout(principals, principal);
  return std::ranges::none_of(principals, names);
}

bool Statement::matches_action(const Facts& facts) const {
  const bool any = std::ranges::any_of(
      actions.patterns, [&](const Pattern& p) { return p.matches(facts.action, nullptr, Case::ignored); });
  return any != actions.negated;
}

bool Statement::matches_resource(const Facts& facts) const {
  const bool any = std::ranges::any_of(
      resources.patterns, [&](const Pattern& p) { return p.matches(facts.resource, facts.context); });
  if (!resources.negated) return any;
  // A NotResource whose variable has no value excludes something unknown: an Allow then grants nothing and a
  // Deny spares nothing.
  const bool known =
      std::ranges::all_of(resources.patterns, [&](const Pattern& p) { return p.resolves(facts.context); });
  return !any && (deny || known);
}

bool Statement::matches(const Facts& facts, Kind kind) const {
  if (names_principals(kind) ? !matches_principal(facts.principal) : !principals.empty()) return false;
  if (!matches_action(facts)) return false;
  if (speaks_of_resources(kind) && !matches_resource(facts)) return false;
  return std::ranges::all_of(conditions, [&](const Condition& c) { return holds(c, facts.context); });
}

}  // namespace openirsa::policy
