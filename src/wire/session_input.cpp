#include "wire/session_input.h"

#include <algorithm>

#include "base/text.h"
#include "policy/arn.h"

namespace openirsa::wire {
namespace {

// The service model's alphabet of policies: \u0009\u000A\u000D\u0020-\u00FF. REQUIRES: well-formed UTF-8.
bool is_document_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) return byte == '\t' || byte == '\n' || byte == '\r';
    return byte <= 0xC3;  // the first byte of a two-byte sequence below U+0100, a continuation, or ASCII
  });
}

// A customer-managed policy of the account, or one of AWS's.
bool is_session_policy(std::string_view text, std::string_view account, std::string_view partition) {
  const auto arn = policy::parse_arn(text);
  return arn && arn->partition == partition && arn->service == "iam" && arn->region.empty() &&
         arn->resource.starts_with("policy/") && (arn->account == account || arn->account == "aws");
}

}  // namespace

void check_length(ValidationErrors& errors, const std::optional<std::string_view>& value,
                  std::string_view field, std::size_t least, std::size_t most) {
  if (!value) return errors.add(field, must_not_be_null());
  check_optional_length(errors, value, field, least, most);
}

void check_optional_length(ValidationErrors& errors, const std::optional<std::string_view>& value,
                           std::string_view field, std::size_t least, std::size_t most) {
  if (!value) return;
  const std::size_t length = scalar_count(*value);
  if (length < least) errors.add(*value, field, length_at_least(least));
  if (length > most) errors.add(field, length_at_most(most));
}

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
         c == '=' || c == ',' || c == '.' || c == '@' || c == '-';
}

void check_name_letters(ValidationErrors& errors, const std::optional<std::string_view>& value,
                        std::string_view field) {
  if (!value || std::ranges::all_of(*value, is_name_letter)) return;
  errors.add(*value, field, must_match("[\\w+=,.@-]*"));
}

void check_duration(ValidationErrors& errors, const std::optional<std::int64_t>& value, std::int64_t most) {
  if (!value) return;
  const std::string text = std::to_string(*value);
  if (*value < 900) {
    errors.add(text, "durationSeconds", "Member must have value greater than or equal to 900");
  }
  if (*value > most) {
    errors.add(text, "durationSeconds",
               "Member must have value less than or equal to " + std::to_string(most));
  }
}

void check_policy_text(ValidationErrors& errors, const std::optional<std::string_view>& text,
                       std::size_t most) {
  if (!text) return;
  if (text->empty()) errors.add(*text, "policy", length_at_least(1));
  if (most > 0 && scalar_count(*text) > most) errors.add("policy", length_at_most(most));
  if (!is_document_text(*text)) {
    errors.add("policy", must_match("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"));
  }
}

void check_mfa(ValidationErrors& errors, const Parameters& parameters) {
  const auto serial = parameters.find("SerialNumber");
  check_optional_length(errors, serial, "serialNumber", 9, 256);
  const auto is_serial_letter = [](char c) { return is_name_letter(c) || c == '/' || c == ':'; };
  if (serial && !std::ranges::all_of(*serial, is_serial_letter)) {
    errors.add(*serial, "serialNumber", must_match("[\\w+=/:,.@-]*"));
  }
  const auto code = parameters.find("TokenCode");
  check_optional_length(errors, code, "tokenCode", 6, 6);
  if (code && !is_digits(*code)) errors.add(*code, "tokenCode", must_match("[\\d]*"));
}

std::optional<Error> refuse_mfa(const Parameters& parameters) {
  if (!parameters.contains("SerialNumber") && !parameters.contains("TokenCode")) return std::nullopt;
  return Error{Code::access_denied, "MultiFactorAuthentication failed with invalid MFA one time pass code. "};
}

Result<RoleArn, Error> parse_role_arn(std::string_view text, std::string_view partition) {
  const auto arn = policy::parse_arn(text);
  const auto invalid = [&](std::string message) { return Error{Code::validation_error, std::move(message)}; };
  if (!arn) return invalid(std::string(text) + " is invalid");
  if (arn->partition != partition || arn->service != "iam" || !arn->region.empty() ||
      arn->account.size() != 12 || !is_digits(arn->account) || !arn->resource.starts_with("role/") ||
      arn->resource.size() == 5) {
    return invalid("Request ARN is invalid");
  }
  return RoleArn{
      .text = text, .account = arn->account, .name = arn->resource.substr(arn->resource.rfind('/') + 1)};
}

Result<SessionPolicies, Error> parse_session_policies(const Parameters& parameters, std::string_view text,
                                                      std::string_view account, std::string_view partition) {
  SessionPolicies policies{.text = text, .policy = std::nullopt, .arns = {}};
  // The model's list of structures with one member: PolicyArns.member.N.arn.
  auto arns = parameters.pairs("PolicyArns", "arn", "arn");
  if (!arns) {
    if (arns.error().code != Code::validation_error) return std::move(arns).error();
    return validation_error("policyArns.member.arn", must_not_be_null());
  }
  for (const auto& [arn, same] : *arns) policies.arns.push_back(arn);
  if (policies.arns.size() > 10) return validation_error("policyArns", length_at_most(10));
  std::size_t total = scalar_count(text);
  for (const std::string_view arn : policies.arns) {
    if (!is_session_policy(arn, account, partition)) {
      return Error{Code::validation_error, "Invalid ARN: " + std::string(arn)};
    }
    total += scalar_count(arn);
  }
  if (total > max_policy_characters) {
    return Error{Code::packed_policy_too_large,
                 "Packed policy consumes " +
                     std::to_string((total * 100 + max_policy_characters - 1) / max_policy_characters) +
                     "% of allotted space, please use smaller policy"};
  }
  if (text.empty()) return policies;
  auto policy = policy::Policy::parse(text, policy::Kind::session);
  if (!policy) return Error{Code::malformed_policy_document, std::move(policy).error().message};
  policies.policy = std::move(*policy);
  return policies;
}

}  // namespace openirsa::wire
