#include "token/verifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "token/signer.h"

namespace openirsa::token {
namespace {

using crypto::Algorithm;
using crypto::KeyType;
using crypto::PrivateKey;

constexpr std::int64_t now = 1795521600;
const std::string issuer = "https://oidc.openirsa.test/id/0123456789ABCDEF0123456789ABCDEF";
const std::vector<std::string> client_ids{"sts.amazonaws.com", "second"};

const PrivateKey& rsa() {
  static const PrivateKey key = PrivateKey::generate(KeyType::rsa);
  return key;
}
const PrivateKey& curve() {
  static const PrivateKey key = PrivateKey::generate(KeyType::p256);
  return key;
}

json::object good_claims() {
  return {{"iss", issuer},
          {"aud", "sts.amazonaws.com"},
          {"sub", "system:serviceaccount:default:app"},
          {"exp", now + 3600},
          {"iat", now}};
}
json::object with(std::string_view name, json::value value) {
  json::object claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}
json::object without(std::string_view name) {
  json::object claims = good_claims();
  claims.erase(name);
  return claims;
}

JwkSet rsa_set(std::optional<std::string> key_id = "a", std::optional<Algorithm> algorithm = {}) {
  return JwkSet{{Jwk{std::move(key_id), algorithm, rsa().public_key()}}};
}

// A token with any header: sign_token makes good ones only.
std::string compact(const json::object& header, const json::object& claims, const PrivateKey& key = rsa(),
                    Algorithm algorithm = Algorithm::rs256) {
  const std::string input =
      to_base64url(json::serialize(header)) + '.' + to_base64url(json::serialize(claims));
  return input + '.' + to_base64url(key.sign(algorithm, input));
}

Result<IdToken, Refusal> verify(const std::string& text, const JwkSet& keys = rsa_set(),
                                std::int64_t at = now, Expectation expected = {issuer, &client_ids}) {
  const auto token = SignedToken::parse(text);
  if (!token) return token.error();
  return TokenVerifier::verify(*token, expected, keys, time_of_seconds(at));
}

Result<IdToken, Refusal> verify_claims(const json::object& claims, std::int64_t at = now) {
  return verify(sign_token(claims, "a", Algorithm::rs256, rsa()), rsa_set(), at);
}

// Nothing for an accepted token.
std::optional<Fault> fault_of(const Result<IdToken, Refusal>& result) {
  return result ? std::nullopt : std::optional{result.error().code};
}

Refusal refusal_of(const Result<IdToken, Refusal>& result) {
  return result ? Refusal{Fault::malformed, "accepted"} : result.error();
}

TEST(Verify, makes_an_id_token) {
  json::object claims = with("nbf", now);
  claims["kubernetes.io"] = {{"namespace", "default"}};
  const auto token = verify_claims(claims);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->issuer(), issuer);
  EXPECT_EQ(token->subject(), "system:serviceaccount:default:app");
  EXPECT_EQ(token->audience(), "sts.amazonaws.com");
  EXPECT_EQ(token->original_audiences(), std::vector<std::string>{"sts.amazonaws.com"});
  EXPECT_FALSE(token->has_authorized_party());
  EXPECT_EQ(token->key_id(), "a");
  EXPECT_EQ(token->expires_at(), time_of_seconds(now + 3600));
  EXPECT_EQ(token->issued_at(), time_of_seconds(now));
  EXPECT_EQ(token->claims(), claims);
}

TEST(Verify, outlives_the_signed_token) {
  auto token = [] { return verify(sign_token(good_claims(), "a", Algorithm::rs256, rsa())); }();
  ASSERT_TRUE(token);
  EXPECT_EQ(find_string(token->claims(), "iss"), issuer);
}

TEST(Verify, needs_each_required_claim) {
  for (const std::string_view name : {"iss", "aud", "sub", "exp", "iat"}) {
    const auto result = verify_claims(without(name));
    EXPECT_EQ(fault_of(result), Fault::missing_claim) << name;
    EXPECT_EQ(refusal_of(result).detail, name);
  }
  EXPECT_EQ(fault_of(verify_claims(without("nbf"))), std::nullopt);
}

TEST(Verify, takes_an_empty_claim_for_none) {
  EXPECT_EQ(fault_of(verify_claims(with("sub", ""))), Fault::missing_claim);
  EXPECT_EQ(fault_of(verify_claims(with("iss", ""))), Fault::missing_claim);
  EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{}))), Fault::missing_claim);
}

