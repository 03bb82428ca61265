// The policies of a simulation under the names by which the simulator's answers call them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "iam/policy_exclusions.h"
#include "iam/simulate_input.h"
#include "policy/evaluate.h"
#include "record/identity.h"

namespace openirsa::iam {

// The user, group or role whose policies are to be simulated, as it is in the call's snapshot.
struct PolicySource {
  EntityName entity;
  std::string unique_id;
  const record::Permissions* permissions = nullptr;
  std::vector<const record::Group*> groups{};  // of a user
  std::string_view boundary{};                 // ARN; may be empty
};

class SimulatedPolicies {
 public:
  struct Name {
    std::string id;         // "PolicyInputList.1", "user_NAME_POLICY" or a managed policy's name
    std::string_view type;  // as PolicySourceType has it
  };

  // `list`: "PolicyInputList" or "PermissionsBoundaryPolicyInputList".
  void add_given(std::string_view list, policy::Source source, const std::vector<policy::Policy>& policies);
  // What the source, and the groups of a user, hold and `excluded` does not leave out.
  void add_held(const wire::Call& call, const PolicySource& source, const PolicyExclusions& excluded);
  // Its permissions boundary, where it has one.
  void add_boundary(const wire::Call& call, const PolicySource& source);

  const std::vector<policy::Attached>& attached() const { return attached_; }
  // Of a policy that a matched statement names.
  const Name& name_of(std::string_view id) const;

 private:
  void add(policy::Source source, const policy::Policy* policy, std::string id, std::string_view type);
  void add_of(const wire::Call& call, const EntityName& entity, const record::Permissions& permissions,
              const PolicyExclusions& excluded);
  void add_managed(const wire::Call& call, policy::Source source, std::string_view arn,
                   std::string_view type);

  std::deque<Name> names_;  // whose texts stay where they are
  std::unordered_map<std::string_view, const Name*> by_id_;
  std::vector<policy::Attached> attached_;
};

// Refuses an ARN of nothing that has policies (InvalidInput), and one of somebody who is not there
// (NoSuchEntity).
Result<PolicySource, wire::Error> find_policy_source(const wire::Call& call, std::string_view arn);

}  // namespace openirsa::iam
