#include "sts/web_identity_input.h"

#include <algorithm>

#include "base/text.h"
#include "policy/arn.h"

namespace openirsa::sts {
namespace {

constexpr std::size_t max_policy_characters = 2048;  // inline text and ARNs together (service model)

bool is_session_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
         c == '=' || c == ',' || c == '.' || c == '@' || c == '-';
}

// The service model's alphabet of policies: \u0009\u000A\u000D\u0020-\u00FF. REQUIRES: well-formed UTF-8.
bool is_document_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) return byte == '\t' || byte == '\n' || byte == '\r';
    return byte <= 0xC3;  // the first byte of a two-byte sequence below U+0100, a continuation, or ASCII
  });
}

void check_length(wire::ValidationErrors& errors, const std::optional<std::string_view>& value,
                  std::string_view field, std::size_t least, std::size_t most) {
  if (!value) return errors.add(field, wire::must_not_be_null());
  const std::size_t length = scalar_count(*value);
  if (length < least) errors.add(*value, field, wire::length_at_least(least));
  if (length > most) errors.add(field, wire::length_at_most(most));
}

// A role's ARN: its account and name. A well-formed ARN of something else is refused with another text than a
// string that is no ARN.
Result<Done, wire::Error> take_role_arn(WebIdentityInput& input, std::string_view partition) {
  const auto arn = policy::parse_arn(input.role_arn);
  const auto invalid = [&](std::string text) {
    return wire::Error{wire::Code::validation_error, std::move(text)};
  };
  if (!arn) return invalid(std::string(input.role_arn) + " is invalid");
  if (arn->partition != partition || arn->service != "iam" || !arn->region.empty() ||
      arn->account.size() != 12 || !is_digits(arn->account) || !arn->resource.starts_with("role/") ||
      arn->resource.size() == 5) {
    return invalid("Request ARN is invalid");
  }
  input.account = arn->account;
  input.role_name = arn->resource.substr(arn->resource.rfind('/') + 1);
  return Done{};
}

// A customer-managed policy of the role's account, or one of AWS's.
bool is_session_policy(std::string_view text, const WebIdentityInput& input, std::string_view partition) {
  const auto arn = policy::parse_arn(text);
  return arn && arn->partition == partition && arn->service == "iam" && arn->region.empty() &&
         arn->resource.starts_with("policy/") && (arn->account == input.account || arn->account == "aws");
}

Result<Done, wire::Error> take_session_policies(WebIdentityInput& input, const wire::Parameters& parameters,
                                                std::string_view partition) {
  // The model's list of structures with one member: PolicyArns.member.N.arn.
  auto arns = parameters.pairs("PolicyArns", "arn", "arn");
  if (!arns) {
    if (arns.error().code != wire::Code::validation_error) return std::move(arns).error();
    return wire::validation_error("policyArns.member.arn", wire::must_not_be_null());
  }
  for (const auto& [arn, same] : *arns) input.policy_arns.push_back(arn);
  if (input.policy_arns.size() > 10) return wire::validation_error("policyArns", wire::length_at_most(10));
  std::size_t total = scalar_count(input.policy_text);
  for (const std::string_view arn : input.policy_arns) {
    if (!is_session_policy(arn, input, partition)) {
      return wire::Error{wire::Code::validation_error, "Invalid ARN: " + std::string(arn)};
    }
    total += scalar_count(arn);
  }
  if (total > max_policy_characters) {
    return wire::Error{wire::Code::packed_policy_too_large,
                       "Packed policy consumes " +
                           std::to_string((total * 100 + max_policy_characters - 1) / max_policy_characters) +
                           "% of allotted space, please use smaller policy"};
  }
  if (input.policy_text.empty()) return Done{};
  auto policy = policy::Policy::parse(input.policy_text, policy::Kind::session);
  if (!policy) return wire::Error{wire::Code::malformed_policy_document, std::move(policy).error().message};
  input.policy = std::move(*policy);
  return Done{};
}

}  // namespace

Result<WebIdentityInput, wire::Error> parse_web_identity_input(const wire::Parameters& parameters,
                                                               std::string_view partition) {
  const auto role_arn = parameters.find("RoleArn");
  const auto session_name = parameters.find("RoleSessionName");
  const auto token = parameters.find("WebIdentityToken");
  const auto policy = parameters.find("Policy");
  auto duration = parameters.integer("DurationSeconds");
  if (!duration) return std::move(duration).error();

  wire::ValidationErrors errors;
  check_length(errors, role_arn, "roleArn", 20, 2048);
  check_length(errors, session_name, "roleSessionName", 2, 64);
  if (session_name && !std::ranges::all_of(*session_name, is_session_name_letter)) {
    errors.add(*session_name, "roleSessionName", wire::must_match("[\\w+=,.@-]*"));
  }
  // The value is a token: it must not come back in a message.
  if (!token) {
    errors.add("webIdentityToken", wire::must_not_be_null());
  } else if (token->size() < 4) {
    errors.add("webIdentityToken", wire::length_at_least(4));
  } else if (token->size() > 20'000) {
    errors.add("webIdentityToken", wire::length_at_most(20'000));
  }
  if (*duration && **duration < 900) {
    errors.add(std::to_string(**duration), "durationSeconds",
               "Member must have value greater than or equal to 900");
  }
  if (*duration && **duration > 43'200) {
    errors.add(std::to_string(**duration), "durationSeconds",
               "Member must have value less than or equal to 43200");
  }
  if (policy && policy->empty()) errors.add(*policy, "policy", wire::length_at_least(1));
  if (policy && scalar_count(*policy) > max_policy_characters) {
    errors.add("policy", wire::length_at_most(max_policy_characters));
  }
  if (policy && !is_document_text(*policy)) {
    errors.add("policy", wire::must_match("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"));
  }
  // Only the legacy OAuth 2.0 providers are named by it, and none of them is served here.
  if (parameters.contains("ProviderId")) {
    errors.add("providerId", "Member must not be present for OpenID Connect tokens");
  }
  if (!errors.empty()) return errors.error();

  WebIdentityInput input;
  input.role_arn = *role_arn;
  input.session_name = *session_name;
  input.token = *token;
  input.duration = duration->value_or(3600);
  input.policy_text = policy.value_or(std::string_view{});
  if (auto done = take_role_arn(input, partition); !done) return std::move(done).error();
  if (auto done = take_session_policies(input, parameters, partition); !done) return std::move(done).error();
  return input;
}

}  // namespace openirsa::sts
