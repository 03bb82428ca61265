// The only maker of IdToken. Checks run in AWS's order (issuer, audience, signature, time) so that the code a
// caller sees is the one AWS would give; every claim is either expected or explicitly ignored.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "token/id_token.h"
#include "token/jwk.h"
#include "token/signed_token.h"

namespace openirsa::token {

struct Expectation {
  std::string_view issuer;                               // compared byte for byte with `iss`
  const std::vector<std::string>* client_ids = nullptr;  // one must equal the audience byte for byte
  std::chrono::seconds leeway{300};                      // on exp, nbf and iat
  std::optional<std::chrono::seconds> maximum_age = {};  // since iat, for tokens that have not expired
};

class TokenVerifier {
 public:
  // Required claims: iss, aud, sub, exp, iat; nbf optional; dates are JSON integers from 1970 to the year
  // 9999. With `azp`, the audience is azp and the original aud stays visible as IdToken::original_audiences;
  // several audiences need azp. The algorithm comes from the key and must equal the header's; `kid` is
  // required when the set holds several keys, and a token's `kid` must equal a key's. Where keys share a
  // `kid`, the first JwkSet::most_keys_of_an_id that fit the algorithm are tried.
  static Result<IdToken, Refusal> verify(const SignedToken& token, const Expectation& expected,
                                         const JwkSet& keys, Time now);

  // The part of verify() that needs no key: claims, issuer and audience. Nothing when they stand; the token
  // is not verified by that.
  static std::optional<Refusal> judge_claims(const SignedToken& token, const Expectation& expected);

  // The part of verify() that needs no key and comes after the signature: the dates.
  static std::optional<Refusal> judge_dates(const SignedToken& token, const Expectation& expected, Time now);

  // The signature check alone: which key of the set verifies the token (its index), by the same rules. For
  // tests against public vectors and for tools that explain.
  static Result<std::size_t, Refusal> verify_signature(const SignedToken& token, const JwkSet& keys);

  // As SignedToken::parse and verify_signature on any compact JWS whose payload need not be claims. Returns
  // the payload.
  static Result<std::string, Refusal> verify_jws(std::string_view compact, const JwkSet& keys);
};

}  // namespace openirsa::token
