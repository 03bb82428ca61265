#include "token/signed_token.h"

#include "token/compact.h"

namespace openirsa::token {

namespace {

// Header and claims are many small pieces that live and go together: one block instead of an allocation and a
// count of owners each.
struct Kept {
  explicit Kept(std::size_t size) : storage(size) {}
  json::monotonic_resource storage;
  std::optional<json::object> claims;
};

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
  auto kept = std::make_shared<Kept>(2 * text.size() + 1024);
  auto compact = split_compact(text, &kept->storage);
  if (!compact) return std::move(compact).error();
  auto claims = parse_json_object(compact->payload, {}, &kept->storage);
  if (!claims) return Refusal{Fault::malformed, "the claims cannot be read: " + claims.error().message};
  if (auto refusal = judge_header(compact->header)) return *std::move(refusal);

  SignedToken token;
  token.algorithm_ = std::move(compact->algorithm);
  token.key_id_ = std::move(compact->key_id);
  kept->claims.emplace(*std::move(claims));
  token.claims_ = std::shared_ptr<const json::object>(kept, &*kept->claims);
  token.registered_ = registered_in(*token.claims_);
  token.signing_input_ = compact->signing_input;
  token.signature_ = std::move(compact->signature);
  return token;
}

}  // namespace openirsa::token
