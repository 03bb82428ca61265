#include "token/verifier.h"

#include <algorithm>

#include "base/text.h"
#include "token/compact.h"

namespace openirsa::token {
namespace {

constexpr crypto::Algorithm allowed[] = {crypto::Algorithm::rs256, crypto::Algorithm::rs384,
                                         crypto::Algorithm::rs512, crypto::Algorithm::es256,
                                         crypto::Algorithm::es384, crypto::Algorithm::es512};
constexpr std::int64_t end_of_time =
    253402300799;  // 9999-12-31T23:59:59Z: the last second that our time texts write

struct Signed {
  std::string_view algorithm;
  const std::optional<std::string>& key_id;
  std::string_view input;
  std::string_view signature;
};

// Whether `key` may have made a signature with the header's algorithm: the key decides, the header must agree
// (RFC 8725 §3.1).
bool agrees(const Jwk& key, crypto::Algorithm algorithm) {
  return crypto::fits(key.key.type(), algorithm) && (!key.algorithm || *key.algorithm == algorithm);
}

Result<std::size_t, Refusal> find_signer(const Signed& token, const JwkSet& keys) {
  const auto* algorithm = std::ranges::find(allowed, token.algorithm, crypto::name_of);
  if (algorithm == std::end(allowed)) {
    return Refusal{Fault::algorithm_not_allowed, "the header's `alg` is not one of the six that are taken",
                   "RS256, RS384, RS512, ES256, ES384 or ES512", std::string{token.algorithm}};
  }
  if (keys.keys().empty()) return Refusal{Fault::unknown_key, "the issuer has no keys"};
  if (!token.key_id && keys.keys().size() > 1) {
    return Refusal{Fault::key_id_required, "the header has no `kid` and the issuer has several keys"};
  }
  bool known = false;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < keys.keys().size(); ++i) {
    const Jwk& key = keys.keys()[i];
    if (token.key_id && key.key_id != token.key_id) continue;
    known = true;
    if (!agrees(key, *algorithm)) continue;
    if (key.key.verify(*algorithm, token.input, token.signature)) return i;
    if (++tried == JwkSet::most_keys_of_an_id) break;  // bounds what a forged token costs
  }
  if (!known)
    return Refusal{Fault::unknown_key, "no key of the issuer has the header's `kid`", "", *token.key_id};
  if (tried == 0) {
    return Refusal{Fault::algorithm_not_allowed, "the key is not for the header's `alg`", "",
                   std::string{token.algorithm}};
  }
  return Refusal{Fault::signature_mismatch, "the signature is not the key's"};
}

struct Claims {
  std::string_view issuer;
  std::string_view subject;
  std::vector<std::string_view> audiences;
  std::optional<std::string_view> authorized_party;
  std::int64_t expires_at;
  std::int64_t issued_at;
  std::optional<std::int64_t> not_before;
};

Refusal missing(std::string_view claim) { return {Fault::missing_claim, std::string{claim}}; }
Refusal wrong_type(std::string_view claim, std::string expected) {
  return {Fault::wrong_claim_type, std::string{claim}, std::move(expected)};
}

bool is_blank(const json::value* claim) {
  return claim == nullptr || (claim->is_string() && claim->get_string().empty()) ||
         (claim->is_array() && claim->get_array().empty());
}

// RFC 7519 §4.1.3: one string, or an array of strings.
bool read_audiences(const json::value& claim, std::vector<std::string_view>& audiences) {
  if (claim.is_string()) {
    audiences.emplace_back(claim.get_string());
    return true;
  }
  const json::array* list = claim.if_array();
  if (list == nullptr ||
      !std::ranges::all_of(*list, [](const json::value& entry) { return entry.is_string(); })) {
    return false;
  }
  for (const json::value& entry : *list) audiences.emplace_back(entry.get_string());
  return true;
}

std::optional<std::int64_t> date_of(const json::value* claim) {
  const auto seconds = integer_of(claim);
  return seconds && *seconds >= 0 && *seconds <= end_of_time ? seconds : std::nullopt;
}

Result<Claims, Refusal> read_claims(const RegisteredClaims& found) {
  if (is_blank(found.issuer)) return missing("iss");
  if (is_blank(found.audience)) return missing("aud");
  if (is_blank(found.subject)) return missing("sub");
  if (is_blank(found.expires_at)) return missing("exp");
  if (is_blank(found.issued_at)) return missing("iat");
  const auto issuer = text_of(found.issuer);
  if (!issuer) return wrong_type("iss", "a string");
  Claims claims{};
  if (!read_audiences(*found.audience, claims.audiences)) {
    return wrong_type("aud", "a string or an array of strings");
  }
  const auto subject = text_of(found.subject);
  if (!subject) return wrong_type("sub", "a string");
  const auto expires_at = date_of(found.expires_at);
  if (!expires_at) return wrong_type("exp", "an integer date");
  const auto issued_at = date_of(found.issued_at);
  if (!issued_at) return wrong_type("iat", "an integer date");
  claims.not_before = date_of(found.not_before);
  if (!claims.not_before && found.not_before != nullptr) return wrong_type("nbf", "an integer date");
  claims.authorized_party = text_of(found.authorized_party);
  if (!claims.authorized_party && found.authorized_party != nullptr) return wrong_type("azp", "a string");
  claims.issuer = *issuer;
  claims.subject = *subject;
  claims.expires_at = *expires_at;
  claims.issued_at = *issued_at;
  return claims;
}

// The audience that must be registered, or why there is none.
Result<std::string_view, Refusal> audience_of(const Claims& claims, const Expectation& expected) {
  if (!claims.authorized_party && claims.audiences.size() > 1) {
    return Refusal{Fault::several_audiences, "`aud` names several audiences and there is no `azp`"};
  }
  const std::string_view audience = claims.authorized_party.value_or(claims.audiences.front());
  if (expected.client_ids == nullptr ||
      std::ranges::find(*expected.client_ids, audience) == expected.client_ids->end()) {
    return Refusal{Fault::audience_mismatch, "the audience is not among the client ids", "",
                   std::string{audience}};
  }
  return audience;
}

std::optional<Refusal> judge_times(const Claims& claims, const Expectation& expected, Time now_) {
  const std::int64_t now = seconds_of(now_);
  const std::int64_t leeway = expected.leeway.count();
  const auto refuse = [&](Fault fault, std::string detail, std::int64_t claim) {
    return Refusal{fault, std::move(detail), std::to_string(now), std::to_string(claim)};
  };
  // RFC 7519 §4.1.4: refused on or after `exp`; §4.1.5: taken from `nbf` on.
  if (now - leeway >= claims.expires_at)
    return refuse(Fault::expired, "the token has expired", claims.expires_at);
  if (claims.not_before && now + leeway < *claims.not_before) {
    return refuse(Fault::not_yet_valid, "the token is not valid yet", *claims.not_before);
  }
  if (now + leeway < claims.issued_at) {
    return refuse(Fault::issued_in_future, "the token was issued in the future", claims.issued_at);
  }
  const std::int64_t age = now - claims.issued_at;
  if (expected.maximum_age && age - leeway > expected.maximum_age->count()) {
    return Refusal{Fault::too_old, "the token was issued too long ago",
                   std::to_string(expected.maximum_age->count()), std::to_string(age)};
  }
  return std::nullopt;
}

// Issuer and audience, in AWS's order; the audience that matched.
Result<std::string_view, Refusal> judge_parties(const Claims& claims, const Expectation& expected) {
  if (claims.issuer != expected.issuer) {
    return Refusal{Fault::issuer_mismatch, "`iss` is not the issuer", std::string{expected.issuer},
                   std::string{claims.issuer}};
  }
  return audience_of(claims, expected);
}

}  // namespace

