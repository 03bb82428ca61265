// Trust policies, who may assume a role, and resources' policies, who may use what carries them. Texts and
// order are AWS's; those of a resource's policy are the texts of trust policies where both have the element.
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

Refusal check_named(const json::value* member) {
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

Refusal check_principal_of_trust(const json::object& statement) {
  if (has(statement, "NotPrincipal")) {
    return find_string(statement, "Effect") == "Allow"
               ? refuse("Allow with NotPrincipal is not allowed.")
               : refuse("AssumeRole policy must not contain NotPrincipal field.");
  }
  return check_named(find_member(statement, "Principal"));
}

Refusal check_principal_of_resource(const json::object& statement) {
  if (has(statement, "Principal") && has(statement, "NotPrincipal")) return syntax();
  const json::value* member =
      find_member(statement, has(statement, "NotPrincipal") ? "NotPrincipal" : "Principal");
  // IAM user guide, "Principal": "*" and {"AWS": "*"} mean the same in a resource's policy.
  if (member != nullptr && member->is_string()) {
    if (member->get_string() == "*") return std::nullopt;
    return refuse("Invalid principal in policy: \"" + std::string(member->get_string()) + "\"");
  }
  return check_named(member);
}

// A wildcard is welcome while it can mean one of the actions above.
bool is_assume_action(std::string_view text) {
  if (!equal_ignoring_case(text.substr(0, 4), "sts:")) return false;
  const Pattern pattern = Pattern::compile(text, {.wildcards = true, .variables = false});
  return std::ranges::any_of(
      actions, [&](std::string_view action) { return pattern.matches(action, nullptr, Case::ignored); });
}

Refusal check_actions(const json::object& statement, Kind kind) {
  if (has(statement, "Action") && has(statement, "NotAction")) return syntax();
  const json::value* member = find_member(statement, has(statement, "Action") ? "Action" : "NotAction");
  if (member == nullptr) return refuse("Missing required field Action");
  const auto texts = texts_of(*member);
  if (!texts) return syntax();
  if (texts->empty()) return refuse("Missing required field Action");
  if (kind == Kind::trust && !std::ranges::all_of(*texts, is_assume_action)) {
    return refuse("AssumeRole policy may only specify STS AssumeRole actions.");
  }
  for (const std::string_view text : *texts) {
    if (kind == Kind::trust) break;
    if (auto refusal = check_action(text)) return refusal;
  }
  return std::nullopt;
}

Refusal check_no_resources(const json::object& statement) {
  if (has(statement, "Resource")) return refuse("Has prohibited field Resource");
  if (has(statement, "NotResource")) return refuse("AssumeRole policy must not contain resources.");
  return std::nullopt;
}

// A resource's policy need not say which resource: it hangs on one.
Refusal check_resources(const json::object& statement) {
  if (has(statement, "Resource") && has(statement, "NotResource")) return syntax();
  const json::value* member = find_member(statement, has(statement, "Resource") ? "Resource" : "NotResource");
  if (member == nullptr) return std::nullopt;
  const auto texts = texts_of(*member);
  if (!texts || texts->empty()) return syntax();
  for (const std::string_view text : *texts) {
    if (auto refusal = check_resource(text)) return refusal;
  }
  return std::nullopt;
}

Refusal check_statement(const json::object& statement, Kind kind) {
  const bool trust = kind == Kind::trust;
  if (auto refusal = check_effect(statement)) return refusal;
  if (auto refusal = trust ? check_principal_of_trust(statement) : check_principal_of_resource(statement)) {
    return refusal;
  }
  const json::value* condition = find_member(statement, "Condition");
  if (condition != nullptr && !is_condition_block(*condition)) return syntax();
  if (auto refusal = check_actions(statement, kind)) return refusal;
  if (auto refusal = trust ? check_no_resources(statement) : check_resources(statement)) return refusal;
  const bool known = has_only_members(statement, {"Sid", "Effect", "Principal", "NotPrincipal", "Action",
                                                  "NotAction", "Resource", "NotResource", "Condition"});
  if (!known || !is_optional_text(statement, "Sid")) return syntax();
  return std::nullopt;
}

Refusal check_document(const json::object& document, Kind kind) {
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
    if (auto refusal = check_statement(*statement, kind)) return refusal;
  }
  if (!has_unique_sids(statements)) return refuse("The Statement Ids in the policy are not unique");
  return std::nullopt;
}

}  // namespace

Refusal check_trust_document(const json::object& document) { return check_document(document, Kind::trust); }

Refusal check_resource_document(const json::object& document) {
  return check_document(document, Kind::resource);
}

}  // namespace openirsa::policy
