#include "policy/explain.h"

#include <algorithm>

#include "policy/hint.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

constexpr std::string_view absent = "(absent)";

template <class Items, class TextOf>
std::string joined(const Items& items, TextOf text_of) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += " | ";
    out += text_of(item);
  }
  return out;
}

std::string text_of_principal(const Principal& principal) {
  if (principal.kind == Principal::Kind::anonymous) return "(anonymous)";
  return std::string(principal.arn.empty() ? principal.account : principal.arn);
}

Comparison compare_principal(const Statement& statement, const Principal& principal) {
  Comparison comparison;
  comparison.element = statement.not_principals ? "NotPrincipal" : "Principal";
  comparison.expected = joined(statement.principals, [](const NamedPrincipal& named) { return named.text; });
  comparison.actual = text_of_principal(principal);
  comparison.matched = statement.matches_principal(principal);
  if (statement.not_principals) {
    comparison.hint = hint_for_not_principal(statement, principal);
  } else if (!comparison.matched) {
    comparison.hint = hint_for_principal(statement.principals, principal);
  }
  return comparison;
}

Comparison compare_list(const PatternList& list, std::string_view name, std::string_view actual,
                        bool matched) {
  Comparison comparison;
  comparison.element = (list.negated ? "Not" : "") + std::string(name);
  comparison.expected = joined(list.texts, [](const std::string& text) { return text; });
  comparison.actual = actual;
  comparison.matched = matched;
  return comparison;
}

Comparison compare_condition(const Condition& condition, const Context* context, bool variables) {
  Comparison comparison;
  comparison.element = "Condition";
  comparison.op = condition.operator_name;
  comparison.key = condition.key;
  comparison.expected = joined(condition.operands, [](const Operand& operand) { return operand.text; });
  const Context::Key* key = context == nullptr ? nullptr : context->find(condition.key);
  const bool missing = key == nullptr || key->values.empty();
  comparison.actual = missing
                          ? std::string(absent)
                          : joined(key->values, [](std::string_view value) { return std::string(value); });
  comparison.matched = holds(condition, context);
  if (!comparison.matched) comparison.hint = hint_for_condition(condition, context, variables);
  return comparison;
}

}  // namespace

StatementTrace trace(const Attached& attached, std::size_t index, const Facts& facts) {
  const auto& document = attached.policy->document();
  const Statement& statement = document.statements[index];
  StatementTrace out{.policy = attached.shown_name(),
                     .source = attached.source,
                     .index = index,
                     .sid = statement.sid,
                     .deny = statement.deny,
                     .matched = false,
                     .comparisons = {}};
  const auto passes = [&](Comparison comparison) {
    out.comparisons.push_back(std::move(comparison));
    return out.comparisons.back().matched;
  };
  if (names_principals(document.kind) && !passes(compare_principal(statement, facts.principal))) return out;
  auto action = compare_list(statement.actions, "Action", facts.action, statement.matches_action(facts));
  if (!action.matched) action.hint = hint_for_action(statement.actions, facts.action);
  if (!passes(std::move(action))) return out;
  if (statement.speaks_of_resources(document.kind)) {
    auto resource =
        compare_list(statement.resources, "Resource", facts.resource, statement.matches_resource(facts));
    if (!resource.matched) resource.hint = hint_for_resource(statement.resources, facts, document.variables);
    if (!passes(std::move(resource))) return out;
  }
  for (const Condition& condition : statement.conditions) {
    if (!passes(compare_condition(condition, facts.context, document.variables))) return out;
  }
  out.matched = true;
  return out;
}

const StatementTrace* furthest(const Explanation& explanation, bool deny) {
  const StatementTrace* found = nullptr;
  for (const auto& statement : explanation.statements) {
    if (statement.deny != deny) continue;
    if (found == nullptr || statement.comparisons.size() > found->comparisons.size()) found = &statement;
  }
  return found;
}

}  // namespace openirsa::policy
