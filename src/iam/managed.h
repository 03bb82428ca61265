// AWS-managed policies, attachable by their AWS ARN: documents of our own words with the same permissions,
// and what the operator of the server adds to them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/catalogue.h"
#include "wire/operation.h"

namespace openirsa::iam {

using AwsManagedPolicy = policy::NamedPolicy;

// Our own copies. A partition of AWS has its own, whose documents name its own ARNs.
const policy::Catalogue& aws_managed_policies(std::string_view partition = "aws");

// Our own copies and `added`, which come before a copy of the same name.
policy::Catalogue extended_managed_policies(std::string_view partition,
                                            std::vector<policy::NamedPolicy> added);

// One of the operator's own. `place` is its path and name; the message says what is wrong with it.
Result<policy::NamedPolicy, std::string> parse_managed_policy(std::string_view place,
                                                              std::string_view document);

// Those of the server.
const policy::Catalogue& managed_policies(const wire::House& house);
const AwsManagedPolicy* find_aws_managed(const wire::Call& call, std::string_view arn);

std::string id_of(const AwsManagedPolicy& policy);  // ANPA…, the same on every server
// Policies of this path belong to service-linked roles alone.
bool is_attachable(const AwsManagedPolicy& policy);

}  // namespace openirsa::iam
