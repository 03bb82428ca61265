// The parameters of AssumeRole, and what its policies see of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/role.h"
#include "wire/operation.h"
#include "wire/session_input.h"

namespace openirsa::sts {

struct AssumeRoleInput {
  wire::RoleArn role;
  std::string_view session_name;
  std::int64_t duration = 3600;  // seconds
  wire::SessionPolicies policies;
  std::vector<wire::SessionTag> tags;
  std::string_view source_identity;  // may be empty
};
Result<AssumeRoleInput, wire::Error> parse_assume_role_input(const wire::Call& call);

// The role with exactly that ARN, path and case included; null where there is none.
const record::Role* find_role(const wire::Call& call, const wire::RoleArn& arn);
// RoleArn as it came; "*" without one.
std::string role_of_request(const wire::Call& call);
// sts:ExternalId, sts:RoleSessionName, sts:SourceIdentity, sts:DurationSeconds, the tags of the request and
// those of the role.
void add_assume_role_keys(const wire::Call& call, policy::Context& context);

}  // namespace openirsa::sts
