// Tokens that tests make, good and bad, and how the verifier judges them. Included by tests only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "token/signer.h"
#include "token/verifier.h"

namespace openirsa::token::test {

inline constexpr std::int64_t now = 1795521600;
inline const std::string issuer = "https://oidc.openirsa.test/id/0123456789ABCDEF0123456789ABCDEF";
inline const std::vector<std::string> client_ids{"sts.amazonaws.com", "second"};

inline const crypto::PrivateKey& rsa() {
  static const crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::rsa);
  return key;
}
inline const crypto::PrivateKey& curve() {
  static const crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  return key;
}

inline json::object good_claims() {
  return {{"iss", issuer},
          {"aud", "sts.amazonaws.com"},
          {"sub", "system:serviceaccount:default:app"},
          {"exp", now + 3600},
          {"iat", now}};
}
inline json::object with(std::string_view name, json::value value) {
  json::object claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}
inline json::object without(std::string_view name) {
  json::object claims = good_claims();
  claims.erase(name);
  return claims;
}

inline JwkSet rsa_set(std::optional<std::string> key_id = "a",
                      std::optional<crypto::Algorithm> algorithm = {}) {
  return JwkSet{{Jwk{std::move(key_id), algorithm, rsa().public_key()}}};
}

// A token with any header: sign_token makes good ones only.
inline std::string compact(const json::object& header, const json::object& claims,
                           const crypto::PrivateKey& key = rsa(),
                           crypto::Algorithm algorithm = crypto::Algorithm::rs256) {
  const std::string input =
      to_base64url(json::serialize(header)) + '.' + to_base64url(json::serialize(claims));
  return input + '.' + to_base64url(key.sign(algorithm, input));
}

inline Result<IdToken, Refusal> verify(const std::string& text, const JwkSet& keys = rsa_set(),
                                       std::int64_t at = now, Expectation expected = {issuer, &client_ids}) {
  const auto token = SignedToken::parse(text);
  if (!token) return token.error();
  return TokenVerifier::verify(*token, expected, keys, time_of_seconds(at));
}

inline Result<IdToken, Refusal> verify_claims(const json::object& claims, std::int64_t at = now) {
  return verify(sign_token(claims, "a", crypto::Algorithm::rs256, rsa()), rsa_set(), at);
}

// Nothing for an accepted token.
inline std::optional<Fault> fault_of(const Result<IdToken, Refusal>& result) {
  return result ? std::nullopt : std::optional{result.error().code};
}

inline Refusal refusal_of(const Result<IdToken, Refusal>& result) {
  return result ? Refusal{Fault::malformed, "accepted"} : result.error();
}

}  // namespace openirsa::token::test
