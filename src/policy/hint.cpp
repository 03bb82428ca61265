#include "policy/hint.h"

#include <algorithm>

#include "base/text.h"
#include "policy/arn.h"

namespace openirsa::policy {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view stripped(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_slash(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

// In what alone two texts differ, if it is something that the eye passes over.
std::string small_difference(std::string_view a, std::string_view b) {
  if (a == b) return {};
  if (stripped(a) == stripped(b)) return "differs only in white space";
  if (equal_ignoring_case(a, b)) return "differs only in case";
  if (without_slash(a) == without_slash(b)) return "differs only in a trailing slash";
  return {};
}

bool is_federated(const NamedPrincipal& named) { return named.kind == NamedPrincipal::Kind::federated; }
bool is_service(const NamedPrincipal& named) { return named.kind == NamedPrincipal::Kind::service; }

std::string hint_for_provider(std::string_view named, std::string_view actual) {
  if (auto hint = small_difference(named, actual); !hint.empty()) return hint;
  const auto a = parse_arn(named);
  const auto b = parse_arn(actual);
  if (a && b && a->resource == b->resource) return "the same provider in another account";
  return "another identity provider";
}

// A key of a policy in two halves: the issuer (or prefix) and the claim.
struct KeyName {
  std::string_view issuer;
  std::string_view claim;
};

KeyName split_key(std::string_view key) {
  const std::size_t colon = key.rfind(':');
  if (colon == std::string_view::npos) return {{}, key};
  return {key.substr(0, colon), key.substr(colon + 1)};
}

std::string_view without_scheme(std::string_view issuer) {
  constexpr std::string_view scheme = "https://";
  return equal_ignoring_case(issuer.substr(0, scheme.size()), scheme) ? issuer.substr(scheme.size()) : issuer;
}

bool is_global(std::string_view issuer) { return issuer.find_first_of("./") == std::string_view::npos; }

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

// The key is not in the request: is one there that was meant?
std::string hint_for_missing_key(std::string_view name, const Context* context) {
  if (context == nullptr) return {};
  const KeyName wanted = split_key(name);
  std::string other_issuer;
  for (const Context::Key& key : context->keys()) {
    const KeyName present = split_key(key.name);
    const std::string has = "the request has " + quoted(key.name);
    if (equal_ignoring_case(stripped(name), stripped(key.name))) return has + ": differs only in white space";
    if (!equal_ignoring_case(wanted.claim, present.claim) || is_global(present.issuer)) continue;
    const std::string_view bare = without_scheme(wanted.issuer);
    if (bare != wanted.issuer && equal_ignoring_case(without_slash(bare), without_slash(present.issuer))) {
      return has + ": the key is written without https://";
    }
    if (equal_ignoring_case(without_slash(wanted.issuer), without_slash(present.issuer))) {
      return has + ": differs only in a trailing slash of the issuer";
    }
    other_issuer = has + ": another issuer";
  }
  return other_issuer;
}

bool is_text_comparison(Comparator comparator) {
  return comparator == Comparator::string_equals || comparator == Comparator::string_equals_ignore_case ||
         comparator == Comparator::string_like;
}

// The policy's text is of the wrong form for its operator, or the request's value is.
std::string hint_for_form(const Condition& condition, const Operand& operand, std::string_view actual) {
  const bool unusable = std::holds_alternative<std::monostate>(operand.form);
  switch (condition.op.comparator) {
    case Comparator::arn:
      if (unusable)
        return quoted(operand.text) + " is not an ARN pattern: six parts between colons are needed";
      return parse_arn(actual) ? small_difference(operand.text, actual) : "the request's value is not an ARN";
    case Comparator::ip_address:
      if (unusable) return quoted(operand.text) + " is not an address or a CIDR block";
      return parse_address(actual) ? "" : "the request's value is not an IP address";
    case Comparator::boolean:
    case Comparator::null:
      return unusable ? quoted(operand.text) + " is neither true nor false" : "";
    case Comparator::binary:
      return unusable ? quoted(operand.text) + " is not base64" : "";
    default:
      break;
  }
  const std::string what = is_date(condition.op) ? "a date" : "a number";
  if (unusable) return quoted(operand.text) + " is not " + what;
  const bool readable =
      is_date(condition.op) ? parse_moment(actual).has_value() : parse_decimal(actual).has_value();
  return readable ? "" : "the request's value is not " + what;
}

std::string hint_for_text(const Condition& condition, const Operand& operand, std::string_view actual,
                          const Context* context, bool variables) {
  const Pattern& pattern = std::get<Pattern>(operand.form);
  if (!pattern.resolves(context))
    return "a policy variable in " + quoted(operand.text) + " has no value here";
  if (!variables && operand.text.find("${") != std::string::npos) {
    return "policy variables need \"Version\": \"2012-10-17\"";
  }
  if (condition.op.comparator != Comparator::string_like) {
    const Pattern like = Pattern::compile(operand.text, {.wildcards = true, .variables = variables});
    if (like.matches(actual, context)) {
      return "`*` and `?` under " + condition.operator_name +
             " are literal: StringLike reads them as wildcards";
    }
  } else if (pattern.matches(actual, context, Case::ignored)) {
    return "differs only in case";
  } else if (pattern.matches(stripped(actual), context)) {
    return "differs only in white space";
  }
  return small_difference(operand.text, actual);
}

std::string hint_for_value(const Condition& condition, std::string_view actual, const Context* context,
                           bool variables) {
  for (const Operand& operand : condition.operands) {
    auto hint = is_text_comparison(condition.op.comparator)
                    ? hint_for_text(condition, operand, actual, context, variables)
                    : hint_for_form(condition, operand, actual);
    if (!hint.empty()) return hint;
  }
  return {};
}

}  // namespace

std::string hint_for_principal(const std::vector<NamedPrincipal>& named, const Principal& principal) {
  const bool federated = principal.kind == Principal::Kind::federated;
  const bool service = principal.kind == Principal::Kind::service;
  if (federated && std::ranges::none_of(named, is_federated))
    return "the statement names no identity provider";
  if (service && std::ranges::none_of(named, is_service)) return "the statement names no service";
  std::string hint;
  for (const NamedPrincipal& one : named) {
    if (federated != is_federated(one) || service != is_service(one)) continue;
    if (federated) {
      hint = hint_for_provider(one.value, principal.arn);
      if (hint.starts_with("differs") || hint.starts_with("the same")) return hint;
      continue;
    }
    if (auto small = small_difference(one.value, principal.arn); !small.empty()) return small;
    if (one.kind == NamedPrincipal::Kind::unique_id && !principal.unique_id.empty()) {
      hint = quoted(one.value) + " is the id of another user or role, perhaps one deleted and made again";
    } else if (one.kind == NamedPrincipal::Kind::account) {
      hint = "another account";
    }
  }
  if (hint.empty() && !federated && !service) return "the statement does not name this principal";
  return hint;
}

std::string hint_for_not_principal(const Statement& statement, const Principal& principal) {
  const bool named = std::ranges::any_of(statement.principals,
                                         [&](const NamedPrincipal& one) { return one.matches(principal); });
  if (!named) return {};
  if (!statement.matches_principal(principal))
    return "the principal is one of those that NotPrincipal leaves out";
  if (principal.bounded) return "NotPrincipal spares nobody who has a permissions boundary";
  return principal.kind == Principal::Kind::assumed_role
             ? "NotPrincipal spares a session only where its account, its role and the session are all listed"
             : "NotPrincipal spares a principal only where it and its account are both listed";
}

std::string hint_for_action(const PatternList& actions, std::string_view action) {
  if (actions.negated) return "the action is one of those that NotAction leaves out";
  for (const std::string& text : actions.texts) {
    if (auto hint = small_difference(text, action); !hint.empty()) return hint;
  }
  for (const std::string& text : actions.texts) {
    const bool begins = equal_ignoring_case(text, action.substr(0, text.size())) ||
                        equal_ignoring_case(action, std::string_view(text).substr(0, action.size()));
    if (begins) return quoted(text) + " is another action with the same beginning";
  }
  return {};
}

std::string hint_for_resource(const PatternList& resources, const Facts& facts, bool variables) {
  const std::string_view actual = facts.resource;
  for (std::size_t i = 0; i < resources.patterns.size(); ++i) {
    const Pattern& pattern = resources.patterns[i];
    const std::string& text = resources.texts[i];
    if (!pattern.resolves(facts.context))
      return "a policy variable in " + quoted(text) + " has no value here";
    if (resources.negated) continue;
    if (!variables && text.find("${") != std::string::npos)
      return "policy variables need \"Version\": \"2012-10-17\"";
    const Pattern everywhere = Pattern::compile(text, {.wildcards = true, .variables = variables});
    if (everywhere.has_variables() && everywhere.matches(actual, facts.context)) {
      return "a policy variable before the fifth colon of an ARN is plain text";
    }
    if (pattern.matches(actual, facts.context, Case::ignored)) return "differs only in case";
    if (auto hint = small_difference(text, actual); !hint.empty()) return hint;
  }
  return resources.negated ? "the resource is one of those that NotResource leaves out" : "";
}

std::string hint_for_condition(const Condition& condition, const Context* context, bool variables) {
  const Context::Key* key = context == nullptr ? nullptr : context->find(condition.key);
  const bool missing = key == nullptr || key->values.empty();
  if (condition.op.comparator == Comparator::null) {
    if (condition.op.quantifier == Quantifier::for_any_value) return "ForAnyValue:Null is never true";
    return missing ? hint_for_missing_key(condition.key, context) : "";
  }
  if (missing) return hint_for_missing_key(condition.key, context);
  const bool several = key->multivalued || key->values.size() != 1;
  if (several && condition.op.quantifier == Quantifier::none) {
    return "the key has several values: ForAnyValue: or ForAllValues: is needed";
  }
  if (condition.op.negated) return {};  // it failed because a value is equal: nothing was missed
  for (const std::string_view value : key->values) {
    if (value_holds(condition, value, context)) continue;
    if (auto hint = hint_for_value(condition, value, context, variables); !hint.empty()) return hint;
  }
  return {};
}

}  // namespace openirsa::policy