TEST(Verify, needs_each_claim_in_its_type) {
  const std::pair<const char*, json::value> cases[] = {
      {"iss", 1},
      {"iss", nullptr},
      {"iss", json::array{issuer}},
      {"sub", 7},
      {"sub", json::object{}},
      {"aud", 7},
      {"aud", json::object{}},
      {"aud", nullptr},
      {"aud", json::array{"sts.amazonaws.com", 7}},
      {"azp", 7},
      {"azp", nullptr},
      {"exp", "1795525200"},
      {"iat", true},
      {"nbf", "0"},
      {"nbf", nullptr},
  };
  for (const auto& [name, value] : cases) {
    const auto result = verify_claims(with(name, value));
    EXPECT_EQ(fault_of(result), Fault::wrong_claim_type) << name << " " << value;
    EXPECT_EQ(refusal_of(result).detail, name);
  }
}

TEST(Verify, takes_integer_dates_only) {
  for (const char* name : {"exp", "iat", "nbf"}) {
    EXPECT_EQ(fault_of(verify_claims(with(name, double(now) + 0.5))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, double(now)))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, -1))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, 253402300800))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, std::numeric_limits<std::int64_t>::max()))),
              Fault::wrong_claim_type);
    EXPECT_EQ(fault_of(verify_claims(with(name, std::numeric_limits<std::int64_t>::min()))),
              Fault::wrong_claim_type);
    EXPECT_EQ(fault_of(verify_claims(with(name, std::numeric_limits<std::uint64_t>::max()))),
              Fault::wrong_claim_type);
  }
  EXPECT_EQ(fault_of(verify_claims(with("exp", 253402300799))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("iat", 0))), std::nullopt);
}

TEST(Verify, expires_on_exp_and_not_after_it) {
  const json::object claims = with("exp", now);
  EXPECT_EQ(fault_of(verify_claims(claims, now + 299)), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(claims, now + 300)), Fault::expired);
  EXPECT_EQ(fault_of(verify_claims(claims, now + 301)), Fault::expired);

  const std::string text = sign_token(claims, "a", Algorithm::rs256, rsa());
  const Expectation strict{issuer, &client_ids, std::chrono::seconds{0}};
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now - 1, strict)), Fault::issued_in_future);
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now, strict)), Fault::expired);
  EXPECT_EQ(fault_of(verify(sign_token(with("exp", now + 1), "a", Algorithm::rs256, rsa()), rsa_set(), now,
                            strict)),
            std::nullopt);
}

TEST(Verify, names_the_times_in_a_refusal) {
  const auto result = verify_claims(with("exp", now - 1000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Fault::expired);
  EXPECT_EQ(result.error().expected, std::to_string(now));
  EXPECT_EQ(result.error().actual, std::to_string(now - 1000));
}

TEST(Verify, counts_whole_seconds) {
  const auto token = SignedToken::parse(sign_token(with("exp", now), "a", Algorithm::rs256, rsa()));
  ASSERT_TRUE(token);
  const Time last = time_of_seconds(now + 300) - std::chrono::milliseconds{1};
  EXPECT_TRUE(TokenVerifier::verify(*token, {issuer, &client_ids}, rsa_set(), last));
  EXPECT_FALSE(TokenVerifier::verify(*token, {issuer, &client_ids}, rsa_set(), time_of_seconds(now + 300)));
}

TEST(Verify, is_valid_from_nbf_on) {
  EXPECT_EQ(fault_of(verify_claims(with("nbf", now + 300))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("nbf", now + 301))), Fault::not_yet_valid);
}

