#include "token/signer.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "token/jwk.h"
#include "token/verifier.h"

namespace openirsa::token {
namespace {

using crypto::Algorithm;
using crypto::KeyType;
using crypto::PrivateKey;

TEST(Signer, writes_a_compact_token_with_its_header) {
  const PrivateKey key = PrivateKey::generate(KeyType::p256);
  const json::object claims{{"sub", "me"}, {"exp", 1795521600}};
  const std::string text = sign_token(claims, "key \"1\"", Algorithm::es256, key);
  const auto parts = split(text, '.');
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(from_base64url(parts[0]), R"({"alg":"ES256","kid":"key \"1\"","typ":"JWT"})");
  EXPECT_EQ(from_base64url(parts[1]), R"({"sub":"me","exp":1795521600})");
  EXPECT_EQ(from_base64url(parts[2])->size(), 64U);
  const auto payload =
      TokenVerifier::verify_jws(text, JwkSet{{Jwk{"key \"1\"", Algorithm::es256, key.public_key()}}});
  ASSERT_TRUE(payload);
  EXPECT_EQ(*payload, R"({"sub":"me","exp":1795521600})");
}

TEST(KeyIdOf, is_the_rfc_7638_thumbprint) {
  // RFC 7638 §3.1.
  const auto key = parse_jwk(*parse_json_object(
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP)"
      R"(ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgn)"
      R"(Yb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-cs)"
      R"(FCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})"));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key_id_of(key->key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(KeyIdOf, differs_from_key_to_key_and_not_for_one) {
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::p521}) {
    const PrivateKey one = PrivateKey::generate(type);
    const PrivateKey other = PrivateKey::generate(type);
    EXPECT_EQ(key_id_of(one.public_key()),
              key_id_of(*crypto::PublicKey::from_pem(one.public_key().to_pem())));
    EXPECT_NE(key_id_of(one.public_key()), key_id_of(other.public_key()));
    EXPECT_EQ(key_id_of(one.public_key()).size(), 43U);
  }
}

TEST(KeyIdOf, of_a_curve_key_names_its_members_in_order) {
  // RFC 7520 §3.1's key; the digest is Python's hashlib over the members in the order of RFC 7638 §3.2.
  const auto key = parse_jwk(*parse_json_object(
      R"({"kty":"EC","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",)"
      R"("y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"})"));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key_id_of(key->key), "dHri3SADZkrush5HU_50AoRhcKFryN-PI6jPBtPL55M");
}

}  // namespace
}  // namespace openirsa::token
