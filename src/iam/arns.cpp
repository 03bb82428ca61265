#include "iam/arns.h"

#include "iam/faults.h"
#include "policy/arn.h"

namespace openirsa::iam {
namespace {

using wire::Code;
using wire::Error;

Error invalid_arn(std::string_view text) {
  return {Code::validation_error, "Invalid ARN: " + std::string(text)};
}

}  // namespace

std::string iam_arn(const wire::Call& call, std::string_view resource) {
  std::string text = "arn:" + call.house.names.partition + ":iam::" + call.account() + ":";
  return text.append(resource);
}

bool is_of_caller(const wire::Call& call, std::string_view arn) {
  const auto parsed = policy::parse_arn(arn);
  return parsed && parsed->account == call.account();
}

Result<PolicyArn, Error> parse_policy_arn(const wire::Call& call, std::string_view text) {
  const auto arn = policy::parse_arn(text);
  // Two spaces: AWS's own text.
  if (!arn) return Error{Code::validation_error, "Invalid ARN:  Could not be parsed!"};
  if (arn->service != "iam") return Error{Code::validation_error, "Invalid service in ARN"};
  if (arn->partition != call.house.names.partition || !arn->region.empty() || arn->account.empty()) {
    return invalid_arn(text);
  }
  constexpr std::string_view type = "policy";
  const std::string_view resource = arn->resource;
  if (!resource.starts_with("policy/")) return Error{Code::validation_error, "Invalid resource type in ARN"};
  const std::size_t name = resource.rfind('/') + 1;
  if (name == resource.size()) return invalid_arn(text);
  return PolicyArn{.text = text,
                   .aws_managed = arn->account == "aws",
                   .path = resource.substr(type.size(), name - type.size()),
                   .name = resource.substr(name)};
}

Result<PolicyArn, Error> own_policy_arn(const wire::Call& call, std::string_view text) {
  auto arn = parse_policy_arn(call, text);
  if (!arn || arn->aws_managed || is_of_caller(call, text)) return arn;
  return not_authorized(call, "policy " + std::string(text));
}

Result<std::string_view, Error> provider_of_arn(const wire::Call& call, std::string_view text) {
  const auto arn = policy::parse_arn(text);
  if (!arn) return invalid_arn(text);
  if (arn->service != "iam") return Error{Code::validation_error, "Invalid service in ARN"};
  if (arn->partition != call.house.names.partition || !arn->region.empty() || arn->account.empty()) {
    return invalid_arn(text);
  }
  constexpr std::string_view type = "oidc-provider/";
  if (!arn->resource.starts_with(type)) return Error{Code::validation_error, "Invalid resource type in ARN"};
  if (arn->account != call.account()) return not_authorized(call, text);
  const auto url = arn->resource.substr(type.size());
  if (url.empty()) return invalid_arn(text);
  return url;
}

}  // namespace openirsa::iam
