#include "iam/policy_exclusions.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "iam/faults.h"
#include "policy/arn.h"

namespace openirsa::iam {
namespace {

using wire::Call;
using wire::Error;

constexpr std::array<std::string_view, 6> types{
    "inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"};
constexpr std::array<std::string_view, 3> kinds{"user", "group", "role"};
constexpr std::size_t most = 256;

// "Use at most one *".
bool has_one_star(std::string_view text) { return std::ranges::count(text, '*') <= 1; }

bool is_policy_arn(std::string_view text) {
  const auto arn = policy::parse_arn(text);
  const std::string_view rest = arn ? text.substr(0, text.size() - arn->resource.size()) : text;
  return arn && arn->service == "iam" && arn->resource.starts_with("policy/") && has_one_star(text) &&
         rest.find_first_of("*?") == std::string_view::npos;
}

policy::Pattern wildcards(std::string_view text) {
  return policy::Pattern::compile(text, {.wildcards = true, .variables = false});
}

}  // namespace

Result<PolicyExclusions, Error> PolicyExclusions::read(const Call& call) {
  PolicyExclusions exclusions;
  for (std::size_t i = 1;; ++i) {
    const std::string member = "PolicyExclusionList.member." + std::to_string(i);
    const auto find = [&](std::string_view part) {
      return call.parameters.find(concatenate({member, ".", part}));
    };
    const auto type = find("PolicyType");
    const auto arn = find("PolicyArn");
    const auto name = find("InlinePolicyIdentifier.PolicyName");
    const auto kind = find("InlinePolicyIdentifier.AttachmentType");
    const auto entity = find("InlinePolicyIdentifier.AttachmentName");
    const bool is_inline = name || kind || entity;
    if (!type && !arn && !is_inline) return exclusions;
    if (i > most) return invalid_input({"PolicyExclusionList takes at most 256 identifiers."});
    if ((type ? 1 : 0) + (arn ? 1 : 0) + (is_inline ? 1 : 0) != 1)
      return invalid_input(
          {member, " must have exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier."});
    if (type) {
      if (std::ranges::find(types, *type) == types.end())
        return invalid_input({*type, " is not a valid policy type to exclude."});
      exclusions.types_.push_back(*type);
    } else if (arn) {
      if (!is_policy_arn(*arn)) return invalid_input({*arn, " is not a valid policy ARN to exclude."});
      exclusions.arns_.push_back(wildcards(*arn));
    } else {
      const bool whole = name && kind && entity && !name->empty() && !entity->empty() &&
                         std::ranges::find(kinds, *kind) != kinds.end() && has_one_star(*entity);
      if (!whole) return invalid_input({member, " is not a valid inline policy identifier."});
      exclusions.inline_.push_back({.policy = *name, .kind = *kind, .entity = wildcards(*entity)});
    }
  }
}

bool PolicyExclusions::excludes_type(std::string_view type) const {
  return std::ranges::find(types_, type) != types_.end();
}

bool PolicyExclusions::excludes_managed(std::string_view arn) const {
  return std::ranges::any_of(arns_, [&](const policy::Pattern& one) { return one.matches(arn, nullptr); });
}

bool PolicyExclusions::excludes_inline(std::string_view kind, std::string_view entity,
                                       std::string_view policy) const {
  return excludes_type("inline") || std::ranges::any_of(inline_, [&](const Inline& one) {
           return one.policy == policy && one.kind == kind && one.entity.matches(entity, nullptr);
         });
}

}  // namespace openirsa::iam
