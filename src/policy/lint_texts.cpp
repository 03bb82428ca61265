// White space, wildcards that are none, letters' case, values without a meaning: what the eye passes over.
#include <algorithm>

#include "base/text.h"
#include "policy/lint_rules.h"

namespace openirsa::policy::lint_rule {
namespace {

constexpr std::string_view blanks = " \t\r\n";

bool has_stray_blanks(std::string_view text) {
  return !text.empty() && (blanks.find(text.front()) != std::string_view::npos ||
                           blanks.find(text.back()) != std::string_view::npos);
}

void check_blanks(Findings& findings, const std::string& element, std::string_view text) {
  if (!has_stray_blanks(text)) return;
  findings.add(white_space, Severity::error, element,
               quoted(text) + " begins or ends with white space, which is compared too: take it away");
}

bool is_literal_comparison(Comparator comparator) {
  return comparator == Comparator::string_equals || comparator == Comparator::string_equals_ignore_case;
}

// `${*}` and `${?}` say on purpose that the letter itself is meant.
bool has_wildcard(std::string_view text, bool variables) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (variables && text.substr(i).starts_with("${")) i = std::min(text.find('}', i), text.size() - 1);
    if (text[i] == '*' || text[i] == '?') return true;
  }
  return false;
}

void check_wildcard(Findings& findings, const Condition& condition, const Operand& operand) {
  if (!is_literal_comparison(condition.op.comparator)) return;
  const bool wild = has_wildcard(operand.text, findings.document().variables);
  if (!wild) return;
  findings.add(wildcard_under_equals, Severity::error, element_of(condition),
               "`*` and `?` are ordinary letters under " + condition.operator_name + " in " +
                   quoted(operand.text) + ": StringLike reads them as wildcards");
}

std::string_view kind_of_value(const Operator& op) {
  switch (op.comparator) {
    case Comparator::boolean:
    case Comparator::null:
      return "neither true nor false";
    case Comparator::binary:
      return "not base64";
    case Comparator::ip_address:
      return "not an address or a CIDR block";
    case Comparator::arn:
      return "not an ARN pattern of six parts between colons";
    default:
      return is_date(op) ? "not a date" : "not a number";
  }
}

// A value in which no request can ever be found.
void check_value(Findings& findings, const Condition& condition, const Operand& operand) {
  if (!std::holds_alternative<std::monostate>(operand.form)) return;
  const bool negated = condition.op.negated;
  findings.add(never_true, negated ? Severity::warning : Severity::error, element_of(condition),
               concatenate({quoted(operand.text), " is ", kind_of_value(condition.op),
                            negated ? ": the condition leaves nobody out by it" : ": nothing equals it"}));
}

// "system:serviceaccount:<namespace>:<name>", whose parts are DNS labels: lower case (Kubernetes, "Object
// Names and IDs").
void check_subject_case(Findings& findings, const Condition& condition, const Operand& operand) {
  constexpr std::string_view prefix = "system:serviceaccount:";
  const bool is_text =
      is_literal_comparison(condition.op.comparator) || condition.op.comparator == Comparator::string_like;
  if (!is_text || condition.op.comparator == Comparator::string_equals_ignore_case) return;
  if (!equal_ignoring_case(std::string_view(operand.text).substr(0, prefix.size()), prefix)) return;
  const auto* pattern = std::get_if<Pattern>(&operand.form);
  if (pattern == nullptr || pattern->has_variables() || operand.text == to_lower(operand.text)) return;
  findings.add(
      letter_case, Severity::error, element_of(condition),
      quoted(operand.text) +
          " has capital letters: names of namespaces and service accounts have none, and case counts; "
          "write " +
          quoted(to_lower(operand.text)));
}

void check_condition(Findings& findings, const Condition& condition) {
  check_blanks(findings, element_of(condition), condition.key);
  if (condition.operands.empty() && !condition.op.negated)
    findings.add(never_true, Severity::error, element_of(condition), "the list of values is empty: name one");
  for (const Operand& operand : condition.operands) {
    check_blanks(findings, element_of(condition), operand.text);
    check_wildcard(findings, condition, operand);
    check_value(findings, condition, operand);
    check_subject_case(findings, condition, operand);
  }
}

}  // namespace

void check_texts(Findings& findings) {
  const Statement& statement = findings.statement();
  const auto check_list = [&](const PatternList& list, std::string_view name) {
    for (const std::string& text : list.texts)
      check_blanks(findings, (list.negated ? "Not" : "") + std::string(name), text);
  };
  for (const NamedPrincipal& principal : statement.principals)
    check_blanks(findings, statement.not_principals ? "NotPrincipal" : "Principal", principal.text);
  check_list(statement.actions, "Action");
  check_list(statement.resources, "Resource");
  for (const Condition& condition : statement.conditions) check_condition(findings, condition);
}

}  // namespace openirsa::policy::lint_rule