TEST(Verify, refuses_a_token_from_the_future) {
  EXPECT_EQ(fault_of(verify_claims(with("iat", now + 300))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("iat", now + 301))), Fault::issued_in_future);
}

TEST(Verify, refuses_an_old_token_where_an_age_is_set) {
  Expectation expected{issuer, &client_ids, std::chrono::seconds{300}, std::chrono::seconds{86400}};
  const auto verified = [&](std::int64_t age) {
    return verify(sign_token(with("iat", now - age), "a", Algorithm::rs256, rsa()), rsa_set(), now, expected);
  };
  EXPECT_EQ(fault_of(verified(86700)), std::nullopt);
  const auto old = verified(86701);
  EXPECT_EQ(fault_of(old), Fault::too_old);
  EXPECT_EQ(refusal_of(old).actual, "86701");
  EXPECT_EQ(fault_of(verify_claims(with("iat", now - 100 * 86400))), std::nullopt) << "no age is set";
}

TEST(Verify, compares_the_issuer_byte_for_byte) {
  for (const std::string& other : {issuer + "/", to_lower(issuer), issuer.substr(0, issuer.size() - 1),
                                   "http" + issuer.substr(5), " " + issuer}) {
    const auto result = verify_claims(with("iss", json::string(other)));
    EXPECT_EQ(fault_of(result), Fault::issuer_mismatch) << other;
    EXPECT_EQ(refusal_of(result).expected, issuer);
    EXPECT_EQ(refusal_of(result).actual, other);
  }
  EXPECT_EQ(fault_of(verify_claims(good_claims())), std::nullopt);
}

TEST(Verify, compares_the_audience_byte_for_byte) {
  EXPECT_EQ(fault_of(verify_claims(with("aud", "second"))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{"second"}))), std::nullopt);
  for (const char* other : {"sts.amazonaws.com ", "STS.amazonaws.com", "sts.amazonaws.co", "third"}) {
    EXPECT_EQ(fault_of(verify_claims(with("aud", other))), Fault::audience_mismatch) << other;
    EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{other}))), Fault::audience_mismatch) << other;
  }
}

TEST(Verify, matches_no_audience_without_client_ids) {
  const std::string text = sign_token(good_claims(), "a", Algorithm::rs256, rsa());
  const std::vector<std::string> none;
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now, {issuer, &none})), Fault::audience_mismatch);
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now, {issuer, nullptr})), Fault::audience_mismatch);
}

TEST(Verify, needs_azp_for_several_audiences) {
  const json::array both{"sts.amazonaws.com", "second"};
  EXPECT_EQ(fault_of(verify_claims(with("aud", both))), Fault::several_audiences);
  EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{"second", "second"}))), Fault::several_audiences);

  json::object claims = with("aud", json::array{"foreign", "second"});
  claims["azp"] = "sts.amazonaws.com";
  const auto token = verify_claims(claims);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->audience(), "sts.amazonaws.com");
  EXPECT_EQ(token->original_audiences(), (std::vector<std::string>{"foreign", "second"}));
  EXPECT_TRUE(token->has_authorized_party());
}

TEST(Verify, lets_azp_stand_for_the_audience) {
  json::object claims = with("azp", "third");
  EXPECT_EQ(fault_of(verify_claims(claims)), Fault::audience_mismatch) << "aud alone would match";
  claims["azp"] = "";
  EXPECT_EQ(fault_of(verify_claims(claims)), Fault::audience_mismatch);
  claims["azp"] = "second";
  EXPECT_EQ(fault_of(verify_claims(claims)), std::nullopt);
}

