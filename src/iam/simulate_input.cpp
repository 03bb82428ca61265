#include "iam/simulate_input.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "iam/faults.h"
#include "policy/arn.h"
#include "policy/grammar.h"
#include "policy/value.h"

namespace openirsa::iam {
namespace {

using wire::Call;
using wire::Error;

std::optional<Error> refuse_action(std::string_view action) {
  if (action.find(':') == std::string_view::npos)
    return invalid_input({"The action ", action, " is invalid since it is missing names"});
  if (action.find_first_of("*?") != std::string_view::npos)
    return invalid_input(
        {"The action ", action, " is invalid: wildcards are not supported in an action name"});
  if (const auto refusal = policy::check_action(action))
    return invalid_input({"The action ", action, " is invalid: ", refusal->message});
  return std::nullopt;
}

std::optional<Error> refuse_resource(std::string_view resource, std::size_t count) {
  const auto arn = policy::parse_arn(resource);
  const bool whole = arn && !arn->partition.empty() && !arn->service.empty() && !arn->resource.empty();
  if (whole || (resource == "*" && count == 1)) return std::nullopt;
  return invalid_input({"ResourceNames are not in a valid ARN format: ", resource, "."});
}

// An account id, or arn:<partition>:iam::<account>:<anything>.
Result<std::string_view, Error> owner_of(std::string_view text) {
  const auto is_account = [](std::string_view id) { return id.size() == 12 && is_digits(id); };
  if (is_account(text)) return text;
  const auto arn = policy::parse_arn(text);
  if (arn && arn->service == "iam" && arn->region.empty() && is_account(arn->account) &&
      !arn->resource.empty()) {
    return arn->account;
  }
  return invalid_input({"'", text, "' is not a valid as a Resource Owner."});
}

Result<policy::Policy, Error> parse(std::string_view list, std::size_t index, std::string_view document,
                                    policy::Kind kind) {
  auto policy = policy::Policy::parse(document, kind);
  if (policy) return *std::move(policy);
  const std::string member = index == 0 ? std::string() : ".member." + std::to_string(index);
  return invalid_input({"Invalid policy in ", list, member, ": ", policy.error().message});
}

// API_SimulateCustomPolicy: "Simulation of resource-based policies isn't supported for IAM roles."
std::optional<Error> refuse_resource_policy(const SimulationInput& input) {
  if (!input.caller_arn) return invalid_input({"Invalid caller - Caller cannot be null or empty."});
  const auto caller = entity_of_arn(*input.caller_arn);
  if (!caller || caller->kind != "user")
    return invalid_input({"Invalid caller - Caller must be an IAM user in this context."});
  if (!input.names_resources) return unclear_entity("*");
  return std::nullopt;
}

constexpr std::string_view list_suffix = "List";

bool is_of_type(std::string_view value, std::string_view type) {
  if (type == "numeric") return policy::parse_decimal(value).has_value();
  if (type == "boolean") return policy::parse_boolean(value).has_value();
  if (type == "ip") return policy::parse_network(value).has_value();
  if (type == "date") return policy::parse_moment(value).has_value();
  if (type == "binary") return from_base64(value).has_value();
  return true;
}

struct Entry {
  std::string_view name;
  std::string_view type = "string";
  bool is_list = false;
  std::vector<std::string_view> values;
};

constexpr std::string_view known_types =
    "[string, stringList, numeric, numericList, boolean, booleanList, ip, ipList, binary, binaryList, date, "
    "dateList]";

Result<Entry, Error> read_entry(const Call& call, const std::string& member) {
  const auto& parameters = call.parameters;
  Entry entry{.name = parameters.find(member + ".ContextKeyName").value_or(""), .values = {}};
  const auto field = "contextEntries." + member.substr(member.rfind('.') + 1) + ".member.contextKey";
  wire::ValidationErrors errors;
  const std::size_t length = scalar_count(entry.name);
  if (entry.name.empty()) return invalid_input({"ContextKeyName cannot be null or empty."});
  if (length < 5) errors.add(field + "Name", wire::length_at_least(5));
  if (length > 256) errors.add(field + "Name", wire::length_at_most(256));
  std::string_view type = parameters.find(member + ".ContextKeyType").value_or("string");
  constexpr std::array<std::string_view, 6> types{"string", "numeric", "boolean", "ip", "binary", "date"};
  entry.is_list = type.ends_with(list_suffix);
  entry.type = entry.is_list ? type.substr(0, type.size() - list_suffix.size()) : type;
  if (std::ranges::find(types, entry.type) == types.end()) {
    errors.add(type, field + "Type", concatenate({"Member must satisfy enum value set: ", known_types}));
  }
  auto values = parameters.list(member + ".ContextKeyValues");
  if (!values) return std::move(values).error();
  entry.values = *std::move(values);
  if (!errors.empty()) return errors.error();
  return entry;
}

std::optional<Error> refuse_entry(const Entry& entry) {
  if (!entry.is_list && entry.values.size() > 1) {
    return invalid_input({"Context key ", entry.name, " of type ", entry.type,
                          " takes one value; use the type ", entry.type, list_suffix, " for several"});
  }
  const auto wrong = std::ranges::find_if(
      entry.values, [&](std::string_view value) { return !is_of_type(value, entry.type); });
  if (wrong == entry.values.end()) return std::nullopt;
  return invalid_input({"Invalid value ", *wrong, " for context key ", entry.name, " of type ", entry.type});
}

}  // namespace

std::optional<EntityName> entity_of_arn(std::string_view text) {
  const auto arn = policy::parse_arn(text);
  if (!arn || arn->partition.empty() || arn->service != "iam" || !arn->region.empty()) return std::nullopt;
  const std::size_t slash = arn->resource.find('/');
  const std::string_view kind = arn->resource.substr(0, slash);
  if (slash == std::string_view::npos || (kind != "user" && kind != "role" && kind != "group"))
    return std::nullopt;
  const auto name = arn->resource.substr(arn->resource.rfind('/') + 1);
  if (name.empty()) return std::nullopt;
  return EntityName{.kind = kind, .name = name, .account = arn->account};
}

Error unclear_entity(std::string_view arn) {
  return invalid_input({"Invalid Entity Arn: ", arn, " does not clearly define entity type and name."});
}

SimulationTexts read_simulation(Input& input, bool policies_required) {
  SimulationTexts texts;
  texts.actions = input.required_list("ActionNames", rule::action_name);
  texts.caller_arn = input.optional("CallerArn", rule::resource_name);
  texts.boundaries = input.list("PermissionsBoundaryPolicyInputList", rule::document);
  texts.policies = policies_required ? input.required_list("PolicyInputList", rule::document)
                                     : input.list("PolicyInputList", rule::document);
  texts.resources = input.list("ResourceArns", rule::resource_name);
  // It makes AWS insist on the resources of a scenario of EC2; those that are named are simulated.
  (void)input.optional("ResourceHandlingOption", rule::resource_handling);
  texts.resource_owner = input.optional("ResourceOwner", rule::resource_name);
  texts.resource_policy = input.optional("ResourcePolicy", rule::document);
  return texts;
}

Result<std::vector<policy::Policy>, Error> parse_policies(std::string_view list,
                                                          const std::vector<std::string_view>& documents) {
  std::vector<policy::Policy> policies;
  for (const std::string_view document : documents) {
    auto policy = parse(list, policies.size() + 1, document, policy::Kind::identity);
    if (!policy) return std::move(policy).error();
    policies.push_back(*std::move(policy));
  }
  return policies;
}

Result<SimulationInput, Error> check_simulation(const SimulationTexts& texts) {
  SimulationInput input;
  input.actions = texts.actions;
  input.resources = texts.resources;
  input.caller_arn = texts.caller_arn;
  if (input.resources.empty()) input.resources.emplace_back("*");
  input.names_resources = input.resources.front() != "*";
  for (const std::string_view action : input.actions) {
    if (auto refused = refuse_action(action)) return *std::move(refused);
  }
  for (const std::string_view resource : input.resources) {
    if (auto refused = refuse_resource(resource, input.resources.size())) return *std::move(refused);
  }
  if (texts.caller_arn && !entity_of_arn(*texts.caller_arn))
    return invalid_input({"Invalid caller - Caller must be an IAM user, role or group in this context."});
  if (texts.resource_owner) {
    const auto owner = owner_of(*texts.resource_owner);
    if (!owner) return owner.error();
    input.resource_owner = *owner;
  }
  auto policies = parse_policies("PolicyInputList", texts.policies);
  if (!policies) return std::move(policies).error();
  input.policies = *std::move(policies);
  if (texts.boundaries.size() > 1)
    return invalid_input({"PermissionsBoundaryPolicyInputList takes only one policy"});
  auto boundaries = parse_policies("PermissionsBoundaryPolicyInputList", texts.boundaries);
  if (!boundaries) return std::move(boundaries).error();
  input.boundaries = *std::move(boundaries);
  if (!texts.resource_policy) return input;
  if (auto refused = refuse_resource_policy(input)) return *std::move(refused);
  auto policy = parse("ResourcePolicy", 0, *texts.resource_policy, policy::Kind::resource);
  if (!policy) return std::move(policy).error();
  input.resource_policy = *std::move(policy);
  return input;
}

Result<std::vector<std::vector<policy::Policy>>, Error> read_organization(const Call& call) {
  constexpr std::size_t most_levels = 7;
  std::vector<std::vector<policy::Policy>> levels;
  for (std::size_t i = 1;; ++i) {
    const std::string list =
        "OrderedOrganizationPolicyInputList.member." + std::to_string(i) + ".ServiceControlPolicyInputList";
    const auto documents = call.parameters.list(list);
    if (!documents) return documents.error();
    if (documents->empty()) return levels;
    if (i > most_levels) return invalid_input({"OrderedOrganizationPolicyInputList takes at most 7 levels."});
    auto policies = parse_policies(list, *documents);
    if (!policies) return std::move(policies).error();
    levels.push_back(*std::move(policies));
  }
}

Result<policy::Context, Error> read_context(const Call& call) {
  policy::Context context;
  for (std::size_t i = 1;; ++i) {
    const std::string member = "ContextEntries.member." + std::to_string(i);
    const auto has = [&](std::string_view part) {
      return call.parameters.contains(member + std::string(part));
    };
    if (!has(".ContextKeyName") && !has(".ContextKeyType") && !has(".ContextKeyValues.member.1")) break;
    auto entry = read_entry(call, member);
    if (!entry) return std::move(entry).error();
    if (auto refused = refuse_entry(*entry)) return *std::move(refused);
    if (context.find(entry->name) != nullptr)
      return invalid_input({"Duplicate context key: ", entry->name, "."});
    if (entry->is_list || entry->values.empty())
      context.add_list(entry->name, std::move(entry->values));
    else
      context.add(entry->name, entry->values.front());
  }
  return context;
}

}  // namespace openirsa::iam
