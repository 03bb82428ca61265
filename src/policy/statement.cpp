#include "policy/statement.h"

#include <algorithm>

namespace openirsa::policy {

bool Statement::matches_principal(const Principal& principal) const {
  return std::ranges::any_of(principals,
                             [&](const NamedPrincipal& named) { return named.matches(principal); });
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
  if (kind == Kind::trust ? !matches_principal(facts.principal) : !principals.empty()) return false;
  if (!matches_action(facts)) return false;
  if (kind != Kind::trust && !matches_resource(facts)) return false;
  return std::ranges::all_of(conditions, [&](const Condition& c) { return holds(c, facts.context); });
}

}  // namespace openirsa::policy