TEST(Verify, checks_in_awss_order) {
  // Everything is wrong; each repair shows the next fault.
  const PrivateKey stranger = PrivateKey::generate(KeyType::rsa);
  json::object claims{{"iss", "https://other.test"}, {"aud", json::array{"x", "y"}}, {"exp", now - 5000}};
  const auto fault = [&](const PrivateKey& key = rsa(), std::string_view key_id = "b") {
    return fault_of(verify(sign_token(claims, key_id, Algorithm::rs256, key)));
  };
  EXPECT_EQ(fault(), Fault::missing_claim);
  claims["sub"] = 1;
  claims["iat"] = now + 5000;
  claims["nbf"] = now + 5000;
  EXPECT_EQ(fault(), Fault::wrong_claim_type);
  claims["sub"] = "subject";
  EXPECT_EQ(fault(), Fault::issuer_mismatch);
  claims["iss"] = issuer;
  EXPECT_EQ(fault(), Fault::several_audiences);
  claims["aud"] = "x";
  EXPECT_EQ(fault(), Fault::audience_mismatch);
  claims["aud"] = "second";
  EXPECT_EQ(fault(), Fault::unknown_key);
  EXPECT_EQ(fault(stranger, "a"), Fault::signature_mismatch);
  EXPECT_EQ(fault(rsa(), "a"), Fault::expired);
  claims["exp"] = now + 9000;
  EXPECT_EQ(fault(rsa(), "a"), Fault::not_yet_valid);
  claims["nbf"] = now;
  EXPECT_EQ(fault(rsa(), "a"), Fault::issued_in_future);
  claims["iat"] = now;
  EXPECT_EQ(fault(rsa(), "a"), std::nullopt);
}

TEST(Signature, must_be_one_of_six_algorithms) {
  const json::object claims = good_claims();
  EXPECT_EQ(fault_of(verify(compact({{"alg", "RS256"}}, claims))), std::nullopt);
  for (const char* name : {"none", "None", "NONE", "", "HS256", "HS384", "HS512", "PS256", "PS384", "PS512",
                           "EdDSA", "ES256K", "rs256", "RS256 ", "RSA-OAEP"}) {
    EXPECT_EQ(fault_of(verify(compact({{"alg", name}}, claims))), Fault::algorithm_not_allowed) << name;
  }
}

TEST(Signature, of_none_is_refused_with_an_empty_segment_too) {
  const std::string input =
      to_base64url(R"({"alg":"none"})") + '.' + to_base64url(json::serialize(good_claims()));
  EXPECT_EQ(fault_of(verify(input + '.')), Fault::algorithm_not_allowed);
  const std::string empty =
      to_base64url(R"({"alg":"RS256"})") + '.' + to_base64url(json::serialize(good_claims()));
  EXPECT_EQ(fault_of(verify(empty + '.')), Fault::signature_mismatch);
}

TEST(Signature, is_never_an_hmac_keyed_with_the_public_key) {
  const std::string input =
      to_base64url(R"({"alg":"HS256"})") + '.' + to_base64url(json::serialize(good_claims()));
  for (const std::string& key :
       {rsa().public_key().to_pem(), rsa().public_key().to_der(), rsa_set().to_text()}) {
    const auto tag = crypto::hmac_sha256(key, input);
    EXPECT_EQ(fault_of(verify(input + '.' + to_base64url(as_view(tag)))), Fault::algorithm_not_allowed);
  }
}

TEST(Signature, follows_the_keys_own_algorithm) {
  const std::string text = compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims());
  EXPECT_EQ(fault_of(verify(text, rsa_set("a"))), std::nullopt);
  EXPECT_EQ(fault_of(verify(text, rsa_set("a", Algorithm::rs256))), std::nullopt);
  EXPECT_EQ(fault_of(verify(text, rsa_set("a", Algorithm::rs512))), Fault::algorithm_not_allowed);
  const JwkSet curves{{Jwk{"a", std::nullopt, curve().public_key()}}};
  EXPECT_EQ(fault_of(verify(text, curves)), Fault::algorithm_not_allowed);
  EXPECT_EQ(fault_of(verify(compact({{"alg", "ES256"}}, good_claims(), curve(), Algorithm::es256), curves)),
            std::nullopt);
}

