// What managed policies of both kinds show: the account's own and AWS's.
#pragma once

#include <string>
#include <string_view>

#include "iam/managed.h"
#include "iam/policy_use.h"
#include "record/policies.h"
#include "wire/xml.h"

namespace openirsa::iam {

struct ManagedView {
  std::string name, id, arn, path, version, description;
  PolicyUse use;
  Time created, updated;
  const record::Tags* tags = nullptr;  // null: AWS's own have none
};
ManagedView managed_view(const wire::Call& call, const record::ManagedPolicy& policy);
ManagedView managed_view(const wire::Call& call, const AwsManagedPolicy& policy, const PolicyUse& use);

// The members that every answer about a policy has, in the order of the service model.
void write_managed(wire::Xml& xml, const ManagedView& view, bool with_description);

// The only one of AWS's own.
record::PolicyVersion version_of(const AwsManagedPolicy& policy);
// `name` is the element: "PolicyVersion", or "member" in lists.
void write_version(wire::Xml& xml, std::string_view name, const record::PolicyVersion& version,
                   bool is_default, bool with_document);

}  // namespace openirsa::iam
