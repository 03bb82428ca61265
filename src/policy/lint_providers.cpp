// Statements that let the tokens of an identity provider in: is the provider there, is it said for whom, and
// do its tokens carry what is asked for?
#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "policy/arn.h"
#include "policy/lint_rules.h"

namespace openirsa::policy::lint_rule {
namespace {

const KnownProvider* find_known(const LintFacts& facts, std::string_view url) {
  const auto found = std::ranges::find_if(
      facts.providers, [&](const KnownProvider& one) { return equal_ignoring_case(one.url, url); });
  return found == facts.providers.end() ? nullptr : &*found;
}

std::string_view without_slash(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

void check_provider(Findings& findings, const NamedPrincipal& principal) {
  const LintFacts& facts = findings.facts();
  const std::string_view url = provider_url(principal);
  const auto arn = parse_arn(principal.value);
  if (!facts.account.empty() && arn && arn->account != facts.account) {
    findings.add(provider_missing, Severity::error, "Principal",
                 quoted(principal.text) + " is a provider of another account, whose tokens cannot come here");
    return;
  }
  if (!facts.providers_known) return;
  for (const KnownProvider& known : facts.providers) {
    if (known.url == url) return;
  }
  std::string hint = "make it first, or name one that is there";
  for (const KnownProvider& known : facts.providers) {
    const bool same = equal_ignoring_case(without_slash(known.url), without_slash(url));
    if (same) hint = "there is " + quoted(known.url) + ", which differs only in case or in a trailing slash";
  }
  findings.add(provider_missing, Severity::error, "Principal",
               "the account has no identity provider for " + quoted(url) + ": " + hint);
}

// Whether a condition leaves anybody out by this key.
enum class Narrows { no, wildcards_alone, yes };

Narrows narrows(const Condition& condition, std::string_view url, std::string_view claim) {
  if (claim_of(condition.key, url) != claim || condition.op.negated) return Narrows::no;
  const bool is_text = condition.op.comparator == Comparator::string_equals ||
                       condition.op.comparator == Comparator::string_equals_ignore_case ||
                       condition.op.comparator == Comparator::string_like;
  if (!is_text) return Narrows::no;
  const bool open = std::ranges::any_of(condition.operands, [](const Operand& operand) {
    const auto* pattern = std::get_if<Pattern>(&operand.form);
    return pattern != nullptr && pattern->has_only_wildcards_or_variables();
  });
  return open ? Narrows::wildcards_alone : Narrows::yes;
}

void check_scope(Findings& findings, std::string_view url, std::string_view claim) {
  Narrows best = Narrows::no;
  for (const Condition& condition : findings.statement().conditions)
    best = std::max(best, narrows(condition, url, claim));
  if (best == Narrows::yes) return;
  const std::string key = concatenate({url, ":", claim});
  const std::string lacks = best == Narrows::no ? "no condition narrows " + quoted(key)
                                                : "the condition on " + quoted(key) + " is wildcards alone";
  if (claim == "sub") {
    findings.add(open_subject, Severity::error, "Condition",
                 lacks +
                     ": every token of the issuer may take the role; name the subject, such as "
                     "`system:serviceaccount:NAMESPACE:NAME`");
  } else {
    findings.add(open_audience, Severity::warning, "Condition",
                 lacks +
                     ": tokens for every audience of the provider are taken; name one, such as "
                     "`sts.amazonaws.com`");
  }
}

void check_audience_case(Findings& findings, const KnownProvider& provider, const Condition& condition) {
  if (claim_of(condition.key, provider.url) != "aud" ||
      condition.op.comparator != Comparator::string_equals) {
    return;
  }
  for (const Operand& operand : condition.operands) {
    const bool known = std::ranges::find(provider.client_ids, operand.text) != provider.client_ids.end();
    const auto near = std::ranges::find_if(
        provider.client_ids, [&](const std::string& id) { return equal_ignoring_case(id, operand.text); });
    if (known || near == provider.client_ids.end()) continue;
    findings.add(
        letter_case, Severity::error, element_of(condition),
        quoted(operand.text) + " differs only in case from " + quoted(*near) + ", which the provider takes");
  }
}

// Keys that the exchange of a token never has: its caller has no identity yet.
constexpr std::array<std::string_view, 9> keys_of_callers{
    "aws:PrincipalAccount",       "aws:PrincipalArn",  "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",      "aws:PrincipalTag/", "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent", "aws:username",      "sts:ExternalId"};

// What is wrong with a key; nothing where it may come.
std::optional<std::string> fault_of_key(const LintFacts& facts, std::string_view key, std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (equal_ignoring_case(key.substr(0, scheme.size()), scheme))
    return quoted(key) + " is written without https://: " + quoted(key.substr(scheme.size()));
  if (const std::string_view claim = claim_of(key, url); !claim.empty()) {
    const KnownProvider* provider = find_known(facts, url);
    if (provider == nullptr || provider->claims.empty()) return std::nullopt;
    const bool carried = std::ranges::any_of(provider->claims, [&](const std::string& name) {
      const bool nested = claim.size() > name.size() && claim.starts_with(name) &&
                          std::string_view("/.:").find(claim[name.size()]) != std::string_view::npos;
      return claim == name || nested;
    });
    if (carried) return std::nullopt;
    return "tokens of " + quoted(url) + " carry no " + quoted(claim);
  }
  const std::string_view prefix =
      key.substr(0, key.rfind(':') == std::string_view::npos ? 0 : key.rfind(':'));
  if (prefix.find_first_of("./") != std::string_view::npos && !key.starts_with("aws:") &&
      !key.starts_with("sts:")) {
    if (equal_ignoring_case(without_slash(prefix), without_slash(url)))
      return quoted(key) + " differs from the issuer " + quoted(url) + " in a trailing slash";
    return quoted(key) + " is about another issuer than " + quoted(url);
  }
  const bool of_caller = std::ranges::any_of(keys_of_callers, [&](std::string_view one) {
    return one.ends_with('/') ? equal_ignoring_case(key.substr(0, one.size()), one)
                              : equal_ignoring_case(key, one);
  });
  if (of_caller) return "the exchange of a token has no " + quoted(key) + ": its caller has no identity yet";
  return std::nullopt;
}

void check_key(Findings& findings, const Condition& condition, std::string_view url) {
  const auto fault = fault_of_key(findings.facts(), condition.key, url);
  if (!fault) return;
  const Operator& op = condition.op;
  const bool holds_without = op.negated || op.if_exists || op.quantifier == Quantifier::for_all_values ||
                             op.comparator == Comparator::null;
  findings.add(
      unknown_key, holds_without ? Severity::warning : Severity::error, element_of(condition),
      *fault + (holds_without ? "; the condition is decided without it" : "; the condition never holds"));
}

}  // namespace

void check_providers(Findings& findings) {
  const Statement& statement = findings.statement();
  if (!names_principals(findings.document().kind)) return;
  std::vector<std::string_view> urls;
  for (const NamedPrincipal& principal : statement.principals) {
    if (provider_url(principal).empty()) continue;
    urls.push_back(provider_url(principal));
    check_provider(findings, principal);
  }
  if (!is_web_identity(statement)) return;
  for (const std::string_view url : urls) {
    if (!statement.deny) {
      check_scope(findings, url, "sub");
      check_scope(findings, url, "aud");
    }
    const KnownProvider* provider = find_known(findings.facts(), url);
    for (const Condition& condition : statement.conditions) {
      if (provider != nullptr) check_audience_case(findings, *provider, condition);
    }
  }
  // With several providers a key may be meant for another of them.
  if (urls.size() != 1 || statement.principals.size() != 1) return;
  for (const Condition& condition : statement.conditions) check_key(findings, condition, urls.front());
}

}  // namespace openirsa::policy::lint_rule
