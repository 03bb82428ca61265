// AWS-managed policies that can be attached by their AWS ARN: documents of our own words with the same permissions.
#pragma once

#include <span>
#include <string_view>

#include "policy/policy.h"

namespace openirsa::iam {

struct AwsManagedPolicy {
  std::string_view name;  // "AdministratorAccess"
  std::string_view path;  // "/" or "/service-role/"
  std::string_view description;
  policy::Policy document;
};
std::span<const AwsManagedPolicy> aws_managed_policies();
// By ARN: arn:<partition>:iam::aws:policy<path><name>; null when there is none.
const AwsManagedPolicy* find_aws_managed(std::string_view arn);

}  // namespace openirsa::iam
