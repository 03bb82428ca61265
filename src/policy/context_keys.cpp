#include "policy/context_keys.h"

#include <algorithm>

#include "base/text.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

bool is_text_operator(Comparator comparator) {
  return comparator == Comparator::string_equals || comparator == Comparator::string_equals_ignore_case ||
         comparator == Comparator::string_like || comparator == Comparator::arn;
}

// Calls `visit(key, has a default)` for each key of a statement.
template <class Visit>
void visit_keys(const Statement& statement, bool variables, Visit visit) {
  const auto visit_variables = [&](std::string_view text) {
    if (!variables) return;
    const Pattern pattern = Pattern::compile(text, {.wildcards = true, .variables = true});
    for (const Piece& piece : pattern.pieces()) {
      if (piece.kind == Piece::Kind::variable && !piece.text.empty())
        visit(piece.text, piece.fallback.has_value());
    }
  };
  for (const Condition& condition : statement.conditions) {
    visit(condition.key, false);
    if (!is_text_operator(condition.op.comparator)) continue;
    for (const Operand& operand : condition.operands) visit_variables(operand.text);
  }
  for (const std::string& text : statement.resources.texts) visit_variables(text);
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
  const auto& document = policy.document();
  for (const Statement& statement : document.statements)
    visit_keys(statement, document.variables, [&](std::string_view key, bool) { keys.add(key); });
}

void add_missing_keys(const Policy& policy, const Facts& facts, KeyNames& keys) {
  const auto& document = policy.document();
  for (const Statement& statement : document.statements) {
    if (!is_about(statement, facts, document.kind)) continue;
    visit_keys(statement, document.variables, [&](std::string_view key, bool has_default) {
      const bool known = facts.context != nullptr && facts.context->find(key) != nullptr;
      if (!known && !has_default) keys.add(key);
    });
  }
}

}  // namespace openirsa::policy
