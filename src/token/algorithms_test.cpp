// Every algorithm that the JWK parser takes, with every size of key, from a published key set's text to an
// accepted token; and every other name that a header may carry, with the same key.
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>

#include "base/test_vectors.h"
#include "token/test_tokens.h"
#include "token/test_vectors.h"

namespace openirsa::token {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using crypto::Algorithm;
using crypto::KeyType;
using crypto::PrivateKey;

constexpr Algorithm every_algorithm[] = {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512,
                                         Algorithm::es256, Algorithm::es384, Algorithm::es512};

struct Sort {
  KeyType type;
  int rsa_bits;  // 0 for curves
  const char* name;
};

void PrintTo(const Sort& sort, std::ostream* out) { *out << sort.name; }

// Large keys take long to make: one pair for all tests of a sort.
struct Pair {
  PrivateKey issuer;
  PrivateKey stranger;
};

class EveryKey : public testing::TestWithParam<Sort> {
 protected:
  const PrivateKey& key() const { return pair().issuer; }
  const PrivateKey& stranger() const { return pair().stranger; }

  // Through the text that an issuer publishes.
  JwkSet published(std::optional<Algorithm> algorithm) const {
    return *JwkSet::parse(JwkSet{{Jwk{"a", algorithm, key().public_key()}}}.to_text());
  }

 private:
  static PrivateKey made(const Sort& sort) {
    return sort.type == KeyType::rsa ? PrivateKey::generate(sort.type, sort.rsa_bits)
                                     : PrivateKey::generate(sort.type);
  }
  static const Pair& pair() {
    static std::map<std::string, Pair> pairs;
    const auto known = pairs.find(GetParam().name);
    if (known != pairs.end()) return known->second;
    return pairs.emplace(GetParam().name, Pair{made(GetParam()), made(GetParam())}).first->second;
  }
};

TEST_P(EveryKey, verifies_its_own_algorithms) {
  int fitting = 0;
  for (const Algorithm algorithm : every_algorithm) {
    if (!crypto::fits(key().type(), algorithm)) continue;
    const std::string text = sign_token(good_claims(), "a", algorithm, key());
    const auto token = verify(text, published(algorithm));
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_EQ(token->key_id(), "a");
    EXPECT_EQ(fault_of(verify(text, published(std::nullopt))), std::nullopt);
    ++fitting;
  }
  EXPECT_EQ(fitting, key().type() == KeyType::rsa ? 3 : 1);
}

// RFC 8725 §3.1: a published `alg` binds, also within the family.
TEST_P(EveryKey, is_bound_to_the_algorithm_it_is_published_for) {
  for (const Algorithm published_for : every_algorithm) {
    if (!crypto::fits(key().type(), published_for)) continue;
    for (const Algorithm used : every_algorithm) {
      if (!crypto::fits(key().type(), used)) continue;
      const std::string text = sign_token(good_claims(), "a", used, key());
      EXPECT_EQ(fault_of(verify(text, published(published_for))),
                used == published_for ? std::nullopt : std::optional{Fault::algorithm_not_allowed});
    }
  }
}

TEST_P(EveryKey, takes_no_other_name_in_the_header) {
  for (const Algorithm algorithm : every_algorithm) {
    if (!crypto::fits(key().type(), algorithm)) continue;
    for (const char* name : {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
                             "HS256", "EdDSA", "ES256K", "none"}) {
      const std::string text = compact({{"alg", name}, {"kid", "a"}}, good_claims(), key(), algorithm);
      const bool own = name == crypto::name_of(algorithm);
      EXPECT_EQ(fault_of(verify(text, published(std::nullopt))) == std::nullopt, own) << name;
    }
  }
}

TEST_P(EveryKey, refuses_another_key_of_its_kind) {
  for (const Algorithm algorithm : every_algorithm) {
    if (!crypto::fits(key().type(), algorithm)) continue;
    const std::string forged = sign_token(good_claims(), "a", algorithm, stranger());
    EXPECT_EQ(fault_of(verify(forged, published(algorithm))), Fault::signature_mismatch);
    EXPECT_EQ(fault_of(verify(sign_token(good_claims(), "a", algorithm, key()), published(algorithm))),
              std::nullopt);
  }
}

INSTANTIATE_TEST_SUITE_P(Sorts, EveryKey,
                         testing::Values(Sort{KeyType::rsa, 2048, "rsa_2048"},
                                         Sort{KeyType::rsa, 2056, "rsa_2056"},
                                         Sort{KeyType::rsa, 3072, "rsa_3072"},
                                         Sort{KeyType::rsa, 4096, "rsa_4096"}, Sort{KeyType::p256, 0, "p256"},
                                         Sort{KeyType::p384, 0, "p384"}, Sort{KeyType::p521, 0, "p521"}),
                         [](const auto& sort) { return std::string{sort.param.name}; });

TEST(LargestKey, of_8192_bits_verifies) {
  const std::string path = OPENIRSA_SOURCE_DIR "/test/cases/token/rsa_8192.json";
  const json::value document = read_document(path);
  const auto keys = JwkSet::parse(json::serialize(json::object{{"keys", document.at("keys")}}));
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(keys->keys().front().key.components().first.size(), 1024U);
  int cases = 0;
  for (const auto& entry : document.at("tokens").as_object()) {
    const std::string text{entry.value().as_string()};
    EXPECT_EQ(fault_of(verify(text, *keys)), std::nullopt) << entry.key();
    const auto parts = split(text, '.');
    std::string signature = *from_base64url(parts[2]);
    signature[512] = static_cast<char>(signature[512] ^ 1);
    std::string altered{parts[0]};
    altered.append(1, '.').append(parts[1]).append(1, '.').append(to_base64url(signature));
    EXPECT_EQ(fault_of(verify(altered, *keys)), Fault::signature_mismatch) << entry.key();
    ++cases;
  }
  EXPECT_EQ(cases, 3);
}

}  // namespace
}  // namespace openirsa::token
