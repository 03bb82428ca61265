#include "wire/web_identity_input.h"

#include "wire/session_input.h"

namespace openirsa::wire {

Result<WebIdentityInput, Error> parse_web_identity_input(const Parameters& parameters,
                                                         std::string_view partition) {
  const auto role_arn = parameters.find("RoleArn");
  const auto session_name = parameters.find("RoleSessionName");
  const auto token = parameters.find("WebIdentityToken");
  const auto policy = parameters.find("Policy");
  auto duration = parameters.integer("DurationSeconds");
  if (!duration) return std::move(duration).error();

  ValidationErrors errors;
  check_length(errors, role_arn, "roleArn", 20, 2048);
  check_length(errors, session_name, "roleSessionName", 2, 64);
  check_name_letters(errors, session_name, "roleSessionName");
  // The value is a token: it must not come back in a message.
  if (!token) {
    errors.add("webIdentityToken", must_not_be_null());
  } else if (token->size() < 4) {
    errors.add("webIdentityToken", length_at_least(4));
  } else if (token->size() > 20'000) {
    errors.add("webIdentityToken", length_at_most(20'000));
  }
  check_duration(errors, *duration, 43'200);
  check_policy_text(errors, policy, max_policy_characters);
  // Only the legacy OAuth 2.0 providers are named by it, and none of them is served here.
  if (parameters.contains("ProviderId")) {
    errors.add("providerId", "Member must not be present for OpenID Connect tokens");
  }
  if (!errors.empty()) return errors.error();

  WebIdentityInput input;
  auto role = parse_role_arn(*role_arn, partition);
  if (!role) return std::move(role).error();
  input.role_arn = role->text;
  input.account = role->account;
  input.role_name = role->name;
  input.session_name = *session_name;
  input.token = *token;
  input.duration = duration->value_or(3600);
  input.policy_text = policy.value_or(std::string_view{});
  auto policies = parse_session_policies(parameters, input.policy_text, input.account, partition);
  if (!policies) return std::move(policies).error();
  input.policy = std::move(policies->policy);
  input.policy_arns = std::move(policies->arns);
  return input;
}

}  // namespace openirsa::wire
