// What the service model demands of single texts: lengths and patterns. Patterns are matched by hand: they
// are small, and a regular-expression engine has no place on text of 131,072 characters that a stranger
// sends.
#pragma once

#include <cstddef>
#include <string_view>

namespace openirsa::iam {

struct TextRule {
  std::size_t min = 0;  // in characters
  std::size_t max = 0;
  std::string_view pattern{};                   // as the model writes it; empty when it has none
  bool (*matches)(std::string_view) = nullptr;  // null when there is no pattern
};

namespace rule {
extern const TextRule access_key_id;
extern const TextRule account_alias;
extern const TextRule action_name;
extern const TextRule arn;
extern const TextRule client_id;
extern const TextRule context_key;
extern const TextRule context_value;
extern const TextRule document;
extern const TextRule group_name;
extern const TextRule marker;
extern const TextRule new_user_name;
extern const TextRule path;
extern const TextRule path_prefix;
extern const TextRule policy_description;
extern const TextRule policy_name;
extern const TextRule policy_path;
extern const TextRule resource_handling;
extern const TextRule resource_name;
extern const TextRule role_description;
extern const TextRule role_name;
extern const TextRule tag_key;
extern const TextRule tag_value;
extern const TextRule url;
extern const TextRule user_name;
extern const TextRule version_id;
}  // namespace rule

}  // namespace openirsa::iam
