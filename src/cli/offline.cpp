#include "cli/offline.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/time_text.h"
#include "policy/arn.h"
#include "policy/explain.h"
#include "policy/policy.h"
#include "token/unsecured.h"
#include "token/verifier.h"
#include "wire/parameters.h"
#include "wire/simulated.h"
#include "wire/web_identity_input.h"

namespace openirsa::cli {
namespace {

using token::Fault;
using wire::Code;
using wire::Step;

constexpr std::string_view https = "https://";

// Faults stand in the order of the checks.
Step step_of(Fault fault) {
  if (fault < Fault::missing_claim) return Step::token_parsed;
  if (fault < Fault::issuer_mismatch) return Step::claims_complete;
  if (fault < Fault::several_audiences) return Step::issuer_known;
  if (fault < Fault::algorithm_not_allowed) return Step::audience_allowed;
  if (fault < Fault::signature_mismatch) return Step::key_found;
  if (fault < Fault::expired) return Step::signature_of_token_verified;
  return Step::token_times_valid;
}

Code code_of(Fault fault) {
  return fault == Fault::expired || fault == Fault::too_old ? Code::expired_token
                                                            : Code::invalid_identity_token;
}

// What a trust policy sees of a token.
struct Identity {
  std::string subject;
  std::string audience;
  std::optional<std::string> authorized_party;
  std::optional<std::string> original_audience;
};

// REQUIRES: the claims passed the verifier's checks.
Identity identity_of(const token::RegisteredClaims& claims) {
  Identity identity;
  identity.subject = *text_of(claims.subject);
  if (const auto one = text_of(claims.audience)) {
    identity.original_audience = *one;
  } else if (const json::array& several = claims.audience->get_array(); several.size() == 1) {
    identity.original_audience = several.front().get_string();
  }
  identity.authorized_party = text_of(claims.authorized_party);
  identity.audience = identity.authorized_party ? *identity.authorized_party : *identity.original_audience;
  return identity;
}

// A server has one partition. Here it is the role's, where there is such a one.
std::string_view partition_of(std::string_view role_arn) {
  static constexpr std::array<std::string_view, 3> partitions{"aws", "aws-cn", "aws-us-gov"};
  const auto arn = policy::parse_arn(role_arn);
  const bool known = arn && std::ranges::find(partitions, arn->partition) != partitions.end();
  return known ? arn->partition : partitions.front();
}

// The parameters as an SDK would send them: what checks them online checks them here.
std::string form_of(const OfflineQuestion& question, Time now) {
  const std::string token = question.token ? *question.token : token::unsecured_token(*question.claims, now);
  return concatenate({"RoleArn=", percent_encode(question.role_arn), "&RoleSessionName=",
                      percent_encode(question.session_name), "&WebIdentityToken=", percent_encode(token),
                      "&DurationSeconds=", std::to_string(question.duration)});
}

class Simulation {
 public:
  Simulation(const OfflineQuestion& question, const wire::Parameters& parameters, Time now)
      : question_(question), parameters_(parameters), now_(now) {
    trace_.time = now;
    trace_.service = "sts";
    trace_.operation = "AssumeRoleWithWebIdentity";
    trace_.role_arn = question.role_arn.substr(0, 2048);
  }

  json::object run(const policy::Policy& trust, const token::JwkSet& keys) {
    const auto refusal = judge(trust, keys);
    return wire::simulated_answer(
        std::move(trace_), refusal,
        question_.claims ? wire::SimulatedToken::claims_alone : wire::SimulatedToken::signed_by_issuer);
  }

 private:
  using Refused = std::optional<wire::Error>;

  Refused judge(const policy::Policy& trust, const token::JwkSet& keys);
  Refused judge_input();
  Refused judge_issuer(const token::SignedToken& token);
  Refused judge_token(const token::SignedToken& token, const token::JwkSet& keys);
  Refused judge_trust(const policy::Policy& trust, const Identity& identity);
  Refused refuse(const token::Refusal& refusal);
  void describe(const token::SignedToken& token);

