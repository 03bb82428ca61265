// Statements that others make void: denied throughout, or allowed already.
#include <algorithm>

#include "base/text.h"
#include "policy/lint_rules.h"

namespace openirsa::policy::lint_rule {
namespace {

// Whether all that matches `narrow` matches `wide`. A `*` of `wide` takes in the wildcards of `narrow`; its
// `?` would take one letter for many, so texts with one are compared as they are.
bool covers(const std::string& wide, const std::string& narrow, Case letters) {
  const bool same = letters == Case::ignored ? equal_ignoring_case(wide, narrow) : wide == narrow;
  if (same) return true;
  if (wide.find('?') != std::string::npos || wide.find("${") != std::string::npos) return false;
  return Pattern::compile(wide, {.wildcards = true, .variables = false}).matches(narrow, nullptr, letters);
}

bool covers(const PatternList& wide, const PatternList& narrow, Case letters) {
  if (wide.negated || narrow.negated) return false;
  return std::ranges::all_of(narrow.texts, [&](const std::string& one) {
    return std::ranges::any_of(wide.texts,
                               [&](const std::string& other) { return covers(other, one, letters); });
  });
}

bool covers_principals(const Statement& wide, const Statement& narrow) {
  if (wide.not_principals || narrow.not_principals) return false;
  const auto everyone = NamedPrincipal::Kind::everyone;
  if (std::ranges::find(wide.principals, everyone, &NamedPrincipal::kind) != wide.principals.end())
    return true;
  return std::ranges::all_of(narrow.principals, [&](const NamedPrincipal& one) {
    return std::ranges::any_of(wide.principals, [&](const NamedPrincipal& other) {
      return other.kind == one.kind && other.value == one.value;
    });
  });
}

bool covers(const Statement& wide, const Statement& narrow, Kind kind) {
  if (!wide.conditions.empty()) return false;
  if (names_principals(kind) && !covers_principals(wide, narrow)) return false;
  if (!covers(wide.actions, narrow.actions, Case::ignored)) return false;
  if (!wide.speaks_of_resources(kind)) return true;
  return narrow.speaks_of_resources(kind) && covers(wide.resources, narrow.resources, Case::sensitive);
}

std::string name_of_statement(const Statement& statement, std::size_t index) {
  const std::string number = "statement " + std::to_string(index + 1);
  return statement.sid.empty() ? number : number + " (" + statement.sid + ")";
}

}  // namespace

void check_reach(Findings& findings) {
  const auto& document = findings.document();
  const std::size_t here = findings.index();
  const Statement& statement = findings.statement();
  for (std::size_t i = 0; i < document.statements.size(); ++i) {
    const Statement& other = document.statements[i];
    if (i == here || !covers(other, statement, document.kind)) continue;
    if (other.deny && !statement.deny) {
      findings.add(unreachable, Severity::error, "Effect",
                   name_of_statement(other, i) + " denies all that this one allows");
      return;
    }
    // Of two that say the same the later is the one too many.
    const bool twins = covers(statement, other, document.kind);
    if (other.deny != statement.deny || (twins && i > here)) continue;
    findings.add(unreachable, Severity::warning, "Effect",
                 name_of_statement(other, i) + (other.deny ? " denies" : " allows") +
                     " all that this one does already");
    return;
  }
}

}  // namespace openirsa::policy::lint_rule
