// The ARNs that IAM's parameters carry: parsed, checked against the caller's account, or made.
#pragma once

#include <string>
#include <string_view>

#include "wire/operation.h"

namespace openirsa::iam {

std::string iam_arn(const wire::Call& call,
                    std::string_view resource);  // arn:<partition>:iam::<account>:<resource>

struct PolicyArn {
  std::string_view text;
  bool aws_managed = false;
  std::string_view path;  // "/" or "/service-role/"
  std::string_view name;
};
// Refuses another form (ValidationError). The account is not looked at.
Result<PolicyArn, wire::Error> parse_policy_arn(const wire::Call& call, std::string_view text);
// As above, for operations whose resource is the policy: one of another account is AccessDenied.
Result<PolicyArn, wire::Error> own_policy_arn(const wire::Call& call, std::string_view text);
bool is_of_caller(const wire::Call& call, std::string_view arn);

// The URL without scheme of a provider's ARN.
Result<std::string_view, wire::Error> provider_of_arn(const wire::Call& call, std::string_view text);

}  // namespace openirsa::iam
