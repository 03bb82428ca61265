#include "policy/condition.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace openirsa::policy {
namespace {

struct Name {
  std::string_view name;
  Comparator comparator;
  bool negated;
};

constexpr std::array<Name, 27> names{{
    {"StringEquals", Comparator::string_equals, false},
    {"StringNotEquals", Comparator::string_equals, true},
    {"StringEqualsIgnoreCase", Comparator::string_equals_ignore_case, false},
    {"StringNotEqualsIgnoreCase", Comparator::string_equals_ignore_case, true},
    {"StringLike", Comparator::string_like, false},
    {"StringNotLike", Comparator::string_like, true},
    {"NumericEquals", Comparator::numeric_equals, false},
    {"NumericNotEquals", Comparator::numeric_equals, true},
    {"NumericLessThan", Comparator::numeric_less, false},
    {"NumericLessThanEquals", Comparator::numeric_less_or_equal, false},
    {"NumericGreaterThan", Comparator::numeric_greater, false},
    {"NumericGreaterThanEquals", Comparator::numeric_greater_or_equal, false},
    {"DateEquals", Comparator::date_equals, false},
    {"DateNotEquals", Comparator::date_equals, true},
    {"DateLessThan", Comparator::date_less, false},
    {"DateLessThanEquals", Comparator::date_less_or_equal, false},
    {"DateGreaterThan", Comparator::date_greater, false},
    {"DateGreaterThanEquals", Comparator::date_greater_or_equal, false},
    {"Bool", Comparator::boolean, false},
    {"BinaryEquals", Comparator::binary, false},
    {"IpAddress", Comparator::ip_address, false},
    {"NotIpAddress", Comparator::ip_address, true},
    {"ArnEquals", Comparator::arn, false},
    {"ArnLike", Comparator::arn, false},
    {"ArnNotEquals", Comparator::arn, true},
    {"ArnNotLike", Comparator::arn, true},
    {"Null", Comparator::null, false},
}};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// Whether `order`, of the request's value against the policy's, is what the comparator asks for.
bool fits(Comparator comparator, std::strong_ordering order) {
  switch (comparator) {
    case Comparator::numeric_less:
    case Comparator::date_less:
      return order < 0;
    case Comparator::numeric_less_or_equal:
    case Comparator::date_less_or_equal:
      return order <= 0;
    case Comparator::numeric_greater:
    case Comparator::date_greater:
      return order > 0;
    case Comparator::numeric_greater_or_equal:
    case Comparator::date_greater_or_equal:
      return order >= 0;
    default:
      return order == 0;
  }
}

// The request's value against the values of a policy, whose forms depend on the comparator.
class ValueComparison {
 public:
  ValueComparison(Comparator comparator, std::string_view value, const Context* context)
      : comparator_(comparator), value_(value), context_(context) {}

  bool operator()(std::monostate) const { return false; }
  bool operator()(const Pattern& pattern) const {
    const bool ignored = comparator_ == Comparator::string_equals_ignore_case;
    return pattern.matches(value_, context_, ignored ? Case::ignored : Case::sensitive);
  }
  bool operator()(const ArnPattern& pattern) const { return pattern.matches(value_, context_); }
  bool operator()(const Moment& moment) const {
    const auto value = parse_moment(value_);
    return value && fits(comparator_, *value <=> moment);
  }
  bool operator()(const Network& network) const {
    const auto address = parse_address(value_);
    return address && contains(network, *address);
  }
  bool operator()(bool expected) const { return parse_boolean(value_) == expected; }
  bool operator()(const std::string& text) const {
    // Base64 is canonical (base/text.h), so that equal bytes are equal texts.
    if (comparator_ == Comparator::binary) return text == value_;
    const auto expected = parse_decimal(text);
    const auto value = parse_decimal(value_);
    return expected && value && fits(comparator_, compare(*value, *expected));
  }

