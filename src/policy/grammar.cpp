#include "policy/grammar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "policy/condition.h"

namespace openirsa::policy {
namespace {

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

std::optional<std::string> condition_value_of(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(view_of(*text));
  if (const auto* flag = value.if_bool()) return *flag ? "true" : "false";
  if (const auto* number = value.if_int64()) return std::to_string(*number);
  if (const auto* number = value.if_uint64()) return std::to_string(*number);
  const auto* number = value.if_double();
  if (number == nullptr) return std::nullopt;
  std::array<char, 512> buffer;  // the longest double in fixed notation takes 327 characters
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), *number, std::chars_format::fixed).ptr;
  return std::string(buffer.data(), end);
}

}  // namespace

std::vector<const json::object*> statements_of(const json::object& document) {
  std::vector<const json::object*> statements;
  if (const auto* one = find_object(document, "Statement")) return {one};
  const auto* several = find_array(document, "Statement");
  if (several == nullptr) return {};
  for (const json::value& value : *several) {
    if (!value.is_object()) return {};
    statements.push_back(&value.get_object());
  }
  return statements;
}

std::optional<std::vector<std::string_view>> texts_of(const json::value& value) {
  if (const auto* text = value.if_string()) return std::vector{view_of(*text)};
  const auto* array = value.if_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string_view> texts;
  for (const json::value& element : *array) {
    if (element.is_null()) continue;
    if (!element.is_string()) return std::nullopt;
    texts.push_back(view_of(element.get_string()));
  }
  return texts;
}

std::optional<std::vector<std::string>> condition_values_of(const json::value& value) {
  const auto* array = value.if_array();
  if (array == nullptr) {
    auto one = condition_value_of(value);
    if (!one) return std::nullopt;
    return std::vector{std::move(*one)};
  }
  std::vector<std::string> values;
  for (const json::value& element : *array) {
    auto one = condition_value_of(element);
    if (!one) return std::nullopt;
    values.push_back(std::move(*one));
  }
  return values;
}

bool is_version(std::string_view text) { return text == "2012-10-17" || text == "2008-10-17"; }

bool is_condition_block(const json::value& value) {
  const auto* block = value.if_object();
  if (block == nullptr) return false;
  return std::ranges::all_of(*block, [](const auto& member) {
    const auto* keys = member.value().if_object();
    if (keys == nullptr) return false;
    const bool known = parse_operator({member.key().data(), member.key().size()}).has_value();
    return (known || keys->empty()) && std::ranges::all_of(*keys, [](const auto& key) {
             return condition_values_of(key.value()).has_value();
           });
  });
}

bool has_unique_sids(const std::vector<const json::object*>& statements) {
  std::set<std::string_view> seen;
  return std::ranges::all_of(statements, [&](const json::object* statement) {
    const auto sid = find_string(*statement, "Sid");
    return !sid || sid->empty() || seen.insert(*sid).second;
  });
}

bool has_only_members(const json::object& object, std::initializer_list<std::string_view> names) {
  return std::ranges::all_of(object, [&](const auto& member) {
    return std::ranges::find(names, std::string_view{member.key().data(), member.key().size()}) !=
           names.end();
  });
}

bool is_optional_text(const json::object& object, std::string_view name) {
  return find_member(object, name) == nullptr || find_string(object, name).has_value();
}

bool is_optional_texts(const json::object& object, std::string_view name) {
  const json::value* member = find_member(object, name);
  return member == nullptr || texts_of(*member).has_value();
}

}  // namespace openirsa::policy
