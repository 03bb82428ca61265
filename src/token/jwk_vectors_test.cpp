// Wycheproof's raw signatures through keys in JWK form: what from_der and from_pem take (crypto room) must
// verify the same when an issuer publishes it.
#include <gtest/gtest.h>

#include <ostream>

#include "base/text.h"
#include "token/test_vectors.h"

namespace openirsa::token {
namespace {

using crypto::Algorithm;
using test::read_wycheproof;

struct File {
  const char* name;
  const char* key;  // the group's member that holds the JWK
  Algorithm algorithm;
  int groups;
  int cases;
  int valid;
};

void PrintTo(const File& file, std::ostream* out) { *out << file.name; }

class JwkVectors : public testing::TestWithParam<File> {};

TEST_P(JwkVectors, agree) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  const File& file = GetParam();
  int groups = 0;
  int cases = 0;
  int valid = 0;
  const json::value document = read_wycheproof(file.name);
  for (const auto& group : document.at("testGroups").as_array()) {
    const json::object* members = find_object(group.as_object(), file.key);
    if (members == nullptr) continue;  // keys that no JWK expresses: nine groups of each curve
    ++groups;
    const auto key = parse_jwk(*members);
    ASSERT_TRUE(key) << key.error().message << " " << *members;
    EXPECT_EQ(key->key.to_der(), *from_hex(*find_string(group.as_object(), "publicKeyDer")));
    // A published `alg` is the file's.
    EXPECT_EQ(key->algorithm.value_or(file.algorithm), file.algorithm);
    for (const auto& test : group.at("tests").as_array()) {
      const auto bytes = [&](const char* name) { return *from_hex(*find_string(test.as_object(), name)); };
      const bool verified = key->key.verify(file.algorithm, bytes("msg"), bytes("sig"));
      EXPECT_EQ(verified, *find_string(test.as_object(), "result") == "valid")
          << test.at("tcId") << " " << test.at("comment");
      ++cases;
      valid += verified ? 1 : 0;
    }
  }
  EXPECT_EQ(groups, file.groups);
  EXPECT_EQ(cases, file.cases);
  EXPECT_EQ(valid, file.valid);
}

INSTANTIATE_TEST_SUITE_P(
    Wycheproof, JwkVectors,
    testing::Values(File{"rsa_signature_2048_sha256", "keyJwk", Algorithm::rs256, 3, 259, 9},
                    File{"rsa_signature_2048_sha384", "keyJwk", Algorithm::rs384, 1, 258, 7},
                    File{"rsa_signature_2048_sha512", "keyJwk", Algorithm::rs512, 2, 259, 8},
                    File{"rsa_signature_3072_sha256", "keyJwk", Algorithm::rs256, 2, 259, 8},
                    File{"rsa_signature_3072_sha384", "keyJwk", Algorithm::rs384, 1, 259, 7},
                    File{"rsa_signature_3072_sha512", "keyJwk", Algorithm::rs512, 2, 260, 8},
                    File{"rsa_signature_4096_sha256", "keyJwk", Algorithm::rs256, 1, 258, 7},
                    File{"rsa_signature_4096_sha384", "keyJwk", Algorithm::rs384, 1, 259, 7},
                    File{"rsa_signature_4096_sha512", "keyJwk", Algorithm::rs512, 1, 259, 7},
                    File{"ecdsa_secp256r1_sha256_p1363", "publicKeyJwk", Algorithm::es256, 103, 252, 169},
                    File{"ecdsa_secp384r1_sha384_p1363", "publicKeyJwk", Algorithm::es384, 95, 270, 189},
                    File{"ecdsa_secp521r1_sha512_p1363", "publicKeyJwk", Algorithm::es512, 98, 308, 227}),
    [](const auto& file) { return std::string{file.param.name}; });

// EdDSA is not one of the six algorithms.
TEST(JwkVectors, of_ed25519_are_refused) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  int groups = 0;
  int cases = 0;
  const json::value document = read_wycheproof("ed25519");
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto key = parse_jwk(*find_object(group.as_object(), "publicKeyJwk"));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, JwkFault::unsupported);
    ++groups;
    cases += static_cast<int>(group.at("tests").as_array().size());
  }
  EXPECT_EQ(groups, 78);
  EXPECT_EQ(cases, 151);
}

}  // namespace
}  // namespace openirsa::token