std::optional<Refusal> TokenVerifier::judge_claims(const SignedToken& token, const Expectation& expected) {
  const auto claims = read_claims(token.registered_);
  if (!claims) return claims.error();
  const auto audience = judge_parties(*claims, expected);
  if (!audience) return audience.error();
  return std::nullopt;
}

std::optional<Refusal> TokenVerifier::judge_dates(const SignedToken& token, const Expectation& expected,
                                                  Time now) {
  const auto claims = read_claims(token.registered_);
  if (!claims) return claims.error();
  return judge_times(*claims, expected, now);
}

Result<IdToken, Refusal> TokenVerifier::verify(const SignedToken& token, const Expectation& expected,
                                               const JwkSet& keys, Time now) {
  auto claims = read_claims(token.registered_);
  if (!claims) return std::move(claims).error();
  const auto audience = judge_parties(*claims, expected);
  if (!audience) return audience.error();
  const auto signer = verify_signature(token, keys);
  if (!signer) return signer.error();
  if (auto refusal = judge_times(*claims, expected, now)) return *std::move(refusal);

  IdToken verified;
  verified.issuer_ = claims->issuer;
  verified.subject_ = claims->subject;
  verified.audience_ = *audience;
  verified.original_audiences_ = std::move(claims->audiences);
  verified.has_authorized_party_ = claims->authorized_party.has_value();
  verified.key_id_ = keys.keys()[*signer].key_id;
  verified.expires_at_ = time_of_seconds(claims->expires_at);
  verified.issued_at_ = time_of_seconds(claims->issued_at);
  verified.claims_ = token.claims_;
  return verified;
}

Result<std::size_t, Refusal> TokenVerifier::verify_signature(const SignedToken& token, const JwkSet& keys) {
  return find_signer(
      {token.header_->algorithm, token.header_->key_id, token.signing_input_, token.signature_}, keys);
}

Result<std::string, Refusal> TokenVerifier::verify_jws(std::string_view compact, const JwkSet& keys) {
  auto parts = split_compact(compact);
  if (!parts) return std::move(parts).error();
  if (parts->header->refusal) return *parts->header->refusal;
  const auto signer = find_signer(
      {parts->header->algorithm, parts->header->key_id, parts->signing_input, parts->signature}, keys);
  if (!signer) return signer.error();
  return std::move(parts->payload);
}

}  // namespace openirsa::token
