// A compact JWS (RFC 7515 §3.1) carrying claims: parsed and NOT believed. It offers only what is needed to
// find the issuer's keys and to say in a trace what came. IdToken (id_token.h) is the believed form; only the
// verifier makes it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "token/fault.h"
#include "token/header.h"

namespace openirsa::token {

// The claims that RFC 7519 §4.1 and OpenID Connect name, found once; null where one is absent.
struct RegisteredClaims {
  const json::value* issuer = nullptr;            // iss
  const json::value* subject = nullptr;           // sub
  const json::value* audience = nullptr;          // aud
  const json::value* authorized_party = nullptr;  // azp
  const json::value* expires_at = nullptr;        // exp
  const json::value* not_before = nullptr;        // nbf
  const json::value* issued_at = nullptr;         // iat
};

class SignedToken {
 public:
  // Refuses: more than 20,000 characters; other than three segments; padding, foreign letters or
  // non-canonical base64url; header or claims that are not a JSON object or hold duplicate names; `alg` or
  // `kid` that is not a string; a `typ` other than JWT in any case, with or without `application/` (RFC 8725
  // §3.11, RFC 7515 §4.1.9); any `crit`; `b64` other than true; JWE. Header keys (`jwk`, `jku`, `x5u`, `x5c`)
  // are ignored. All of that is Fault::malformed, Fault::wrong_type or Fault::critical_header.
  // REQUIRES: the text outlives the token, which does not copy what was signed.
  static Result<SignedToken, Refusal> parse(std::string_view text);
  static Result<SignedToken, Refusal> parse(std::string&& text) = delete;

  // Unverified, for looking up and for traces only.
  std::optional<std::string_view> unverified_issuer() const { return text_of(registered_.issuer); }
  std::optional<std::string_view> unverified_subject() const { return text_of(registered_.subject); }
  const RegisteredClaims& unverified_registered_claims() const { return registered_; }
  // A copy of a claim names its own storage, `json::value(claim, {})`: the token's goes with the token.
  const json::object& unverified_claims() const { return *claims_; }
  std::string_view unverified_algorithm() const { return header_->algorithm; }
  const std::optional<std::string>& key_id() const { return header_->key_id; }

 private:
  friend class TokenVerifier;
  SignedToken() = default;

  std::shared_ptr<const Header> header_;
  std::shared_ptr<const json::object> claims_;
  RegisteredClaims registered_;     // parts of claims_
  std::string_view signing_input_;  // of the text: ASCII(header) '.' ASCII(claims)
  std::string signature_;
};

}  // namespace openirsa::token
