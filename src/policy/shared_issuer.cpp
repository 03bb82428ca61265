#include "policy/shared_issuer.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/arn.h"

namespace openirsa::policy {
namespace {

struct SharedIssuer {
  std::string_view url;  // without https://
  std::string_view claim;
};

// AWS user guide, "Identity-provider controls for shared OIDC providers".
constexpr std::array<SharedIssuer, 14> shared_issuers{{
    {"token.actions.githubusercontent.com", "sub"},
    {"vstoken.actions.githubusercontent.com", "sub"},
    {"oidc-configuration.audit-log.githubusercontent.com", "sub"},
    {"gitlab.com", "sub"},
    {"agent.buildkite.com", "sub"},
    {"app.terraform.io", "sub"},
    {"oidc.codefresh.io", "sub"},
    {"studio.datachain.ai/api", "sub"},
    {"scalr.io", "sub"},
    {"tokens.cloud.shisho.dev", "sub"},
    {"proidc.upbound.io", "sub"},
    {"api.pulumi.com/oidc", "aud"},
    {"sandboxes.cloud", "aud"},
    {"oidc.vercel.com", "aud"},
}};
constexpr std::string_view sentinel = "sts.windows.net/33e01921-";  // Microsoft Sentinel's tenant
constexpr std::string_view cognito = "cognito-identity.amazonaws.com";

// A value that names nobody in particular: wildcards alone, or a variable, which a token would fill with its
// own claim.
bool is_open(const Operand& operand) {
  const Pattern* pattern = std::get_if<Pattern>(&operand.form);
  return pattern == nullptr || pattern->has_only_wildcards_or_variables();
}

bool scopes(const Condition& condition, std::string_view key) {
  switch (condition.op.comparator) {
    case Comparator::string_equals:
    case Comparator::string_equals_ignore_case:
    case Comparator::string_like:
      break;
    default:
      return false;
  }
  if (condition.op.negated || !equal_ignoring_case(condition.key, key)) return false;
  return !condition.operands.empty() && std::ranges::none_of(condition.operands, is_open);
}

bool is_scoped(const std::vector<Condition>& conditions, std::string_view key) {
  return std::ranges::any_of(conditions, [&](const Condition& c) { return scopes(c, key); });
}

// The key that must be scoped for this provider URL, if it is a shared one.
std::optional<std::string> required_key(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.starts_with(sentinel)) return "sts:RoleSessionName";
  const auto found = std::ranges::find_if(
      shared_issuers, [&](const SharedIssuer& issuer) { return equal_ignoring_case(issuer.url, url); });
  if (found == shared_issuers.end()) return std::nullopt;
  return std::string(url) + ":" + std::string(found->claim);
}

}  // namespace

std::optional<PolicyError> check_shared_issuers(const std::vector<NamedPrincipal>& principals,
                                                const std::vector<Condition>& conditions) {
  constexpr std::string_view prefix = "oidc-provider/";
  for (const NamedPrincipal& principal : principals) {
    if (principal.kind != NamedPrincipal::Kind::federated) continue;
    if (principal.value == cognito) {
      if (is_scoped(conditions, std::string(cognito) + ":aud")) continue;
      return PolicyError{"A condition block must be present for the Cognito provider"};
    }
    const auto arn = parse_arn(principal.value);
    if (!arn || !arn->resource.starts_with(prefix)) continue;
    const std::string_view url = arn->resource.substr(prefix.size());
    const auto key = required_key(url);
    if (!key || is_scoped(conditions, *key)) continue;
    return PolicyError{"The trust policy must restrict `" + *key +
                       "` to your own tenant: the identity provider `" + std::string(url) +
                       "` is shared by many"};
  }
  return std::nullopt;
}

}  // namespace openirsa::policy
