// AWS-managed policies that can be attached by their AWS ARN: documents of our own words with the same
// permissions, as far as this page's neighbourhood needs them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "policy/policy.h"

namespace openirsa::iam {

struct AwsManagedPolicy {
  std::string_view name;  // "AdministratorAccess"
  std::string_view path;  // "/" or "/service-role/"
  std::string_view description;
  policy::Policy document;

  std::string arn(std::string_view partition) const;
  std::string id() const;  // ANPA…, the same on every server
  // Policies of this path belong to service-linked roles alone.
  bool attachable() const { return path != "/aws-service-role/"; }
};
std::span<const AwsManagedPolicy> aws_managed_policies();  // in order of their ARN
// By ARN: arn:<partition>:iam::aws:policy<path><name>; null when there is none.
const AwsManagedPolicy* find_aws_managed(std::string_view arn);

}  // namespace openirsa::iam
