#include "sts/refusal.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/explain.h"
#include "record/key.h"
#include "record/provider.h"

namespace openirsa::sts {
namespace {

using token::Fault;
using wire::Code;
using wire::Step;

// The verifier's steps in AWS's order.
constexpr std::array token_steps{Step::claims_complete, Step::audience_allowed, Step::key_found,
                                 Step::signature_of_token_verified, Step::token_times_valid};

std::string cut(std::string_view text) {
  constexpr std::size_t longest = 256;  // what a trace shows of a claim
  return text.size() <= longest ? std::string(text) : concatenate({utf8_prefix(text, longest), "…"});
}

std::string hint_of(const token::Refusal& refusal) {
  switch (refusal.code) {
    case Fault::audience_mismatch:
      return "add it: aws iam add-client-id-to-open-id-connect-provider, or ask for a token with a "
             "registered audience";
    case Fault::expired:
      return "ask for a fresh token; a projected token is renewed by the kubelet";
    case Fault::unknown_key:
      return "the key that signed the token is not among the issuer's keys; was the cluster made anew?";
    case Fault::not_yet_valid:
    case Fault::issued_in_future:
      return "compare the clocks of the issuer and of this server";
    default:
      return {};
  }
}

std::string audience_of(const json::value* claim) {
  if (const auto one = text_of(claim)) return cut(*one);
  std::string joined;
  if (const json::array* several = claim == nullptr ? nullptr : claim->if_array()) {
    for (const auto& value : *several) {
      if (value.is_string()) joined += (joined.empty() ? "" : " ") + std::string(value.get_string());
    }
  }
  return cut(joined);
}

}  // namespace

wire::Error not_authorised(std::string_view action) {
  return {Code::access_denied, concatenate({"Not authorized to perform ", action})};
}

wire::Error web_identity_error(const token::Refusal& refusal, Time now) {
  switch (refusal.code) {
    case Fault::malformed:
    case Fault::wrong_type:
    case Fault::critical_header:
    case Fault::wrong_claim_type:
      return {
          Code::invalid_identity_token,
          "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"};
    case Fault::missing_claim:
      return {Code::invalid_identity_token, "Missing a required claim: " + refusal.detail};
    case Fault::several_audiences:
      return {Code::invalid_identity_token,
              "Token audience contains more than one audience while authorized party is not present"};
    case Fault::audience_mismatch:
      return {Code::invalid_identity_token, "Incorrect token audience"};
    case Fault::expired:
      return {Code::expired_token, "Token expired: current date/time " + std::to_string(seconds_of(now)) +
                                       " must be before the expiration date/time " + refusal.actual};
    case Fault::too_old:
      return {Code::expired_token, "Token too old: " + refusal.actual};
    case Fault::algorithm_not_allowed:
    case Fault::unknown_key:
    case Fault::key_id_required:
      return {Code::invalid_identity_token, std::string(verification_key_text)};
    case Fault::issuer_mismatch:
    case Fault::signature_mismatch:
    case Fault::not_yet_valid:
    case Fault::issued_in_future:
      break;
  }
  return {Code::invalid_identity_token,
          "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity "
          "documentation for "
          "requirements."};
}

Step step_of(Fault fault) {
  switch (fault) {
    case Fault::malformed:
    case Fault::wrong_type:
    case Fault::critical_header:
      return Step::token_parsed;
    case Fault::issuer_mismatch:
      return Step::issuer_known;
    case Fault::missing_claim:
    case Fault::wrong_claim_type:
      return Step::claims_complete;
    case Fault::several_audiences:
    case Fault::audience_mismatch:
      return Step::audience_allowed;
    case Fault::algorithm_not_allowed:
    case Fault::unknown_key:
    case Fault::key_id_required:
      return Step::key_found;
    case Fault::signature_mismatch:
      return Step::signature_of_token_verified;
    case Fault::expired:
    case Fault::not_yet_valid:
    case Fault::issued_in_future:
    case Fault::too_old:
      break;
  }
  return Step::token_times_valid;
}

void pass_steps_before(wire::Trace& trace, Fault fault) {
  const Step failed = step_of(fault);
  for (const Step step : token_steps) {
    if (step >= failed) return;
    trace.pass(step);
  }
}

void pass_all_token_steps(wire::Trace& trace) {
  for (const Step step : token_steps) trace.pass(step);
}

void fail_token(wire::Trace& trace, Step step, const token::Refusal& refusal) {
  trace.fail(step, std::string(token::name_of(refusal.code)), refusal.detail, refusal.expected,
             refusal.actual, hint_of(refusal));
}

void describe_token(wire::Trace& trace, const token::SignedToken& token) {
  const token::RegisteredClaims& claims = token.unverified_registered_claims();
  trace.issuer = cut(token.unverified_issuer().value_or(std::string_view{}));
  trace.subject = cut(token.unverified_subject().value_or(std::string_view{}));
  trace.audience = audience_of(claims.audience);
  if (token.key_id()) trace.key_id = cut(*token.key_id());
  trace.algorithm = cut(token.unverified_algorithm());
  trace.token_expires_at = integer_of(claims.expires_at);
  trace.token_issued_at = integer_of(claims.issued_at);
}

void explain_missing_provider(wire::Call& call, std::string_view account, std::string_view issuer) {
  const std::string_view scheme = "https://";
  const std::string_view url = issuer.starts_with(scheme) ? issuer.substr(scheme.size()) : issuer;
  std::string near;
  // At most a hundred providers by default; a refusal may look at them all.
  record::scan<record::OpenIdConnectProvider>(
      *call.snapshot, record::kind_prefix(account, "-", record::OpenIdConnectProvider::kind), "",
      [&](const record::OpenIdConnectProvider& provider) {
        if (equal_ignoring_case(provider.url, url))
          near = "differs only in case from provider " + provider.url;
        if (provider.url + "/" == url || provider.url == std::string(url) + "/") {
          near = "differs only in a trailing slash from provider " + provider.url;
        }
        return near.empty();
      });
  if (near.empty())
    near = "openirsa utils associate-iam-oidc-provider --cluster NAME --approve makes the provider";
  call.trace.fail(
      Step::provider_found, "no_provider",
      "account " + std::string(account) + " has no OpenID Connect provider for the token's issuer", {},
      cut(issuer), std::move(near));
}

void explain_missing_role(wire::Trace& trace, std::string_view partition, const record::Role* similar,
                          std::string_view role_arn) {
  const std::string expected = similar == nullptr ? std::string{} : similar->arn(partition);
  std::string hint = "aws iam list-roles shows the account's roles";
  if (similar != nullptr) {
    hint = equal_ignoring_case(expected, role_arn) ? "differs only in case" : "the role has another path";
  }
  trace.fail(Step::role_found, "role_missing", "there is no role with this ARN", expected,
             std::string(role_arn), std::move(hint));
}

void fail_trust(wire::Trace& trace, const policy::Decision& decision) {
  const bool denied = decision.effect() == policy::Effect::explicit_deny;
  trace.fail(Step::trust_policy_allowed, denied ? "explicit_deny" : "trust_policy_mismatch",
             denied ? "a Deny statement of the trust policy matches"
                    : "no Allow statement of the trust policy matches");
}

void explain_trust_refusal(wire::Trace& trace, policy::Explanation explanation) {
  wire::Failure& failure = *trace.failure;
  const bool denied = failure.code == "explicit_deny";
  const policy::StatementTrace* furthest = policy::furthest(explanation, denied);
  if (furthest != nullptr && !furthest->comparisons.empty()) {
    const policy::Comparison& last = furthest->comparisons.back();
    failure.detail += ": statement " + std::to_string(furthest->index + 1) +
                      (furthest->sid.empty() ? "" : " (" + furthest->sid + ")") + ", " + last.element +
                      (last.key.empty() ? "" : " " + last.op + " " + last.key);
    failure.expected = last.expected;
    failure.actual = last.actual;
    failure.hint = last.hint;
  }
  trace.explanation = std::move(explanation);
  trace.clip();
}

std::string session_arn(std::string_view partition, const StatementView& statement) {
  return concatenate({"arn:", partition, ":sts::", statement.account, ":assumed-role/", statement.role_name,
                      "/", statement.session_name});
}

std::string federated_user_arn(std::string_view partition, std::string_view account, std::string_view name) {
  return concatenate({"arn:", partition, ":sts::", account, ":federated-user/", name});
}

std::string cluster_arn(std::string_view partition, const record::Issuer& issuer) {
  return concatenate(
      {"arn:", partition, ":eks:", issuer.region, ":", issuer.account, ":cluster/", issuer.cluster});
}

}  // namespace openirsa::sts
