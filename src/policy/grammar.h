// The grammar of policy documents. Two readers with AWS's two sets of texts: one for the policies that an
// identity holds, one for those that say who may come: trust policies and resources' policies. Both only
// check; policy.cpp compiles what they accepted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "policy/policy.h"

namespace openirsa::policy {

using Refusal = std::optional<PolicyError>;

Refusal check_identity_document(const json::object& document, Kind kind);
Refusal check_trust_document(const json::object& document);
Refusal check_resource_document(const json::object& document);

// One action, and one resource that is an ARN or "*", of whatever service.
Refusal check_action(std::string_view action);
Refusal check_resource(std::string_view resource);

// The statements: one object may stand for an array. Empty when there is none or one of them is no object.
std::vector<const json::object*> statements_of(const json::object& document);

// One text may stand for an array. Nulls are skipped, as AWS does. Nothing when some other value is among
// them.
std::optional<std::vector<std::string_view>> texts_of(const json::value& value);

// As a condition's values are written: texts, numbers and booleans, one or an array.
std::optional<std::vector<std::string>> condition_values_of(const json::value& value);

bool is_version(std::string_view text);  // one of the two that exist

// Operators are checked and must exist; keys and values are not. An empty block under
// any name is accepted: it asks for nothing.
bool is_condition_block(const json::value& value);

// The Sid that occurs twice, unless empty.
bool has_unique_sids(const std::vector<const json::object*>& statements);

bool has_only_members(const json::object& object, std::initializer_list<std::string_view> names);
bool is_optional_text(const json::object& object, std::string_view name);   // absent, or a string
bool is_optional_texts(const json::object& object, std::string_view name);  // absent, or as texts_of

}  // namespace openirsa::policy
