// Trust policies: who may assume a role. Texts and order are AWS's.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/grammar.h"
#include "policy/pattern.h"
#include "policy/principal.h"

namespace openirsa::policy {
namespace {

// What a trust policy can be about.
constexpr std::array<std::string_view, 6> actions{
    "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession", "sts:SetSourceIdentity",  "sts:SetContext"};

PolicyError refuse(std::string message) { return {std::move(message)}; }
PolicyError syntax() { return refuse("Syntax error in policy."); }

bool has(const json::object& statement, std::string_view name) {
  return find_member(statement, name) != nullptr;
}

Refusal check_effect(const json::object& statement) {
  if (!has(statement, "Effect")) return refuse("Missing required field Effect");
  const auto effect = find_string(statement, "Effect");
  if (!effect) return syntax();
  if (*effect == "Allow" || *effect == "Deny") return std::nullopt;
  return effect->empty() ? refuse("Missing required field Effect")
                         : refuse("Invalid effect: " + std::string(*effect));
}

Refusal check_principal(const json::object& statement) {
  if (has(statement, "NotPrincipal")) {
    return find_string(statement, "Effect") == "Allow"
               ? refuse("Allow with NotPrincipal is not allowed.")
               : refuse("AssumeRole policy must not contain NotPrincipal field.");
  }
  const json::value* member = find_member(statement, "Principal");
  if (member == nullptr) return refuse("Missing required field Principal");
  const json::object* types = member->if_object();
  if (types == nullptr) return refuse("Principal must be a JSON object.");
  std::size_t count = 0;
  for (const auto& entry : *types) {
    const std::string type(entry.key().data(), entry.key().size());
    const auto values = texts_of(entry.value());
    if (!values) return syntax();
    if (type != "AWS" && type != "Federated" && type != "Service") {
      return refuse("Invalid principal in policy: \"" + type + "\"");
    }
    for (const std::string_view value : *values) {
      if (parse_principal(type, value)) continue;
      return refuse("Invalid principal in policy: \"" + to_upper(type) + "\":\"" + std::string(value) + "\"");
    }
    count += values->size();
  }
  if (count == 0) return refuse("Missing required field Principal cannot be empty!");
  return std::nullopt;
}

// A wildcard is welcome while it can mean one of the actions above.
bool is_assume_action(std::string_view text) {
  if (!equal_ignoring_case(text.substr(0, 4), "sts:")) return false;
  const Pattern pattern = Pattern::compile(text, {.wildcards = true, .variables = false});
  return std::ranges::any_of(
      actions, [&](std::string_view action) { return pattern.matches(action, nullptr, Case::ignored); });
}

Refusal check_actions(const json::object& statement) {
  if (has(statement, "Action") && has(statement, "NotAction")) return syntax();
  const json::value* member = find_member(statement, has(statement, "Action") ? "Action" : "NotAction");
  if (member == nullptr) return refuse("Missing required field Action");
  const auto texts = texts_of(*member);
  if (!texts) return syntax();
  if (texts->empty()) return refuse("Missing required field Action");
  if (!std::ranges::all_of(*texts, is_assume_action)) {
    return refuse("AssumeRole policy may only specify STS AssumeRole actions.");
  }
  return std::nullopt;
}

Refusal check_statement(const json::object& statement) {
  if (auto refusal = check_effect(statement)) return refusal;
  if (auto refusal = check_principal(statement)) return refusal;
  const json::value* condition = find_member(statement, "Condition");
  if (condition != nullptr && !is_condition_block(*condition)) return syntax();
  if (auto refusal = check_actions(statement)) return refusal;
  if (has(statement, "Resource")) return refuse("Has prohibited field Resource");
  if (has(statement, "NotResource")) return refuse("AssumeRole policy must not contain resources.");
  const bool known =
      has_only_members(statement, {"Sid", "Effect", "Principal", "Action", "NotAction", "Condition"});
  if (!known || !is_optional_text(statement, "Sid")) return syntax();
  return std::nullopt;
}

}  // namespace

Refusal check_trust_document(const json::object& document) {
  const auto version = find_member(document, "Version");
  if (version != nullptr && !is_version(find_string(document, "Version").value_or(""))) {
    return refuse("The policy must contain a valid version string");
  }
  if (!has(document, "Statement")) return refuse("Could not parse the policy: Statement is empty!");
  const auto* several = find_array(document, "Statement");
  if (several != nullptr && several->empty())
    return refuse("Could not parse the policy: Statement is empty!");
  const auto statements = statements_of(document);
  if (statements.empty() || !has_only_members(document, {"Version", "Id", "Statement"})) return syntax();
  if (!is_optional_text(document, "Id")) return syntax();
  for (const json::object* statement : statements) {
    if (auto refusal = check_statement(*statement)) return refusal;
  }
  if (!has_unique_sids(statements)) return refuse("The Statement Ids in the policy are not unique");
  return std::nullopt;
}

}  // namespace openirsa::policy
