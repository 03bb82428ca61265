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

// Header and claims are many small pieces that live and go together: one block instead of an allocation each.
// It is not counted, which every piece would pay for twice: whoever copies a claim names a storage of his
// own.
struct Parts {
  Parts() : storage(room, sizeof room), claims(&storage) {}
  unsigned char room[4096];
  json::monotonic_resource storage;
  json::object claims;
};

}  // namespace

Result<SignedToken, Refusal> SignedToken::parse(std::string_view text) {
  auto compact = split_compact(text);
  if (!compact) return std::move(compact).error();
  auto parts = std::make_shared<Parts>();
  auto claims = parse_json_object(compact->payload, {}, &parts->storage);
  if (!claims) return Refusal{Fault::malformed, "the claims cannot be read: " + claims.error().message};
  if (compact->header->refusal) return *compact->header->refusal;

  SignedToken token;
  token.header_ = std::move(compact->header);
  parts->claims = *std::move(claims);
  token.claims_ = std::shared_ptr<const json::object>(parts, &parts->claims);
  token.registered_ = registered_in(*token.claims_);
  token.signing_input_ = compact->signing_input;
  token.signature_ = std::move(compact->signature);
  return token;
}

}  // namespace openirsa::token
