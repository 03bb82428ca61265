#include "policy/context_keys.h"

#include <algorithm>

#include "base/text.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

// Calls `visit(key, has a default)` for each variable of a pattern.
template <class Visit>
void visit_variables(const Pattern& pattern, Visit visit) {
  for (const Piece& piece : pattern.pieces()) {
    if (piece.kind == Piece::Kind::variable && !piece.text.empty())
      visit(piece.text, piece.fallback.has_value());
  }
}

// The same for each key of a statement.
template <class Visit>
void visit_keys(const Statement& statement, Visit visit) {
  for (const Condition& condition : statement.conditions) {
    visit(condition.key, false);
    for (const Operand& operand : condition.operands) {
      if (const auto* pattern = std::get_if<Pattern>(&operand.form)) visit_variables(*pattern, visit);
      if (const auto* arn = std::get_if<ArnPattern>(&operand.form)) {
        for (const Pattern& part : arn->parts()) visit_variables(part, visit);
      }
    }
  }
  for (const Pattern& pattern : statement.resources.patterns) visit_variables(pattern, visit);
}

// Whether a pattern of the resource could match, were its variables' values known.
bool could_match_resource(const Statement& statement, const Facts& facts) {
  if (statement.matches_resource(facts)) return true;
  return std::ranges::any_of(statement.resources.patterns,
                             [&](const Pattern& pattern) { return !pattern.resolves(facts.context); });
}

bool is_about(const Statement& statement, const Facts& facts, Kind kind) {
  if (names_principals(kind) && !statement.matches_principal(facts.principal)) return false;
  if (!statement.matches_action(facts)) return false;
  return !statement.speaks_of_resources(kind) || could_match_resource(statement, facts);
}

}  // namespace

void KeyNames::add(std::string_view key) {
  if (known_.insert(to_lower(key)).second) names_.emplace_back(key);
}

void add_context_keys(const Policy& policy, KeyNames& keys) {
  for (const Statement& statement : policy.document().statements)
    visit_keys(statement, [&](std::string_view key, bool) { keys.add(key); });
}

void add_missing_keys(const Policy& policy, const Facts& facts, KeyNames& keys) {
  const auto& document = policy.document();
  for (const Statement& statement : document.statements) {
    if (!is_about(statement, facts, document.kind)) continue;
    visit_keys(statement, [&](std::string_view key, bool has_default) {
      const bool known = facts.context != nullptr && facts.context->find(key) != nullptr;
      if (!known && !has_default) keys.add(key);
    });
  }
}

}  // namespace openirsa::policy
