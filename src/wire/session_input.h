// Parameters that several operations of STS share, checked as the service model says: by the server, and by
// simulations without one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "wire/error.h"
#include "wire/parameters.h"

namespace openirsa::wire {

constexpr std::size_t max_policy_characters = 2048;  // inline text and ARNs together (service model)

// Each adds what is wrong; a value that is absent is wrong for check_length alone.
void check_length(ValidationErrors& errors, const std::optional<std::string_view>& value,
                  std::string_view field, std::size_t least, std::size_t most);
// As check_length, for a parameter that may be absent.
void check_optional_length(ValidationErrors& errors, const std::optional<std::string_view>& value,
                           std::string_view field, std::size_t least, std::size_t most);
// [\w+=,.@-]*: names of sessions and of federated users, source identities.
void check_name_letters(ValidationErrors& errors, const std::optional<std::string_view>& value,
                        std::string_view field);
bool is_name_letter(char c);
// From 900 seconds.
void check_duration(ValidationErrors& errors, const std::optional<std::int64_t>& value, std::int64_t most);
// `most` 0: the model sets no limit of its own.
void check_policy_text(ValidationErrors& errors, const std::optional<std::string_view>& text,
                       std::size_t most);
// SerialNumber and TokenCode.
void check_mfa(ValidationErrors& errors, const Parameters& parameters);
// No user here has a second factor: whoever names one is refused, as where its code is wrong.
std::optional<Error> refuse_mfa(const Parameters& parameters);

// A role's ARN: its account and name. A well-formed ARN of something else is refused with another text than a
// string that is no ARN.
struct RoleArn {
  std::string_view text;
  std::string_view account;
  std::string_view name;  // the last part of the path
};
Result<RoleArn, Error> parse_role_arn(std::string_view text, std::string_view partition);

struct SessionPolicies {
  std::string_view text;  // may be empty
  std::optional<policy::Policy> policy;
  std::vector<std::string_view> arns;

  bool empty() const { return !policy && arns.empty(); }
};
// PolicyArns and the inline text, for a session in `account`. MalformedPolicyDocument and
// PackedPolicyTooLarge.
Result<SessionPolicies, Error> parse_session_policies(const Parameters& parameters, std::string_view text,
                                                      std::string_view account, std::string_view partition);
}  // namespace openirsa::wire
