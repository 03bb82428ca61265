// The checks of AssumeRoleWithWebIdentity, from its parameters to the duration: what an exchange must pass,
// and what a simulation of one shows (own/simulation.h). They run in AWS's order with one difference that no
// caller can see: whether the role exists is asked last, so that a missing role and a refused one answer
// alike whatever the token is.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "record/cluster.h"
#include "record/provider.h"
#include "record/role.h"
#include "sts/session_seal.h"
#include "token/id_token.h"
#include "token/signed_token.h"
#include "wire/operation.h"
#include "wire/web_identity_input.h"

namespace openirsa::sts {

// Each step either goes on or says the caller's error, after the call's trace has the reason. Nothing is
// issued and nothing kept.
class WebIdentityCheck {
 public:
  explicit WebIdentityCheck(wire::Call& call) : call_(call), trace_(call.trace) {}

  // The token that passed. Nothing where a foreign issuer's keys must come first: the handler then ends with
  // `return wire::wait_for(call, check.fetch());`.
  Result<std::optional<token::IdToken>, wire::Error> run();
  // The same as if the issuer had signed the token: keys and signature are not looked at, nothing is fetched,
  // and no IdToken comes of it.
  Result<Done, wire::Error> run_unsigned();
  wire::Begin fetch() const;

  // REQUIRES: run() gave a token.
  const wire::WebIdentityInput& input() const { return input_; }
  const record::Role& role() const { return *role_; }
  const record::Issuer* issuer() const { return issuer_; }  // null for a foreign one
  const std::string& provider_arn() const { return trace_.provider_arn; }
  // Session tags and the source identity that the token's claims ask for; null where they ask for none.
  const Extras* extras() const { return extras_ ? &*extras_ : nullptr; }

 private:
  enum class Signature { verified, assumed };
  enum class Keys { found, awaited };
  struct Identity;

  Result<Done, wire::Error> take_input();
  Result<token::SignedToken, wire::Error> parse_token();
  Result<Done, wire::Error> find_provider(const token::SignedToken& token);
  Result<Keys, wire::Error> find_keys(const token::SignedToken& token);
  Result<Keys, wire::Error> find_foreign_keys(const token::SignedToken& token);
  wire::Error refuse_token(const token::Refusal& refusal);
  Result<token::IdToken, wire::Error> verify(const token::SignedToken& token);
  Result<Done, wire::Error> judge_unsigned(const token::SignedToken& token);
  static Identity identity_of(const token::IdToken& token);
  static Identity identity_of(const token::RegisteredClaims& claims);
  void fill_context(policy::Context& context, const Identity& identity) const;
  Result<Done, wire::Error> take_claims(const json::object& claims);
  Result<Done, wire::Error> authorise(const Identity& identity);
  Result<Done, wire::Error> check_duration();

  wire::Call& call_;
  wire::Trace& trace_;
  Signature signature_ = Signature::verified;
  wire::WebIdentityInput input_;
  const record::Role* role_ = nullptr;  // with the name asked for, whatever its path and case
  const record::OpenIdConnectProvider* provider_ = nullptr;
  const record::Issuer* issuer_ = nullptr;
  std::shared_ptr<const token::JwkSet> foreign_keys_;
  std::optional<Extras> extras_;
};

}  // namespace openirsa::sts
