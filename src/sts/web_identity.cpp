#include "sts/web_identity.h"

#include "base/text.h"
#include "base/time_text.h"
#include "crypto/random.h"
#include "issuer/registry.h"
#include "policy/arn.h"
#include "record/identifier.h"
#include "record/key.h"
#include "record/policies.h"
#include "record/provider.h"
#include "record/role.h"
#include "sts/refusal.h"
#include "sts/session_seal.h"
#include "sts/trust_question.h"
#include "sts/web_identity_input.h"
#include "token/signed_token.h"
#include "token/verifier.h"
#include "wire/outside.h"
#include "wire/request_keys.h"
#include "wire/xml.h"

namespace openirsa::sts {
namespace {

using wire::Code;
using wire::Step;

constexpr std::string_view https = "https://";

// One exchange on its way; each step either goes on or says the caller's error, after the trace has the
// reason.
class Exchange {
 public:
  explicit Exchange(wire::Call& call) : call_(call), trace_(call.trace) {}
  Result<wire::Answer, wire::Error> run();

 private:
  Result<Done, wire::Error> take_input();
  Result<token::SignedToken, wire::Error> parse_token();
  Result<const record::OpenIdConnectProvider*, wire::Error> find_provider(const token::SignedToken& token);
  Result<Done, wire::Error> find_keys(const token::SignedToken& token);
  Result<Done, wire::Error> find_foreign_keys(const token::SignedToken& token);
  wire::Error refuse_token(const token::Refusal& refusal);
  Result<token::IdToken, wire::Error> verify(const token::SignedToken& token);
  Result<const record::Role*, wire::Error> authorise(const token::IdToken& token);
  Result<Done, wire::Error> check_duration(const record::Role& role);
  Result<wire::Answer, wire::Error> issue(const token::IdToken& token, const record::Role& role);
  void fill_context(policy::Context& context, const token::IdToken& token) const;
  std::vector<SealedPolicy> session_policies() const;
  Result<wire::Answer, wire::Error> wait() const;
  wire::Answer answer(const StatementView& statement, const Sealed& sealed,
                      const token::IdToken& token) const;

