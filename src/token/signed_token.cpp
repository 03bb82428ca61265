#include "token/signed_token.h"

#include "token/compact.h"

namespace openirsa::token {

Result<SignedToken, Refusal> SignedToken::parse(std::string_view text) {
  auto compact = split_compact(text);
  if (!compact) return std::move(compact).error();
  // Claims are many small pieces that live and go together: one block instead of an allocation each.
  auto claims = parse_json_object(
      compact->payload, {},
      json::make_shared_resource<json::monotonic_resource>(2 * compact->payload.size() + 1024));
  if (!claims) return Refusal{Fault::malformed, "the claims cannot be read: " + claims.error().message};
  if (auto refusal = judge_header(compact->header)) return *std::move(refusal);

  SignedToken token;
  token.algorithm_ = std::move(compact->algorithm);
  token.key_id_ = std::move(compact->key_id);
  token.claims_ = std::make_shared<const json::object>(*std::move(claims));
  token.signing_input_ = compact->signing_input;
  token.signature_ = std::move(compact->signature);
  return token;
}

}  // namespace openirsa::token
