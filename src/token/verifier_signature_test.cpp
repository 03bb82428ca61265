// Which key and which algorithm may have signed a token.
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "token/test_tokens.h"

namespace openirsa::token {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using crypto::Algorithm;
using crypto::KeyType;
using crypto::PrivateKey;

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

// What a forged token may cost: two verifications, whatever the set.
TEST(KeyId, shared_by_many_keys_tries_the_first_two_that_fit) {
  const PrivateKey other = PrivateKey::generate(KeyType::rsa);
  const Jwk decoy{"a", {}, other.public_key()};
  const Jwk wrong_algorithm{"a", Algorithm::rs512, rsa().public_key()};
  const Jwk wrong_type{"a", {}, curve().public_key()};
  const Jwk elsewhere{"b", {}, other.public_key()};
  const Jwk signer{"a", Algorithm::rs256, rsa().public_key()};
  const std::string text = compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims());
  EXPECT_EQ(fault_of(verify(text, JwkSet{{wrong_type, decoy, wrong_algorithm, elsewhere, signer}})),
            std::nullopt);
  EXPECT_EQ(fault_of(verify(text, JwkSet{{decoy, decoy, signer}})), Fault::signature_mismatch);
}

TEST(KeyId, shared_by_several_keys_tries_each_that_fits) {
  const PrivateKey other = PrivateKey::generate(KeyType::rsa);
  const JwkSet same{{Jwk{"a", {}, curve().public_key()}, Jwk{"a", {}, other.public_key()},
                     Jwk{"a", {}, rsa().public_key()}}};
  const std::string text = compact({{"alg", "RS256"}, {"kid", "a"}}, good_claims());
  EXPECT_EQ(*TokenVerifier::verify_signature(*SignedToken::parse(text), same), 2U);
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

}  // namespace
}  // namespace openirsa::token