 private:
  Comparator comparator_;
  std::string_view value_;
  const Context* context_;
};

bool null_holds(const Condition& condition, bool missing) {
  // AWS on Null with a set operator: ForAllValues always returns true, ForAnyValue always false.
  if (condition.op.quantifier != Quantifier::none)
    return condition.op.quantifier == Quantifier::for_all_values;
  return std::ranges::any_of(condition.operands, [&](const Operand& operand) {
    const bool* expected = std::get_if<bool>(&operand.form);
    return expected != nullptr && *expected == missing;
  });
}

// IAM User Guide, condition operators: what each answers when the key is missing. ForAnyValue is false even
// with IfExists: AWS was seen to refuse ForAnyValue:StringEqualsIfExists on a request without the key.
bool missing_key_holds(const Operator& op) {
  if (op.quantifier == Quantifier::for_any_value) return false;
  return op.if_exists || op.quantifier == Quantifier::for_all_values || op.negated;
}

}  // namespace

std::optional<Operator> parse_operator(std::string_view name) {
  Operator op;
  if (take_prefix(name, "ForAllValues:"))
    op.quantifier = Quantifier::for_all_values;
  else if (take_prefix(name, "ForAnyValue:"))
    op.quantifier = Quantifier::for_any_value;
  op.if_exists = take_suffix(name, "IfExists");
  const auto found = std::ranges::find(names, name, &Name::name);
  if (found == names.end()) return std::nullopt;
  if (found->comparator == Comparator::null && op.if_exists)
    return std::nullopt;  // §8.2: IfExists on all but Null
  op.comparator = found->comparator;
  op.negated = found->negated;
  return op;
}

bool is_date(const Operator& op) {
  return op.comparator >= Comparator::date_equals && op.comparator <= Comparator::date_greater_or_equal;
}

Operand compile_operand(Comparator comparator, std::string_view text, bool variables) {
  Operand operand{.text = std::string(text), .form = {}};
  const auto take = [&](auto form) {
    if (form) operand.form = std::move(*form);
  };
  switch (comparator) {
    case Comparator::string_equals:
    case Comparator::string_equals_ignore_case:
      operand.form = Pattern::compile(text, {.wildcards = false, .variables = variables});
      break;
    case Comparator::string_like:
      operand.form = Pattern::compile(text, {.wildcards = true, .variables = variables});
      break;
    case Comparator::arn:
      take(ArnPattern::compile(text, variables));
      break;
    case Comparator::boolean:
    case Comparator::null:
      take(parse_boolean(text));
      break;
    case Comparator::binary:
      if (from_base64(text)) operand.form = std::string(text);
      break;
    case Comparator::ip_address:
      take(parse_network(text));
      break;
    case Comparator::date_equals:
    case Comparator::date_less:
    case Comparator::date_less_or_equal:
    case Comparator::date_greater:
    case Comparator::date_greater_or_equal:
      take(parse_moment(text));
      break;
    default:
      if (parse_decimal(text)) operand.form = std::string(text);
  }
  return operand;
}

bool value_holds(const Condition& condition, std::string_view value, const Context* context) {
  const ValueComparison comparison(condition.op.comparator, value, context);
  const bool any = std::ranges::any_of(
      condition.operands, [&](const Operand& operand) { return std::visit(comparison, operand.form); });
  return any != condition.op.negated;  // OR across values, NOR for negated operators
}

bool holds(const Condition& condition, const Context* context) {
  const Context::Key* key = context == nullptr ? nullptr : context->find(condition.key);
  const bool missing = key == nullptr || key->values.empty();
  const Operator& op = condition.op;
  if (op.comparator == Comparator::null) return null_holds(condition, missing);
  if (missing) return missing_key_holds(op);
  const auto one_holds = [&](std::string_view value) { return value_holds(condition, value, context); };
  switch (op.quantifier) {
    case Quantifier::for_all_values:
      return std::ranges::all_of(key->values, one_holds);
    case Quantifier::for_any_value:
      return std::ranges::any_of(key->values, one_holds);
    case Quantifier::none:
      break;
  }
  // A multi-valued key without a set operator matches nothing, negated or not.
  if (key->multivalued || key->values.size() != 1) return false;
  return one_holds(key->values.front());
}

}  // namespace openirsa::policy