  const OfflineQuestion& question_;
  const wire::Parameters& parameters_;
  Time now_;
  wire::WebIdentityInput input_;
  std::string provider_arn_;
  wire::Trace trace_;
};

Simulation::Refused Simulation::refuse(const token::Refusal& refusal) {
  trace_.fail(step_of(refusal.code), std::string(token::name_of(refusal.code)), refusal.detail,
              refusal.expected, refusal.actual);
  return wire::Error{code_of(refusal.code), {}};
}

void Simulation::describe(const token::SignedToken& token) {
  const token::RegisteredClaims& claims = token.unverified_registered_claims();
  trace_.issuer = token.unverified_issuer().value_or("");
  trace_.subject = token.unverified_subject().value_or("");
  trace_.audience = claims.audience == nullptr
                        ? std::string()
                        : std::string(text_of(claims.audience).value_or(json::serialize(*claims.audience)));
  trace_.key_id = token.key_id().value_or("");
  trace_.algorithm = token.unverified_algorithm();
  trace_.token_expires_at = integer_of(claims.expires_at);
  trace_.token_issued_at = integer_of(claims.issued_at);
}

Simulation::Refused Simulation::judge_issuer(const token::SignedToken& token) {
  const std::string_view issuer = token.unverified_issuer().value_or("");
  if (issuer == question_.issuer) {
    trace_.pass(Step::issuer_known);
    trace_.pass(Step::provider_found);
    return std::nullopt;
  }
  trace_.fail(Step::provider_found, "no_provider", "the token's issuer is not the provider's",
              question_.issuer, std::string(issuer), "issuers are compared byte for byte");
  return wire::Error{Code::invalid_identity_token, {}};
}

Simulation::Refused Simulation::judge_token(const token::SignedToken& token, const token::JwkSet& keys) {
  const token::Expectation expected{.issuer = question_.issuer, .client_ids = &question_.client_ids};
  if (const auto refusal = token::TokenVerifier::judge_claims(token, expected)) {
    if (step_of(refusal->code) > Step::claims_complete) trace_.pass(Step::claims_complete);
    return refuse(*refusal);
  }
  trace_.pass(Step::claims_complete);
  trace_.pass(Step::audience_allowed);
  if (!question_.claims) {
    if (const auto signer = token::TokenVerifier::verify_signature(token, keys); !signer) {
      if (step_of(signer.error().code) > Step::key_found) trace_.pass(Step::key_found);
      return refuse(signer.error());
    }
    trace_.pass(Step::key_found);
    trace_.pass(Step::signature_of_token_verified);
  }
  if (const auto refusal = token::TokenVerifier::judge_dates(token, expected, now_)) return refuse(*refusal);
  trace_.pass(Step::token_times_valid);
  return std::nullopt;
}

Simulation::Refused Simulation::judge_trust(const policy::Policy& trust, const Identity& identity) {
  const std::string name = question_.issuer.substr(https.size());
  policy::Context context;
  context.add_owned(name + ":sub", identity.subject);
  context.add_owned(name + ":aud", identity.audience);
  if (identity.authorized_party) {
    context.add_owned(name + ":azp", *identity.authorized_party);
    if (identity.original_audience) context.add_owned(name + ":oaud", *identity.original_audience);
  }
  context.add("sts:RoleSessionName", input_.session_name);
  context.add_value("sts:DurationSeconds", std::to_string(input_.duration));
  context.add("aws:FederatedProvider", provider_arn_);
  context.add_value("aws:CurrentTime", to_iso8601(now_));
  context.add_value("aws:EpochTime", std::to_string(seconds_of(now_)));
  const policy::Facts facts{.principal = {.kind = policy::Principal::Kind::federated,
                                          .arn = provider_arn_,
                                          .account = {},
                                          .role_arn = {},
                                          .unique_id = {}},
                            .action = "sts:AssumeRoleWithWebIdentity",
                            .resource = question_.role_arn,
                            .context = &context};
  policy::Explanation explanation;
  const auto decision = policy::decide_trust(trust, facts, &explanation);
  if (decision.allowed()) {
    trace_.pass(Step::trust_policy_allowed);
    return std::nullopt;
  }
  const bool denied = decision.effect() == policy::Effect::explicit_deny;
  policy::Comparison last;
  if (const auto* furthest = policy::furthest(explanation, denied);
      furthest && !furthest->comparisons.empty())
    last = furthest->comparisons.back();
  trace_.fail(Step::trust_policy_allowed, denied ? "explicit_deny" : "trust_policy_mismatch",
              denied ? "a Deny statement of the trust policy matches"
                     : "no Allow statement of the trust policy matches",
              last.expected, last.actual, last.hint);
  trace_.explanation = std::move(explanation);
  return wire::Error{Code::access_denied, {}};
}

Simulation::Refused Simulation::judge_input() {
  const std::string_view partition = partition_of(question_.role_arn);
  auto input = wire::parse_web_identity_input(parameters_, partition);
  if (!input) {
    trace_.fail(Step::parameters_valid, "parameters_invalid", input.error().message);
    return std::move(input).error();
  }
  input_ = *std::move(input);
  const std::string_view account = question_.account.empty() ? input_.account : question_.account;
  provider_arn_ = concatenate({"arn:", partition, ":iam::", account, ":oidc-provider/",
                               std::string_view(question_.issuer).substr(https.size())});
  trace_.session_name = input_.session_name;
  trace_.provider_arn = provider_arn_;
  trace_.pass(Step::parameters_valid);
  return std::nullopt;
}

Simulation::Refused Simulation::judge(const policy::Policy& trust, const token::JwkSet& keys) {
  if (auto refused = judge_input()) return refused;
  const auto token = token::SignedToken::parse(input_.token);
  if (!token) return refuse(token.error());
  describe(*token);
  trace_.pass(Step::token_parsed);
  if (auto refused = judge_issuer(*token)) return refused;
  if (auto refused = judge_token(*token, keys)) return refused;
  return judge_trust(trust, identity_of(token->unverified_registered_claims()));
}

}  // namespace

Result<json::object, Failure> simulate_offline(const OfflineQuestion& question, Time now) {
  if (!question.issuer.starts_with(https) || question.issuer.size() == https.size())
    return Failure{"--issuer must be an issuer's URL: https://…"};
  if (!question.account.empty() && (question.account.size() != 12 || !is_digits(question.account)))
    return Failure{"--account must be an account's 12 digits"};
  auto trust = policy::Policy::parse(question.trust_policy, policy::Kind::trust);
  if (!trust) return Failure{"the trust policy is refused: " + trust.error().message};
  token::JwkSet keys({});
  if (!question.claims) {
    auto parsed = token::JwkSet::parse(question.jwks);
    if (!parsed) return Failure{"the key set cannot be used: " + parsed.error().message};
    keys = *std::move(parsed);
  }
  const std::string form = form_of(question, now);
  const auto parameters = wire::Parameters::parse(form);
  if (!parameters) return Failure{"this cannot be asked: " + parameters.error().message};
  return Simulation(question, *parameters, now).run(*trust, keys);
}

}  // namespace openirsa::cli
