// Wycheproof's signature primitives: RSASSA-PKCS1-v1_5 and ECDSA with r‖s, key by key.
#include <gtest/gtest.h>

#include <stdexcept>

#include "base/json.h"
#include "base/test_vectors.h"
#include "base/text.h"
#include "crypto/key.h"

namespace openirsa::crypto {
namespace {

struct File {
  const char* name;
  Algorithm algorithm;
  int cases;
  int valid;
};

json::value read_wycheproof(const std::string& name) {
  auto document = parse_json(read_bytes(vectors_directory() / "jose/wycheproof" / (name + "_test.json")));
  if (!document) throw std::runtime_error(name + ": " + document.error().message);
  return *std::move(document);
}

void PrintTo(const File& file, std::ostream* out) { *out << file.name; }

class KeyVectors : public testing::TestWithParam<File> {};

TEST_P(KeyVectors, agree) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  const File& file = GetParam();
  const json::value document = read_wycheproof(file.name);
  int run = 0;
  int held = 0;
  int acceptable = 0;
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto key = PublicKey::from_der(*from_hex(*find_string(group.as_object(), "publicKeyDer")));
    ASSERT_TRUE(key) << key.error().message;
    const auto from_pem = PublicKey::from_pem(*find_string(group.as_object(), "publicKeyPem"));
    ASSERT_TRUE(from_pem);
    EXPECT_EQ(from_pem->to_der(), key->to_der());
    for (const auto& test : group.at("tests").as_array()) {
      const auto bytes = [&](const char* name) { return *from_hex(*find_string(test.as_object(), name)); };
      const bool verified = key->verify(file.algorithm, bytes("msg"), bytes("sig"));
      // `acceptable` is a DigestInfo without its NULL parameter (RFC 8017 §9.2 note 1): refused, as OpenSSL
      // does.
      const auto label = *find_string(test.as_object(), "result");
      if (label == "acceptable") {
        EXPECT_EQ(test.at("tcId"), 8) << test.at("comment");
        ++acceptable;
      }
      EXPECT_EQ(verified, label == "valid") << test.at("tcId") << " " << test.at("comment");
      ++run;
      held += verified ? 1 : 0;
    }
  }
  EXPECT_EQ(run, file.cases);
  EXPECT_EQ(held, file.valid);
  EXPECT_EQ(acceptable, file.algorithm <= Algorithm::rs512 ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Wycheproof, KeyVectors,
                         testing::Values(File{"rsa_signature_2048_sha256", Algorithm::rs256, 259, 9},
                                         File{"rsa_signature_2048_sha384", Algorithm::rs384, 258, 7},
                                         File{"rsa_signature_2048_sha512", Algorithm::rs512, 259, 8},
                                         File{"rsa_signature_3072_sha256", Algorithm::rs256, 259, 8},
                                         File{"rsa_signature_3072_sha384", Algorithm::rs384, 259, 7},
                                         File{"rsa_signature_3072_sha512", Algorithm::rs512, 260, 8},
                                         File{"rsa_signature_4096_sha256", Algorithm::rs256, 258, 7},
                                         File{"rsa_signature_4096_sha384", Algorithm::rs384, 259, 7},
                                         File{"rsa_signature_4096_sha512", Algorithm::rs512, 259, 7},
                                         File{"ecdsa_secp256r1_sha256_p1363", Algorithm::es256, 262, 173},
                                         File{"ecdsa_secp384r1_sha384_p1363", Algorithm::es384, 280, 193},
                                         File{"ecdsa_secp521r1_sha512_p1363", Algorithm::es512, 318, 231}),
                         [](const auto& file) { return std::string{file.param.name}; });

// EdDSA is not one of the six algorithms: its keys are refused, so none of the file's 151 signatures is ever
// looked at.
TEST(Ed25519Vectors, have_keys_that_are_refused) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  const json::value document = read_wycheproof("ed25519");
  int cases = 0;
  int groups = 0;
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto key = PublicKey::from_der(*from_hex(*find_string(group.as_object(), "publicKeyDer")));
    const auto from_pem = PublicKey::from_pem(*find_string(group.as_object(), "publicKeyPem"));
    ASSERT_FALSE(key || from_pem);
    EXPECT_EQ(key.error().code, KeyFault::unsupported_type);
    EXPECT_EQ(from_pem.error().code, KeyFault::unsupported_type);
    ++groups;
    cases += static_cast<int>(group.at("tests").as_array().size());
  }
  EXPECT_EQ(groups, 78);
  EXPECT_EQ(cases, 151);
  const PublicKey usable = PrivateKey::generate(KeyType::p256).public_key();
  EXPECT_TRUE(PublicKey::from_der(usable.to_der()) && PublicKey::from_pem(usable.to_pem()));
}

}  // namespace
}  // namespace openirsa::crypto