  wire::Call& call_;
  wire::Trace& trace_;
  WebIdentityInput input_;
  const record::Role* role_ = nullptr;  // with the name asked for, whatever its path and case
  const record::OpenIdConnectProvider* provider_ = nullptr;
  const record::Issuer* issuer_ = nullptr;  // null for a foreign one
  std::shared_ptr<const token::JwkSet> foreign_keys_;
  bool must_wait_ = false;
  std::string provider_arn_;
};

Result<Done, wire::Error> Exchange::take_input() {
  if (const auto arn = call_.parameters.find("RoleArn")) trace_.role_arn = arn->substr(0, 2048);
  auto input = parse_web_identity_input(call_.parameters, call_.house.names.partition);
  if (!input) {
    trace_.fail(Step::parameters_valid, "parameters_invalid", input.error().message);
    return std::move(input).error();
  }
  input_ = std::move(*input);
  trace_.account = input_.account;
  trace_.session_name = input_.session_name;
  trace_.pass(Step::parameters_valid);
  // Nothing the caller sees depends on the role before authorise(); the trace wants to know it now.
  role_ = record::find<record::Role>(*call_.snapshot, record::role_key(input_.account, input_.role_name));
  trace_.role_unknown = role_ == nullptr;
  return Done{};
}

Result<token::SignedToken, wire::Error> Exchange::parse_token() {
  auto token = token::SignedToken::parse(input_.token);
  if (!token) {
    fail_token(trace_, Step::token_parsed, token.error());
    if (input_.token.find_first_of(" \t\r\n") != std::string_view::npos) {
      trace_.failure->hint =
          "there is white space in the token: a file must hold the token alone, without a line end";
    }
    return web_identity_error(token.error(), call_.now);
  }
  describe_token(trace_, *token);
  trace_.pass(Step::token_parsed);
  return std::move(*token);
}

Result<const record::OpenIdConnectProvider*, wire::Error> Exchange::find_provider(
    const token::SignedToken& token) {
  const std::string_view issuer = token.unverified_issuer().value_or(std::string_view{});
  if (issuer.empty()) {
    const token::Refusal refusal{token::Fault::missing_claim, "iss", {}, {}};
    fail_token(trace_, Step::issuer_known, refusal);
    return web_identity_error(refusal, call_.now);
  }
  const record::OpenIdConnectProvider* provider = nullptr;
  if (issuer.starts_with(https)) {
    provider = record::find<record::OpenIdConnectProvider>(
        *call_.snapshot, record::provider_key(input_.account, issuer.substr(https.size())));
  }
  if (provider == nullptr) {
    explain_missing_provider(call_, input_.account, issuer);
    return wire::Error{Code::invalid_identity_token,
                       "No OpenIDConnect provider found in your account for " + std::string(issuer)};
  }
  provider_arn_ = provider->arn(call_.house.names.partition);
  trace_.provider_arn = provider_arn_;
  trace_.pass(Step::provider_found);
  return provider;
}

// Our own issuers are looked up in the registry, for every account; any other issuer's keys belong to the
// account's provider alone.
Result<Done, wire::Error> Exchange::find_keys(const token::SignedToken& token) {
  const std::string_view url = *token.unverified_issuer();
  issuer_ = issuer::find_live(*call_.snapshot, url);
  if (issuer_ == nullptr && !issuer::is_ours(*call_.snapshot, call_.house.names.issuer_host, url) &&
      (call_.house.outside != nullptr || provider_->key_set != nullptr)) {
    return find_foreign_keys(token);
  }
  if (issuer_ == nullptr) {
    trace_.fail(Step::issuer_known, "no_keys_for_issuer",
                "the provider is registered, but no cluster here has this issuer, or its cluster was deleted",
                {}, std::string(url), "openirsa get cluster shows the issuers that are served");
    return wire::Error{Code::invalid_identity_token, std::string(verification_key_text)};
  }
  trace_.pass(Step::issuer_known);
  return Done{};
}

Result<Done, wire::Error> Exchange::find_foreign_keys(const token::SignedToken& token) {
  // AWS's order: nothing is fetched for a token that its claims refuse already.
  const std::string url = concatenate({https, provider_->url});
  const token::Expectation expected{.issuer = url, .client_ids = &provider_->client_ids};
  if (auto refusal = token::TokenVerifier::judge_claims(token, expected)) {
    trace_.pass(Step::issuer_known);
    return refuse_token(*refusal);
  }
  wire::Outside::Keys found{.keys = provider_->key_set, .must_wait = false, .failure = {}};
  if (found.keys == nullptr) found = call_.house.outside->keys_of(*provider_, token.key_id(), call_.now);
  if (found.keys != nullptr) {
    foreign_keys_ = std::move(found.keys);
    trace_.pass(Step::issuer_known);
    return Done{};
  }
  if (found.must_wait && call_.came == nullptr) {
    must_wait_ = true;
    return Done{};
  }
  const wire::OutsideFailure failure =
      found.failure.value_or(wire::OutsideFailure{true, "the issuer's keys did not come in time"});
  trace_.fail(Step::issuer_known, failure.retryable ? "issuer_unreachable" : "issuer_unusable",
              failure.reason, {}, std::string(*token.unverified_issuer()),
              failure.retryable ? "try again; openirsa create provider --jwks FILE works without the network"
                                : "compare the issuer's discovery document with the provider's URL");
  if (failure.retryable) return wire::Error{Code::idp_communication_error, std::string(communication_text)};
  return wire::Error{Code::invalid_identity_token, std::string(verification_key_text)};
}

wire::Error Exchange::refuse_token(const token::Refusal& refusal) {
  pass_steps_before(trace_, refusal.code);
  fail_token(trace_, step_of(refusal.code), refusal);
  return web_identity_error(refusal, call_.now);
}

Result<token::IdToken, wire::Error> Exchange::verify(const token::SignedToken& token) {
  const std::string foreign_url = issuer_ == nullptr ? concatenate({https, provider_->url}) : std::string();
  const token::Expectation expected{
      .issuer = issuer_ == nullptr ? std::string_view(foreign_url) : std::string_view(issuer_->url),
      .client_ids = &provider_->client_ids};
  const token::JwkSet& keys = issuer_ == nullptr ? *foreign_keys_ : *issuer_->key_set;
  auto verified = token::TokenVerifier::verify(token, expected, keys, call_.now);
  if (!verified) return refuse_token(verified.error());
  pass_all_token_steps(trace_);
  return std::move(*verified);
}

void Exchange::fill_context(policy::Context& context, const token::IdToken& token) const {
  const auto& keys = provider_->claim_keys;
  context.add(keys.audience, token.audience());
  context.add(keys.subject, token.subject());
  if (token.has_authorized_party()) {
    context.add(keys.authorized_party, token.audience());
    if (token.original_audiences().size() == 1) {
      context.add(keys.original_audience, token.original_audiences().front());
    }
  }
  context.add("sts:RoleSessionName", input_.session_name);
  context.add_value("sts:DurationSeconds", std::to_string(input_.duration));
  context.add("aws:FederatedProvider", provider_arn_);
  wire::add_request_keys(call_, call_.region, context);
}

Result<const record::Role*, wire::Error> Exchange::authorise(const token::IdToken& token) {
  // The key ignores case and path, an ARN does not.
  const bool exists = role_ != nullptr && role_->arn(call_.house.names.partition) == input_.role_arn;
  TrustQuestion question(exists ? role_->trust : nobodys_trust(), provider_arn_, input_.role_arn);
  fill_context(question.context(), token);
  const policy::Decision decision = question.decide();
  if (exists && decision.allowed()) {
    trace_.pass(Step::role_found);
    trace_.pass(Step::trust_policy_allowed);
    return role_;
  }
  // From here on a missing role and a refused one take the same steps.
  auto later = std::make_shared<const KeptQuestion>(question);
  if (exists) {
    trace_.pass(Step::role_found);
    fail_trust(trace_, decision);
    trace_.explain_later = [later](wire::Trace& trace) { explain_trust_refusal(trace, later->explain()); };
  } else {
    explain_missing_role(call_, role_, input_.role_arn);
  }
  return not_authorised();
}

Result<Done, wire::Error> Exchange::check_duration(const record::Role& role) {
  if (input_.duration <= role.max_session_seconds) {
    trace_.pass(Step::duration_allowed);
    return Done{};
  }
  trace_.fail(Step::duration_allowed, "duration_above_maximum",
              "DurationSeconds is more than the role's MaxSessionDuration",
              std::to_string(role.max_session_seconds), std::to_string(input_.duration),
              "ask for less, or raise it: aws iam update-role --max-session-duration");
  return wire::Error{Code::validation_error,
                     "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."};
}

std::vector<SealedPolicy> Exchange::session_policies() const {
  std::vector<SealedPolicy> sealed;
  for (const std::string_view arn : input_.policy_arns) {
    const auto parsed = policy::parse_arn(arn);
    if (parsed->account == "aws") {
      sealed.push_back({std::string(arn), {}});
      continue;
    }
    const auto* policy = record::find<record::ManagedPolicy>(
        *call_.snapshot, record::managed_policy_key(input_.account, arn.substr(arn.rfind('/') + 1)));
    // The key ignores case and path, an ARN does not.
    const bool exists = policy != nullptr && policy->arn(call_.house.names.partition) == arn;
    sealed.push_back({std::string(arn), exists ? policy->id : std::string(no_policy)});
  }
  return sealed;
}

Result<wire::Answer, wire::Error> Exchange::issue(const token::IdToken& token, const record::Role& role) {
  const record::RingKey* ring_key = newest_ring_key(*call_.snapshot);
  if (ring_key == nullptr) return wire::Error{Code::service_unavailable, "no session ring key is kept here"};
  const std::string access_key_id = record::make_access_key_id("ASIA", input_.account);
  const Secret secret = record::make_secret_access_key();
  const std::string cluster =
      issuer_ == nullptr ? std::string() : cluster_arn(call_.house.names.partition, *issuer_);
  const std::vector<SealedPolicy> policies = session_policies();
  StatementView statement;
  statement.account = input_.account;
  statement.access_key_id = access_key_id;
  statement.secret_access_key = secret.expose();
  statement.role_id = role.id;
  statement.role_name = role.name;
  statement.session_name = input_.session_name;
  statement.provider_arn = provider_arn_;
  statement.issuer = token.issuer();
  if (token.key_id()) statement.key_id = *token.key_id();
  statement.cluster_arn = cluster;
  statement.issued_at = seconds_of(call_.now);
  statement.expires_at = statement.issued_at + input_.duration;
  statement.policy = input_.policy_text;
  statement.policies = policies;
  auto sealed = seal(statement, *ring_key);
  if (!sealed) {
    trace_.fail(Step::session_policy_valid, "session_too_large", sealed.error().message);
    return wire::Error{Code::packed_policy_too_large, std::move(sealed).error().message};
  }
  trace_.pass(Step::session_policy_valid);
  trace_.access_key_id = access_key_id;
  return answer(statement, *sealed, token);
}

wire::Answer Exchange::answer(const StatementView& statement, const Sealed& sealed,
                              const token::IdToken& token) const {
  wire::Xml xml(1024 + sealed.token.size());
  xml.text("SubjectFromWebIdentityToken", token.subject());
  xml.text("Audience", token.audience());
  xml.open("AssumedRoleUser");
  xml.text("AssumedRoleId", concatenate({statement.role_id, ":", statement.session_name}));
  xml.text("Arn", session_arn(call_.house.names.partition, statement));
  xml.close("AssumedRoleUser");
  xml.open("Credentials");
  xml.text("AccessKeyId", statement.access_key_id);
  xml.text("SecretAccessKey", statement.secret_access_key);
  xml.text("SessionToken", sealed.token);
  xml.text("Expiration", to_iso8601(time_of_seconds(statement.expires_at)));
  xml.close("Credentials");
  xml.text("Provider", provider_arn_);
  if (sealed.packed_percent > 0) xml.number("PackedPolicySize", sealed.packed_percent);
  return wire::xml_answer(xml.take());
}

Result<wire::Answer, wire::Error> Exchange::wait() const {
  return wire::wait_for(call_, [outside = call_.house.outside, provider = *provider_](const auto& done) {
    outside->when_keys_settle(provider, [done] { done(wire::OutsideText(std::string())); });
  });
}

Result<wire::Answer, wire::Error> Exchange::run() {
  if (auto done = take_input(); !done) return std::move(done).error();
  auto token = parse_token();
  if (!token) return std::move(token).error();
  auto provider = find_provider(*token);
  if (!provider) return std::move(provider).error();
  provider_ = *provider;
  if (auto done = find_keys(*token); !done) return std::move(done).error();
  if (must_wait_) return wait();
  auto verified = verify(*token);
  if (!verified) return std::move(verified).error();
  auto role = authorise(*verified);
  if (!role) return std::move(role).error();
  if (auto done = check_duration(**role); !done) return std::move(done).error();
  return issue(*verified, **role);
}

}  // namespace

Result<wire::Answer, wire::Error> assume_role_with_web_identity(wire::Call& call) {
  return Exchange(call).run();
}

}  // namespace openirsa::sts
