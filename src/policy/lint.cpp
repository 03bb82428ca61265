#include "policy/lint.h"

#include <algorithm>

#include "base/text.h"
#include "policy/arn.h"
#include "policy/lint_rules.h"

namespace openirsa::policy {
namespace lint_rule {

void Findings::add(std::string_view rule, Severity severity, std::string element, std::string message) {
  found_.push_back({.rule = rule,
                    .severity = severity,
                    .statement = index_,
                    .sid = statement().sid,
                    .element = std::move(element),
                    .message = std::move(message)});
}

std::string quoted(std::string_view text) { return concatenate({"`", text, "`"}); }

std::string element_of(const Condition& condition) {
  return concatenate({"Condition ", condition.operator_name, " ", condition.key});
}

std::string_view provider_url(const NamedPrincipal& principal) {
  constexpr std::string_view prefix = "oidc-provider/";
  if (principal.kind != NamedPrincipal::Kind::federated) return {};
  const auto arn = parse_arn(principal.value);
  return arn && arn->resource.starts_with(prefix) ? arn->resource.substr(prefix.size()) : std::string_view();
}

std::string_view claim_of(std::string_view key, std::string_view url) {
  if (url.empty() || key.size() <= url.size() || key[url.size()] != ':') return {};
  return equal_ignoring_case(key.substr(0, url.size()), url) ? key.substr(url.size() + 1)
                                                             : std::string_view();
}

bool is_web_identity(const Statement& statement) {
  const bool names_provider = std::ranges::any_of(
      statement.principals, [](const NamedPrincipal& one) { return !provider_url(one).empty(); });
  const Facts exchange{
      .principal = {}, .action = "sts:AssumeRoleWithWebIdentity", .resource = "*", .context = nullptr};
  return names_provider && !statement.not_principals && statement.matches_action(exchange);
}

}  // namespace lint_rule

std::string_view name_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

std::vector<Finding> lint(const Policy& policy, const LintFacts& facts) {
  const auto& document = policy.document();
  lint_rule::Findings findings(document, facts);
  for (std::size_t i = 0; i < document.statements.size(); ++i) {
    findings.begin(i);
    lint_rule::check_texts(findings);
    lint_rule::check_providers(findings);
    lint_rule::check_reach(findings);
  }
  return findings.take();
}

// Kubernetes, "Service Account Tokens": what the TokenRequest API signs; azp where there is one audience.
std::vector<std::string> service_account_claims() {
  return {"aud", "azp", "exp", "iat", "iss", "jti", "kubernetes.io", "nbf", "oaud", "sub"};
}

const std::vector<LintRule>& lint_rules() {
  using namespace lint_rule;
  static const std::vector<LintRule> rules{
      {provider_missing, "does the account have the identity provider that a statement names?"},
      {wildcard_under_equals, "is `*` or `?` written where it is an ordinary letter?"},
      {letter_case, "does a value differ from what comes in its letters' case alone?"},
      {white_space, "does a text begin or end with white space?"},
      {open_subject, "may every token of an issuer come in, whoever it was made for?"},
      {open_audience, "is a token for another audience let in?"},
      {unreachable, "does another statement make this one void?"},
      {never_true, "is there a condition that no request can fulfil?"},
      {unknown_key, "does a condition ask for a key that no token of the issuer carries?"}};
  return rules;
}

}  // namespace openirsa::policy