TEST(Signature, says_what_its_header_says) {
  // Signed with SHA-512 while the header promises SHA-256.
  EXPECT_EQ(fault_of(verify(compact({{"alg", "RS256"}}, good_claims(), rsa(), Algorithm::rs512))),
            Fault::signature_mismatch);
}

TEST(Signature, holds_with_every_algorithm) {
  const PrivateKey p384 = PrivateKey::generate(KeyType::p384);
  const PrivateKey p521 = PrivateKey::generate(KeyType::p521);
  const std::pair<Algorithm, const PrivateKey*> cases[] = {
      {Algorithm::rs256, &rsa()},   {Algorithm::rs384, &rsa()}, {Algorithm::rs512, &rsa()},
      {Algorithm::es256, &curve()}, {Algorithm::es384, &p384},  {Algorithm::es512, &p521}};
  for (const auto& [algorithm, key] : cases) {
    const std::string text = sign_token(good_claims(), "a", algorithm, *key);
    EXPECT_EQ(fault_of(verify(text, JwkSet{{Jwk{"a", algorithm, key->public_key()}}})), std::nullopt)
        << crypto::name_of(algorithm);
  }
}

TEST(KeyId, is_needed_only_among_several_keys) {
  const std::string text = compact({{"alg", "RS256"}}, good_claims());
  EXPECT_EQ(fault_of(verify(text, rsa_set("a"))), std::nullopt);
  EXPECT_EQ(fault_of(verify(text, rsa_set(std::nullopt))), std::nullopt);
  const JwkSet two{{Jwk{"a", {}, rsa().public_key()}, Jwk{"b", {}, curve().public_key()}}};
  EXPECT_EQ(fault_of(verify(text, two)), Fault::key_id_required);
  EXPECT_EQ(fault_of(verify(compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims()), two)), std::nullopt);
}

TEST(KeyId, is_compared_byte_for_byte) {
  for (const char* other : {"A", "a ", "", "b", "../a"}) {
    const std::string text = compact({{"alg", "RS256"}, {"kid", other}}, good_claims());
    EXPECT_EQ(fault_of(verify(text, rsa_set("a"))), Fault::unknown_key) << other;
    EXPECT_EQ(fault_of(verify(text, rsa_set(std::nullopt))), Fault::unknown_key) << other;
  }
  EXPECT_EQ(fault_of(verify(compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims()), JwkSet{{}})),
            Fault::unknown_key);
}

TEST(KeyId, picks_the_key_that_must_verify) {
  const PrivateKey other = PrivateKey::generate(KeyType::rsa);
  const JwkSet two{{Jwk{"a", {}, rsa().public_key()}, Jwk{"b", {}, other.public_key()}}};
  const std::string text = compact({{"alg", "RS256"}, {"kid", "b"}}, good_claims(), other);
  const auto token = verify(text, two);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->key_id(), "b");
  EXPECT_EQ(*TokenVerifier::verify_signature(*SignedToken::parse(text), two), 1U);
  EXPECT_EQ(fault_of(verify(compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims(), other), two)),
            Fault::signature_mismatch);
}

TEST(KeyId, shared_by_several_keys_tries_each_that_fits) {
  const PrivateKey other = PrivateKey::generate(KeyType::rsa);
  const JwkSet same{{Jwk{"a", {}, curve().public_key()}, Jwk{"a", {}, other.public_key()},
                     Jwk{"a", {}, rsa().public_key()}}};
  EXPECT_EQ(*TokenVerifier::verify_signature(
                *SignedToken::parse(compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims())), same),
            2U);
  const PrivateKey stranger = PrivateKey::generate(KeyType::rsa);
  EXPECT_EQ(fault_of(verify(compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims(), stranger), same)),
            Fault::signature_mismatch);
}

