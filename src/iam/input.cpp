#include "iam/input.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::iam {
namespace {

constexpr std::size_t most_tags = 50;

bool has_length(std::string_view text, const TextRule& rule) {
  const std::size_t length = scalar_count(text);
  return length >= rule.min && length <= rule.max;
}

// As AWS words a list whose members break a rule.
std::string members_constraint(const TextRule& rule) {
  std::string text = "Member must satisfy constraint: [" + wire::length_at_most(rule.max) + ", " +
                     wire::length_at_least(rule.min);
  if (rule.matches != nullptr) text += ", " + wire::must_match(rule.pattern);
  return text + "]";
}

std::string value_set(std::initializer_list<std::string_view> values) {
  std::string known;
  for (const std::string_view one : values) known.append(known.empty() ? "" : ", ").append(one);
  return "Member must satisfy enum value set: [" + known + "]";
}

}  // namespace

std::string field_name(std::string_view parameter) {
  return to_lower(parameter.substr(0, 1)) + std::string(parameter.substr(1));
}

template <class T>
T Input::take(Result<T, wire::Error> read) {
  if (read) return *std::move(read);
  if (!malformed_) malformed_ = std::move(read).error();
  return {};
}

void Input::require(std::string_view name) { fail(name, wire::must_not_be_null()); }

void Input::fail(std::string_view name, std::string_view constraint) {
  faults_.push_back({field_name(name), std::nullopt, std::string(constraint)});
}

void Input::check(std::string_view field, std::string_view value, const TextRule& rule) {
  const std::size_t length = scalar_count(value);
  if (length > rule.max)
    faults_.push_back({std::string(field), std::nullopt, wire::length_at_most(rule.max)});
  if (length < rule.min)
    faults_.push_back({std::string(field), std::nullopt, wire::length_at_least(rule.min)});
  if (rule.matches != nullptr && !rule.matches(value)) {
    faults_.push_back({std::string(field), std::nullopt, wire::must_match(rule.pattern)});
  }
}

std::string_view Input::required(std::string_view name, const TextRule& rule) {
  const auto value = parameters_.find(name);
  if (!value) {
    require(name);
    return {};
  }
  check(field_name(name), *value, rule);
  return *value;
}

std::optional<std::string_view> Input::optional(std::string_view name, const TextRule& rule) {
  const auto value = parameters_.find(name);
  if (value) check(field_name(name), *value, rule);
  return value;
}

std::vector<std::string_view> Input::list(std::string_view name, const TextRule& rule, std::size_t most) {
  auto values = take(parameters_.list(name));
  if (most != 0 && values.size() > most) fail(name, wire::length_at_most(most));
  const bool sound = std::ranges::all_of(values, [&](std::string_view value) {
    return has_length(value, rule) && (rule.matches == nullptr || rule.matches(value));
  });
  if (!sound) fail(name, members_constraint(rule));
  return values;
}

std::vector<std::string_view> Input::required_list(std::string_view name, const TextRule& rule,
                                                   std::size_t most) {
  auto values = list(name, rule, most);
  if (values.empty() && !parameters_.contains(name)) require(name);
  return values;
}

TagList Input::tags(std::string_view name) {
  auto tags = take(parameters_.pairs(name, "Key", "Value"));
  if (tags.size() > most_tags) {
    fail(name, wire::length_at_most(most_tags));
    return {};
  }
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const std::string member = field_name(name) + "." + std::to_string(i + 1) + ".member.";
    check(member + "key", tags[i].first, rule::tag_key);
    check(member + "value", tags[i].second, rule::tag_value);
  }
  return tags;
}

TagList Input::required_tags(std::string_view name) {
  const std::size_t before = faults_.size();
  auto result = tags(name);
  if (result.empty() && faults_.size() == before && !malformed_ && !parameters_.contains(name)) require(name);
  return result;
}

std::optional<std::int64_t> Input::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto value = take(parameters_.integer(name));
  if (!value) return std::nullopt;
  const auto out_of_range = [&](std::string_view relation, std::int64_t bound) {
    faults_.push_back(
        {field_name(name), std::to_string(*value),
         "Member must have value " + std::string(relation) + " than or equal to " + std::to_string(bound)});
  };
  if (*value > most) out_of_range("less", most);
  if (*value < least) out_of_range("greater", least);
  return value;
}

bool Input::flag(std::string_view name) { return take(parameters_.boolean(name)).value_or(false); }

std::optional<std::string_view> Input::choice(std::string_view name,
                                              std::initializer_list<std::string_view> values) {
  const auto value = parameters_.find(name);
  if (!value || std::ranges::find(values, *value) != values.end()) return value;
  faults_.push_back({field_name(name), std::string(*value), value_set(values)});
  return std::nullopt;
}

std::string_view Input::required_choice(std::string_view name,
                                        std::initializer_list<std::string_view> values) {
  if (!parameters_.contains(name)) require(name);
  return choice(name, values).value_or("");
}

std::vector<std::string_view> Input::choices(std::string_view name,
                                             std::initializer_list<std::string_view> values) {
  auto given = take(parameters_.list(name));
  const bool known = std::ranges::all_of(
      given, [&](std::string_view value) { return std::ranges::find(values, value) != values.end(); });
  if (!known) fail(name, "Member must satisfy constraint: [" + value_set(values) + "]");
  return given;
}

std::optional<wire::Error> Input::fault() const {
  if (malformed_) return malformed_;
  if (faults_.empty()) return std::nullopt;
  auto sorted = faults_;
  std::ranges::stable_sort(sorted, {}, &Fault::field);
  wire::ValidationErrors errors;
  for (const Fault& fault : sorted) {
    if (fault.value) {
      errors.add(*fault.value, fault.field, fault.constraint);
    } else {
      errors.add(fault.field, fault.constraint);
    }
  }
  return errors.error();
}

}  // namespace openirsa::iam
