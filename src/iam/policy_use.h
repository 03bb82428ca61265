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

// Makes a policy the permissions boundary of the entity whose boundary is `boundary`; with an empty ARN there
// is none afterwards.
Result<Done, wire::Error> change_boundary(const wire::Call& call, Transaction& transaction,
                                          std::string& boundary, std::string_view arn);

// AWS's own policies have no record that could count: their use in the account, by ARN.
struct PolicyUse {
  std::int64_t attachments = 0;
  std::int64_t boundaries = 0;
};
std::unordered_map<std::string, PolicyUse> use_of_aws_policies(const wire::Call& call);

}  // namespace openirsa::iam