TEST(Alteration, of_any_bit_is_refused) {
  const std::string text = sign_token(good_claims(), "a", Algorithm::es256, curve());
  const JwkSet keys{{Jwk{"a", {}, curve().public_key()}}};
  ASSERT_EQ(fault_of(verify(text, keys)), std::nullopt);
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string altered = text;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(fault_of(verify(altered, keys)), std::nullopt) << bit;
  }
}

TEST(Alteration, of_any_segment_by_a_good_one_is_refused) {
  const std::string first = sign_token(good_claims(), "a", Algorithm::rs256, rsa());
  const std::string second = sign_token(with("sub", "admin"), "a", Algorithm::rs256, rsa());
  const auto a = split(first, '.');
  const auto b = split(second, '.');
  const auto joined = [](std::string_view x, std::string_view y, std::string_view z) {
    return std::string{x}.append(1, '.').append(y).append(1, '.').append(z);
  };
  EXPECT_EQ(fault_of(verify(joined(a[0], a[1], a[2]))), std::nullopt);
  EXPECT_EQ(fault_of(verify(joined(a[0], b[1], a[2]))), Fault::signature_mismatch);
  EXPECT_EQ(fault_of(verify(joined(a[0], a[1], b[2]))), Fault::signature_mismatch);
  EXPECT_EQ(fault_of(verify(joined(to_base64url(R"({"alg":"RS256"})"), a[1], a[2]))),
            Fault::signature_mismatch);
}

TEST(Refusal, never_shows_token_or_signature) {
  const PrivateKey stranger = PrivateKey::generate(KeyType::rsa);
  const std::string text = sign_token(good_claims(), "a", Algorithm::rs256, stranger);
  const auto result = verify(text);
  ASSERT_FALSE(result);
  const Refusal& refusal = result.error();
  const std::string shown = refusal.detail + refusal.expected + refusal.actual;
  for (const auto segment : split(text, '.')) EXPECT_EQ(shown.find(segment), std::string::npos);
}

TEST(VerifyJws, returns_any_payload) {
  const auto made = [](std::string_view header, std::string_view payload) {
    const std::string input = to_base64url(header) + '.' + to_base64url(payload);
    return input + '.' + to_base64url(rsa().sign(Algorithm::rs256, input));
  };
  const auto payload = TokenVerifier::verify_jws(made(R"({"alg":"RS256"})", "not claims"), rsa_set());
  ASSERT_TRUE(payload);
  EXPECT_EQ(*payload, "not claims");
  EXPECT_EQ(*TokenVerifier::verify_jws(made(R"({"alg":"RS256"})", ""), rsa_set()), "");
  EXPECT_EQ(TokenVerifier::verify_jws(made(R"({"alg":"RS256","crit":["x"]})", "x"), rsa_set()).error().code,
            Fault::critical_header);
  EXPECT_EQ(TokenVerifier::verify_jws(made(R"({"alg":"RS256","typ":"at+jwt"})", "x"), rsa_set()).error().code,
            Fault::wrong_type);
  EXPECT_EQ(TokenVerifier::verify_jws(made(R"({"alg":"RS512"})", "x"), rsa_set()).error().code,
            Fault::signature_mismatch);
}

TEST(Fault, has_a_name_of_its_own) {
  std::vector<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Fault::too_old); ++code) names.push_back(name_of(Fault{code}));
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_EQ(std::ranges::count(names, "unknown"), 0);
  EXPECT_EQ(name_of(Fault::audience_mismatch), "audience_mismatch");
}

// RFC 8725 §3.8 in types: an IdToken cannot be made by hand.
static_assert(!std::is_default_constructible_v<IdToken>);
static_assert(!std::is_default_constructible_v<SignedToken>);

}  // namespace
}  // namespace openirsa::token
