// Conditions of a statement: AWS's operators with their prefixes and suffix.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/facts.h"
#include "policy/pattern.h"
#include "policy/value.h"

namespace openirsa::policy {

enum class Comparator {
  string_equals,
  string_equals_ignore_case,
  string_like,
  numeric_equals,
  numeric_less,
  numeric_less_or_equal,
  numeric_greater,
  numeric_greater_or_equal,
  date_equals,
  date_less,
  date_less_or_equal,
  date_greater,
  date_greater_or_equal,
  boolean,
  binary,
  ip_address,
  arn,
  null,
};

enum class Quantifier { none, for_all_values, for_any_value };

struct Operator {
  Comparator comparator = Comparator::string_equals;
  bool negated = false;
  bool if_exists = false;
  Quantifier quantifier = Quantifier::none;
};

// "ForAnyValue:StringNotLikeIfExists" and the like; letters matter. Nothing for a name that the language does
// not have.
std::optional<Operator> parse_operator(std::string_view name);
bool is_date(const Operator& op);

// A value in a form that can match; `monostate` when the text has none (a number that is no number).
struct Operand {
  std::string text;  // as written
  std::variant<std::monostate, Pattern, ArnPattern, Moment, Network, bool, std::string> form;
};

struct Condition {
  Operator op;
  std::string operator_name;  // as written
  std::string key;
  std::vector<Operand> operands;
};

// `variables`: the policy's version gives `${…}` a meaning.
Operand compile_operand(Comparator comparator, std::string_view text, bool variables);

bool holds(const Condition& condition, const Context* context);

// Whether one value of the request fulfils the condition, its negation included.
bool value_holds(const Condition& condition, std::string_view value, const Context* context);

}  // namespace openirsa::policy
