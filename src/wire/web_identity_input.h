// The parameters of AssumeRoleWithWebIdentity, checked before anything else is looked at: by the exchange,
// and by simulations of one, in the server and without it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "wire/error.h"
#include "wire/parameters.h"

namespace openirsa::wire {

struct WebIdentityInput {
  std::string_view role_arn;
  std::string_view account;    // of the role ARN
  std::string_view role_name;  // the last part of the role ARN's path
  std::string_view session_name;
  std::string_view token;
  std::int64_t duration = 3600;  // seconds
  std::string_view policy_text;  // may be empty
  std::optional<policy::Policy> policy;
  std::vector<std::string_view> policy_arns;
};

// Views into the parameters. ValidationError and MalformedInput for parameters, MalformedPolicyDocument and
// PackedPolicyTooLarge for the session policy.
Result<WebIdentityInput, Error> parse_web_identity_input(const Parameters& parameters,
                                                         std::string_view partition);

}  // namespace openirsa::wire
