// How often a managed policy is attached, or is somebody's permissions boundary: its own record counts both,
// in the same commit as the entity that uses it.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "iam/arns.h"
#include "iam/transaction.h"
#include "record/policies.h"

namespace openirsa::iam {

// Moves one of the policy's counts. False when there is no such policy.
Result<bool, wire::Error> count_use(const wire::Call& call, Transaction& transaction, const PolicyArn& arn,
                                    std::int64_t record::ManagedPolicy::* count, int change);

// Counts that an entity takes the permissions boundary `to` in place of `from`; either may be empty. Refuses
// one that there is not or that can bound nobody.
Result<Done, wire::Error> change_boundary(const wire::Call& call, Transaction& transaction,
                                          std::string_view from, std::string_view to);

// AWS's own policies have no record that could count: their use in the account, by ARN.
struct PolicyUse {
  std::int64_t attachments = 0;
  std::int64_t boundaries = 0;
};
std::unordered_map<std::string, PolicyUse> use_of_aws_policies(const wire::Call& call);

}  // namespace openirsa::iam
