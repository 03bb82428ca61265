#include "sts/web_identity_check.h"

#include "base/text.h"
#include "issuer/registry.h"
#include "record/key.h"
#include "sts/refusal.h"
#include "sts/session_tags.h"
#include "sts/trust_question.h"
#include "token/verifier.h"
#include "wire/outside.h"
#include "wire/request_keys.h"

namespace openirsa::sts {
namespace {

using wire::Code;
using wire::Step;

constexpr std::string_view https = "https://";

}  // namespace

// What a trust policy sees of a token.
struct WebIdentityCheck::Identity {
  std::string_view subject;
  std::string_view audience;
  bool has_authorized_party = false;
  std::string_view original_audience;  // where there is an authorized party and exactly one `aud`
};

Result<Done, wire::Error> WebIdentityCheck::take_input() {
  if (const auto arn = call_.parameters.find("RoleArn")) trace_.role_arn = arn->substr(0, 2048);
  auto input = wire::parse_web_identity_input(call_.parameters, call_.house.names.partition);
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

Result<token::SignedToken, wire::Error> WebIdentityCheck::parse_token() {
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

Result<Done, wire::Error> WebIdentityCheck::find_provider(const token::SignedToken& token) {
  const std::string_view issuer = token.unverified_issuer().value_or(std::string_view{});
  if (issuer.empty()) {
    const token::Refusal refusal{token::Fault::missing_claim, "iss", {}, {}};
    fail_token(trace_, Step::issuer_known, refusal);
    return web_identity_error(refusal, call_.now);
  }
  if (issuer.starts_with(https)) {
    provider_ = record::find<record::OpenIdConnectProvider>(
        *call_.snapshot, record::provider_key(input_.account, issuer.substr(https.size())));
  }
  if (provider_ == nullptr) {
    explain_missing_provider(call_, input_.account, issuer);
    return wire::Error{Code::invalid_identity_token,
                       "No OpenIDConnect provider found in your account for " + std::string(issuer)};
  }
  trace_.provider_arn = provider_->arn(call_.house.names.partition);
  trace_.pass(Step::provider_found);
  return Done{};
}

// Our own issuers are looked up in the registry, for every account; any other issuer's keys belong to the
// account's provider alone.
Result<WebIdentityCheck::Keys, wire::Error> WebIdentityCheck::find_keys(const token::SignedToken& token) {
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
  return Keys::found;
}

Result<WebIdentityCheck::Keys, wire::Error> WebIdentityCheck::find_foreign_keys(
    const token::SignedToken& token) {
  // AWS's order: nothing is fetched for a token that its claims refuse already.
  const std::string url = concatenate({https, provider_->url});
  const token::Expectation expected{.issuer = url, .client_ids = &provider_->client_ids};
  if (auto refusal = token::TokenVerifier::judge_claims(token, expected)) {
    trace_.pass(Step::issuer_known);
    return refuse_token(*refusal);
  }
  if (signature_ == Signature::assumed) {
    trace_.pass(Step::issuer_known);
    return Keys::found;
  }
  wire::Outside::Keys found{.keys = provider_->key_set, .must_wait = false, .failure = {}};
  if (found.keys == nullptr) found = call_.house.outside->keys_of(*provider_, token.key_id(), call_.now);
  if (found.keys != nullptr) {
    foreign_keys_ = std::move(found.keys);
    trace_.pass(Step::issuer_known);
    return Keys::found;
  }
  if (found.must_wait && call_.came == nullptr) return Keys::awaited;
  const wire::OutsideFailure failure =
      found.failure.value_or(wire::OutsideFailure{true, "the issuer's keys did not come in time"});
  trace_.fail(Step::issuer_known, failure.retryable ? "issuer_unreachable" : "issuer_unusable",
              failure.reason, {}, std::string(*token.unverified_issuer()),
              failure.retryable ? "try again; openirsa create provider --jwks FILE works without the network"
                                : "compare the issuer's discovery document with the provider's URL");
  if (failure.retryable) return wire::Error{Code::idp_communication_error, std::string(communication_text)};
  return wire::Error{Code::invalid_identity_token, std::string(verification_key_text)};
}

wire::Error WebIdentityCheck::refuse_token(const token::Refusal& refusal) {
  pass_steps_before(trace_, refusal.code);
  fail_token(trace_, step_of(refusal.code), refusal);
  return web_identity_error(refusal, call_.now);
}

Result<token::IdToken, wire::Error> WebIdentityCheck::verify(const token::SignedToken& token) {
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

// The claims of a token that nobody signed, judged as verify() judges them.
Result<Done, wire::Error> WebIdentityCheck::judge_unsigned(const token::SignedToken& token) {
  const std::string url = concatenate({https, provider_->url});
  const token::Expectation expected{.issuer = url, .client_ids = &provider_->client_ids};
  if (auto refusal = token::TokenVerifier::judge_claims(token, expected)) return refuse_token(*refusal);
  trace_.pass(Step::claims_complete);
  trace_.pass(Step::audience_allowed);
  if (auto refusal = token::TokenVerifier::judge_dates(token, expected, call_.now)) {
    fail_token(trace_, step_of(refusal->code), *refusal);
    return web_identity_error(*refusal, call_.now);
  }
  trace_.pass(Step::token_times_valid);
  return Done{};
}

WebIdentityCheck::Identity WebIdentityCheck::identity_of(const token::IdToken& token) {
  Identity identity{.subject = token.subject(),
                    .audience = token.audience(),
                    .has_authorized_party = token.has_authorized_party(),
                    .original_audience = {}};
  if (token.original_audiences().size() == 1) identity.original_audience = token.original_audiences().front();
  return identity;
}

// REQUIRES: judge_unsigned() let the claims pass.
WebIdentityCheck::Identity WebIdentityCheck::identity_of(const token::RegisteredClaims& claims) {
  Identity identity;
  identity.subject = *text_of(claims.subject);
  if (const auto one = text_of(claims.audience)) {
    identity.original_audience = *one;
  } else if (const json::array& several = claims.audience->get_array(); several.size() == 1) {
    identity.original_audience = several.front().get_string();
  }
  const auto authorized = text_of(claims.authorized_party);
  identity.has_authorized_party = authorized.has_value();
  identity.audience = authorized.value_or(identity.original_audience);
  return identity;
}

void WebIdentityCheck::fill_context(policy::Context& context, const Identity& identity) const {
  const auto& keys = provider_->claim_keys;
  context.add(keys.audience, identity.audience);
  context.add(keys.subject, identity.subject);
  if (identity.has_authorized_party) {
    context.add(keys.authorized_party, identity.audience);
    if (!identity.original_audience.empty()) {
      context.add(keys.original_audience, identity.original_audience);
    }
  }
  context.add("sts:RoleSessionName", input_.session_name);
  context.add_value("sts:DurationSeconds", std::to_string(input_.duration));
  context.add("aws:FederatedProvider", provider_arn());
  wire::add_request_keys(call_, call_.region, context);
  if (!extras_) return;
  add_tag_keys(extras_->tags, context);
  if (!extras_->source_identity.empty()) context.add("sts:SourceIdentity", extras_->source_identity);
}

// The claims of AWS's own name; most tokens have none.
Result<Done, wire::Error> WebIdentityCheck::take_claims(const json::object& claims) {
  if (!claims_extras(claims)) return Done{};
  auto extras = parse_claimed_extras(claims);
  if (!extras) {
    trace_.fail(Step::claims_complete, "session_claims_invalid",
                concatenate({"the claim ", tags_claim, " or ", source_identity_claim,
                             " cannot be used: ", extras.error().message}));
    return std::move(extras).error();
  }
  extras_ = *std::move(extras);
  return Done{};
}

Result<Done, wire::Error> WebIdentityCheck::authorise(const Identity& identity) {
  // The key ignores case and path, an ARN does not.
  const bool exists = role_ != nullptr && role_->has_arn(call_.house.names.partition, input_.role_arn);
  TrustQuestion question(exists ? role_->trust : nobodys_trust(), provider_arn(), input_.role_arn);
  fill_context(question.context(), identity);
  policy::Decision decision = question.decide();
  std::string_view action = "sts:AssumeRoleWithWebIdentity";
  const auto ask_too = [&](std::string_view further) {
    if (!decision.allowed()) return;
    question.ask_for(action = further);
    decision = question.decide();
  };
  if (extras_ && !extras_->tags.empty()) ask_too("sts:TagSession");
  if (extras_ && !extras_->source_identity.empty()) ask_too("sts:SetSourceIdentity");
  if (exists && decision.allowed()) {
    trace_.pass(Step::role_found);
    trace_.pass(Step::trust_policy_allowed);
    return Done{};
  }
  // From here on a missing role and a refused one take the same steps.
  auto later = std::make_shared<const KeptQuestion>(question);
  if (exists) {
    trace_.pass(Step::role_found);
    fail_trust(trace_, decision);
    trace_.explain_later = [later](wire::Trace& trace) { explain_trust_refusal(trace, later->explain()); };
  } else {
    explain_missing_role(trace_, call_.house.names.partition, role_, input_.role_arn);
  }
  return not_authorised(action);
}

Result<Done, wire::Error> WebIdentityCheck::check_duration() {
  if (input_.duration <= role_->max_session_seconds) {
    trace_.pass(Step::duration_allowed);
    return Done{};
  }
  trace_.fail(Step::duration_allowed, "duration_above_maximum",
              "DurationSeconds is more than the role's MaxSessionDuration",
              std::to_string(role_->max_session_seconds), std::to_string(input_.duration),
              "ask for less, or raise it: aws iam update-role --max-session-duration");
  return wire::Error{Code::validation_error,
                     "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."};
}

wire::Begin WebIdentityCheck::fetch() const {
  return [outside = call_.house.outside, provider = *provider_](const auto& done) {
    outside->when_keys_settle(provider, [done] { done(wire::OutsideText(std::string())); });
  };
}

Result<std::optional<token::IdToken>, wire::Error> WebIdentityCheck::run() {
  if (auto done = take_input(); !done) return std::move(done).error();
  auto token = parse_token();
  if (!token) return std::move(token).error();
  if (auto done = find_provider(*token); !done) return std::move(done).error();
  auto keys = find_keys(*token);
  if (!keys) return std::move(keys).error();
  if (*keys == Keys::awaited) return std::optional<token::IdToken>();
  auto verified = verify(*token);
  if (!verified) return std::move(verified).error();
  if (auto done = take_claims(verified->claims()); !done) return std::move(done).error();
  if (auto done = authorise(identity_of(*verified)); !done) return std::move(done).error();
  if (auto done = check_duration(); !done) return std::move(done).error();
  return std::optional(std::move(*verified));
}

Result<Done, wire::Error> WebIdentityCheck::run_unsigned() {
  signature_ = Signature::assumed;
  if (auto done = take_input(); !done) return done;
  const auto token = parse_token();
  if (!token) return token.error();
  if (auto done = find_provider(*token); !done) return done;
  if (auto keys = find_keys(*token); !keys) return std::move(keys).error();
  if (auto done = judge_unsigned(*token); !done) return done;
  if (auto done = take_claims(token->unverified_claims()); !done) return done;
  if (auto done = authorise(identity_of(token->unverified_registered_claims())); !done) return done;
  return check_duration();
}

}  // namespace openirsa::sts
