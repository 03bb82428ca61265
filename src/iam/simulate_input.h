// The parameters of the two simulators, checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/input.h"
#include "policy/facts.h"
#include "policy/policy.h"

namespace openirsa::iam {

struct SimulationInput {
  std::vector<std::string_view> actions;
  std::vector<std::string_view> resources;  // "*" alone where none are named
  bool names_resources = false;
  std::vector<policy::Policy> policies;                   // PolicyInputList
  std::vector<policy::Policy> boundaries;                 // PermissionsBoundaryPolicyInputList
  std::vector<std::vector<policy::Policy>> organization;  // a list for each level, from the root down
  std::optional<policy::Policy> resource_policy;
  std::string_view resource_owner;  // the account; empty where none is named
  std::optional<std::string_view> caller_arn;
};

// Reads the parameters into `input` first; the rest is checked by check_simulation() once input.fault() is
// clear.
struct SimulationTexts {
  std::vector<std::string_view> actions, resources, policies, boundaries;
  std::optional<std::string_view> resource_policy, resource_owner, caller_arn;
};
SimulationTexts read_simulation(Input& input, bool policies_required);
Result<SimulationInput, wire::Error> check_simulation(const SimulationTexts& texts);

// PolicyInputList and its like, parsed. InvalidInput names the member that is wrong.
Result<std::vector<policy::Policy>, wire::Error> parse_policies(
    std::string_view list, const std::vector<std::string_view>& documents);

// OrderedOrganizationPolicyInputList.
Result<std::vector<std::vector<policy::Policy>>, wire::Error> read_organization(const wire::Call& call);

// ContextEntries. The context's texts are those of the call.
Result<policy::Context, wire::Error> read_context(const wire::Call& call);

// The user, role or group that an ARN names: its kind and its name.
struct EntityName {
  std::string_view kind;  // "user", "role" or "group"
  std::string_view name;
  std::string_view account;
};
std::optional<EntityName> entity_of_arn(std::string_view arn);
wire::Error unclear_entity(std::string_view arn);

}  // namespace openirsa::iam
