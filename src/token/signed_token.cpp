#include "token/signed_token.h"

#include "token/compact.h"

namespace openirsa::token {

namespace {

RegisteredClaims registered_in(const json::object& claims) {
  RegisteredClaims found;
  for (const auto& claim : claims) {
    const std::string_view name{claim.key().data(), claim.key().size()};
    if (name.size() != 3) continue;
    if (name == "iss") found.issuer = &claim.value();
    if (name == "sub") found.subject = &claim.value();
    if (name == "aud") found.audience = &claim.value();
    if (name == "azp") found.authorized_party = &claim.value();
    if (name == "exp") found.expires_at = &claim.value();
    if (name == "nbf") found.not_before = &claim.value();
    if (name == "iat") found.issued_at = &claim.value();
  }
  return found;
}

}  // namespace

Result<SignedToken, Refusal> SignedToken::parse(std::string_view text) {
  // Header and claims are many small pieces that live and go together: one block instead of an allocation
  // each. It is counted, for whoever copies an object copies its storage along.
  const auto storage = json::make_shared_resource<json::monotonic_resource>(2 * text.size() + 1024);
  auto compact = split_compact(text, storage);
  if (!compact) return std::move(compact).error();
  auto claims = parse_json_object(compact->payload, {}, storage);
  if (!claims) return Refusal{Fault::malformed, "the claims cannot be read: " + claims.error().message};
  if (auto refusal = judge_header(compact->header)) return *std::move(refusal);

  SignedToken token;
  token.algorithm_ = std::move(compact->algorithm);
  token.key_id_ = std::move(compact->key_id);
  token.claims_ = std::make_shared<const json::object>(*std::move(claims));
  token.registered_ = registered_in(*token.claims_);
  token.signing_input_ = compact->signing_input;
  token.signature_ = std::move(compact->signature);
  return token;
}

}  // namespace openirsa::token
