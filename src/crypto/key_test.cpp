#include "crypto/key.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/text.h"

namespace openirsa::crypto {
namespace {

constexpr Algorithm every_algorithm[] = {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512,
                                         Algorithm::es256, Algorithm::es384, Algorithm::es512};
constexpr KeyType every_type[] = {KeyType::rsa, KeyType::p256, KeyType::p384, KeyType::p521};

const PrivateKey& key_of(KeyType type) {
  static const PrivateKey keys[] = {PrivateKey::generate(KeyType::rsa), PrivateKey::generate(KeyType::p256),
                                    PrivateKey::generate(KeyType::p384), PrivateKey::generate(KeyType::p521)};
  return keys[static_cast<std::size_t>(type)];
}

std::string flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

std::string odd_number(std::size_t bits) {
  std::string number((bits + 7) / 8, '\xFF');
  number[0] = static_cast<char>((1 << ((bits - 1) % 8 + 1)) - 1);
  return number;
}

const std::string usual_exponent{"\x01\x00\x01", 3};

TEST(Algorithm, has_its_registered_name) {
  EXPECT_EQ(name_of(Algorithm::rs256), "RS256");
  EXPECT_EQ(name_of(Algorithm::rs384), "RS384");
  EXPECT_EQ(name_of(Algorithm::rs512), "RS512");
  EXPECT_EQ(name_of(Algorithm::es256), "ES256");
  EXPECT_EQ(name_of(Algorithm::es384), "ES384");
  EXPECT_EQ(name_of(Algorithm::es512), "ES512");
}

TEST(Algorithm, fits_one_type_of_key) {
  int fitting = 0;
  for (const KeyType type : every_type) {
    for (const Algorithm algorithm : every_algorithm) fitting += fits(type, algorithm) ? 1 : 0;
  }
  EXPECT_EQ(fitting, 6);
  EXPECT_TRUE(fits(KeyType::rsa, Algorithm::rs512));
  EXPECT_TRUE(fits(KeyType::p256, Algorithm::es256));
  EXPECT_TRUE(fits(KeyType::p384, Algorithm::es384));
  EXPECT_TRUE(fits(KeyType::p521, Algorithm::es512));
}

TEST(Key, verifies_what_it_signed_and_nothing_else) {
  for (const KeyType type : every_type) {
    const PrivateKey& key = key_of(type);
    for (const Algorithm algorithm : every_algorithm) {
      if (!fits(type, algorithm)) {
        EXPECT_THROW((void)key.sign(algorithm, "message"), std::invalid_argument);
        continue;
      }
      const std::string signature = key.sign(algorithm, "message");
      EXPECT_TRUE(key.public_key().verify(algorithm, "message", signature));
      EXPECT_FALSE(key.public_key().verify(algorithm, "Message", signature));
      EXPECT_FALSE(key.public_key().verify(algorithm, "", signature));
      EXPECT_TRUE(key.public_key().verify(algorithm, "message", signature)) << "after a refusal";
      for (const Algorithm other : every_algorithm) {
        EXPECT_EQ(key.public_key().verify(other, "message", signature), other == algorithm) << name_of(other);
      }
    }
  }
}

TEST(Key, refuses_another_key_of_the_type) {
  const PrivateKey other = PrivateKey::generate(KeyType::p256);
  const std::string signature = other.sign(Algorithm::es256, "message");
  EXPECT_TRUE(other.public_key().verify(Algorithm::es256, "message", signature));
  EXPECT_FALSE(key_of(KeyType::p256).public_key().verify(Algorithm::es256, "message", signature));
}

TEST(Key, takes_signatures_of_exactly_the_right_length) {
  const std::pair<KeyType, Algorithm> cases[] = {{KeyType::rsa, Algorithm::rs256},
                                                 {KeyType::p256, Algorithm::es256},
                                                 {KeyType::p384, Algorithm::es384},
                                                 {KeyType::p521, Algorithm::es512}};
  constexpr std::size_t lengths[] = {256, 64, 96, 132};
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    const auto [type, algorithm] = cases[i];
    const PublicKey& key = key_of(type).public_key();
    const std::string signature = key_of(type).sign(algorithm, "message");
    ASSERT_EQ(signature.size(), lengths[i]);
    EXPECT_TRUE(key.verify(algorithm, "message", signature));
    EXPECT_FALSE(key.verify(algorithm, "message", ""));
    EXPECT_FALSE(key.verify(algorithm, "message", signature.substr(1)));
    EXPECT_FALSE(key.verify(algorithm, "message", signature.substr(0, signature.size() - 1)));
    EXPECT_FALSE(key.verify(algorithm, "message", signature + '\0'));
    EXPECT_FALSE(key.verify(algorithm, "message", '\0' + signature));
    EXPECT_FALSE(key.verify(algorithm, "message", std::string(signature.size(), '\0')));
    EXPECT_FALSE(key.verify(algorithm, "message", std::string(signature.size(), '\xFF')));
  }
}

TEST(Key, refuses_every_altered_bit_of_a_signature) {
  const std::string rsa = key_of(KeyType::rsa).sign(Algorithm::rs256, "message");
  for (std::size_t bit = 0; bit < rsa.size() * 8; ++bit) {
    EXPECT_FALSE(key_of(KeyType::rsa).public_key().verify(Algorithm::rs256, "message", flipped(rsa, bit)))
        << bit;
  }
  const std::string curve = key_of(KeyType::p256).sign(Algorithm::es256, "message");
  for (std::size_t bit = 0; bit < curve.size() * 8; ++bit) {
    EXPECT_FALSE(key_of(KeyType::p256).public_key().verify(Algorithm::es256, "message", flipped(curve, bit)))
        << bit;
  }
  EXPECT_TRUE(key_of(KeyType::rsa).public_key().verify(Algorithm::rs256, "message", rsa));
  EXPECT_TRUE(key_of(KeyType::p256).public_key().verify(Algorithm::es256, "message", curve));
}

TEST(Key, refuses_an_ecdsa_signature_in_der) {
  // r‖s of 64 bytes only: the DER form of the same signature has another length.
  const std::string signature = key_of(KeyType::p256).sign(Algorithm::es256, "message");
  std::string der = "\x30\x44\x02\x20" + signature.substr(0, 32) + "\x02\x20" + signature.substr(32);
  EXPECT_FALSE(key_of(KeyType::p256).public_key().verify(Algorithm::es256, "message", der));
  EXPECT_TRUE(key_of(KeyType::p256).public_key().verify(Algorithm::es256, "message", signature));
}

TEST(Key, is_safe_to_use_from_several_threads) {
  const PrivateKey& key = key_of(KeyType::rsa);
  const std::string signature = key.sign(Algorithm::rs256, "message");
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(20);
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        if (!key.public_key().verify(Algorithm::rs256, "message", signature)) ++wrong;
        if (key.public_key().verify(Algorithm::rs256, "massage", signature)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Key, shows_components_that_make_the_same_key) {
  for (const KeyType type : every_type) {
    const PublicKey& key = key_of(type).public_key();
    const auto parts = key.components();
    const auto same = type == KeyType::rsa ? PublicKey::from_rsa(parts.first, parts.second)
                                           : PublicKey::from_point(type, parts.first, parts.second);
    ASSERT_TRUE(same);
    EXPECT_EQ(same->to_der(), key.to_der());
    EXPECT_EQ(same->type(), type);
  }
  EXPECT_EQ(key_of(KeyType::rsa).public_key().components().first.size(), 256U);
  EXPECT_EQ(key_of(KeyType::rsa).public_key().components().second, usual_exponent);
  EXPECT_EQ(key_of(KeyType::p521).public_key().components().second.size(), 66U);
}

TEST(Key, survives_pem_and_der) {
  for (const KeyType type : every_type) {
    const PrivateKey& key = key_of(type);
    const auto from_pem = PublicKey::from_pem(key.public_key().to_pem());
    const auto from_der = PublicKey::from_der(key.public_key().to_der());
    const auto whole = PrivateKey::from_pem(key.to_pem().expose());
    ASSERT_TRUE(from_pem && from_der && whole);
    EXPECT_TRUE(key.public_key().to_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    EXPECT_TRUE(key.to_pem().expose().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_EQ(from_pem->to_der(), key.public_key().to_der());
    EXPECT_EQ(from_der->to_der(), key.public_key().to_der());
    EXPECT_EQ(whole->public_key().to_der(), key.public_key().to_der());
    EXPECT_EQ(whole->type(), type);
  }
}

TEST(Key, never_shows_the_private_half_through_the_public_one) {
  const PrivateKey& key = key_of(KeyType::p256);
  const auto shown = PublicKey::from_der(key.public_key().to_der());
  ASSERT_TRUE(shown);
  EXPECT_LT(shown->to_der().size(), 100U);
}

TEST(RsaKey, has_2048_to_8192_bits) {
  EXPECT_TRUE(PublicKey::from_rsa(odd_number(2048), usual_exponent));
  EXPECT_TRUE(PublicKey::from_rsa(odd_number(8192), usual_exponent));
  EXPECT_EQ(PublicKey::from_rsa(odd_number(2047), usual_exponent).error().code, KeyFault::too_small);
  EXPECT_EQ(PublicKey::from_rsa(odd_number(1024), usual_exponent).error().code, KeyFault::too_small);
  EXPECT_EQ(PublicKey::from_rsa("", usual_exponent).error().code, KeyFault::too_small);
  // Leading zeros add no strength.
  EXPECT_EQ(PublicKey::from_rsa(std::string(200, '\0') + odd_number(1024), usual_exponent).error().code,
            KeyFault::too_small);
  EXPECT_EQ(PublicKey::from_rsa(odd_number(8193), usual_exponent).error().code, KeyFault::too_large);
  EXPECT_EQ(PublicKey::from_rsa(odd_number(1000000), usual_exponent).error().code, KeyFault::too_large);
  EXPECT_THROW(PrivateKey::generate(KeyType::rsa, 1024), std::invalid_argument);
}

TEST(RsaKey, has_an_odd_modulus) {
  std::string even = odd_number(2048);
  even.back() = '\xFE';
  EXPECT_EQ(PublicKey::from_rsa(even, usual_exponent).error().code, KeyFault::malformed);
}

TEST(RsaKey, has_an_odd_exponent_from_3_to_32_bits) {
  const std::string modulus = odd_number(2048);
  const auto code = [&](std::string_view exponent) {
    return PublicKey::from_rsa(modulus, exponent).error().code;
  };
  EXPECT_TRUE(PublicKey::from_rsa(modulus, "\x03"));
  EXPECT_TRUE(PublicKey::from_rsa(modulus, std::string("\x01\x00\x01", 3)));
  EXPECT_TRUE(PublicKey::from_rsa(modulus, odd_number(32)));
  EXPECT_EQ(code(""), KeyFault::weak_exponent);
  EXPECT_EQ(code(std::string(1, '\0')), KeyFault::weak_exponent);
  EXPECT_EQ(code("\x01"), KeyFault::weak_exponent);
  EXPECT_EQ(code("\x02"), KeyFault::weak_exponent);
  EXPECT_EQ(code(std::string("\x01\x00\x00", 3)), KeyFault::weak_exponent);
  EXPECT_EQ(code(odd_number(33)), KeyFault::weak_exponent);
  EXPECT_EQ(code(odd_number(64)), KeyFault::weak_exponent);
  EXPECT_EQ(code(odd_number(100000)), KeyFault::weak_exponent);
}

TEST(CurveKey, lies_on_its_curve) {
  const auto parts = key_of(KeyType::p256).public_key().components();
  ASSERT_TRUE(PublicKey::from_point(KeyType::p256, parts.first, parts.second));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    EXPECT_EQ(PublicKey::from_point(KeyType::p256, parts.first, flipped(parts.second, bit)).error().code,
              KeyFault::not_on_curve)
        << bit;
  }
  EXPECT_EQ(PublicKey::from_point(KeyType::p256, std::string(32, '\0'), std::string(32, '\0')).error().code,
            KeyFault::not_on_curve);
  // Not below the field's prime.
  EXPECT_EQ(PublicKey::from_point(KeyType::p256, std::string(32, '\xFF'), parts.second).error().code,
            KeyFault::not_on_curve);
}

TEST(CurveKey, has_coordinates_of_exactly_the_curves_size) {
  const auto parts = key_of(KeyType::p256).public_key().components();
  const auto code = [](KeyType type, std::string_view x, std::string_view y) {
    return PublicKey::from_point(type, x, y).error().code;
  };
  EXPECT_EQ(code(KeyType::p256, parts.first + '\0', parts.second), KeyFault::malformed);
  EXPECT_EQ(code(KeyType::p256, '\0' + parts.first, parts.second), KeyFault::malformed);
  EXPECT_EQ(code(KeyType::p256, parts.first, parts.second.substr(1)), KeyFault::malformed);
  EXPECT_EQ(code(KeyType::p256, "", ""), KeyFault::malformed);
  EXPECT_EQ(code(KeyType::p384, parts.first, parts.second), KeyFault::malformed);
  EXPECT_EQ(code(KeyType::rsa, parts.first, parts.second), KeyFault::unsupported_type);
}

// Made with `openssl genpkey` for this test and used nowhere else.
constexpr std::string_view ed25519_private = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIFGKGqUKcaU51SUjBNRW6tzfyHfnW01aBMUWr600jJ0u
-----END PRIVATE KEY-----
)";
constexpr std::string_view ed25519_public = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAv99ZmrpNSBKosyAfGkrCBve5Ug2IQVKNT5ShDYrWjNc=
-----END PUBLIC KEY-----
)";

TEST(KeyText, refuses_other_types) {
  EXPECT_EQ(PublicKey::from_pem(ed25519_public).error().code, KeyFault::unsupported_type);
  EXPECT_EQ(PrivateKey::from_pem(ed25519_private).error().code, KeyFault::unsupported_type);
}

TEST(KeyText, refuses_what_is_no_key) {
  const std::string pem = key_of(KeyType::p256).public_key().to_pem();
  const std::string der = key_of(KeyType::p256).public_key().to_der();
  EXPECT_EQ(PublicKey::from_pem("").error().code, KeyFault::malformed);
  EXPECT_EQ(PublicKey::from_pem("hello").error().code, KeyFault::malformed);
  EXPECT_EQ(PublicKey::from_pem(pem.substr(0, pem.size() / 2)).error().code, KeyFault::malformed);
  EXPECT_EQ(PublicKey::from_pem(key_of(KeyType::p256).to_pem().expose()).error().code, KeyFault::malformed);
  EXPECT_EQ(PublicKey::from_der("").error().code, KeyFault::malformed);
  EXPECT_EQ(PublicKey::from_der(der + "x").error().code, KeyFault::malformed);
  EXPECT_EQ(PublicKey::from_der(der.substr(0, der.size() - 1)).error().code, KeyFault::malformed);
  EXPECT_EQ(PrivateKey::from_pem("").error().code, KeyFault::malformed);
  EXPECT_EQ(PrivateKey::from_pem(pem).error().code, KeyFault::malformed);
  EXPECT_TRUE(PublicKey::from_pem(pem) && PublicKey::from_der(der));
}

// Made with OpenSSL for this test and used nowhere else.
constexpr std::string_view sec1 = R"(-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIBeRjo9M/33sKd8+od4qTVaphjAgb2ao4dVDkXs6pMENoAoGCCqGSM49
AwEHoUQDQgAEb6+yml3UGo3qxljtknlZggcRFURyucD1gPYxmb5EM9vwsFkU9g4r
uLDYjEJ0Y8xzKBVWsdanUVsDDUMRSjILpg==
-----END EC PRIVATE KEY-----
)";
constexpr std::string_view encrypted = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiR5W0iXS3YUAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEB65QjRn1Mg8YnHR9ICx6GkEgZCp
bOXPkLTflEfQB3tzb/mgZzzXN4OAo7lAzF9Rq8uQZGfLL91Aomf1wj7oL6f31zKh
ix/BahzrazLRzlhsNTV3J3FR0hY3kKtaTbguUzrIaFljzU14315Tquhjr2T9nSuv
z9xcE59b7dgmWcYnrN+IVwnB1N9JZK8KNnynDw//0AJUYFfXAJmTbLzsyQP9URs=
-----END ENCRYPTED PRIVATE KEY-----
)";
constexpr std::string_view mismatched = R"(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIBeRjo9M/33sKd8+od4qTVaphjAgb2ao4dVDkXs6pMENoAoGCCqGSM49
AwEHoUQDQgAE1mnzWMg5h4Num7jUSEwIPUwgnd3oSQbyR7i6RoHa+RY3XDZ+itR7
aYe+j1vyKoAd6/xtQDmz5THD0jRScDL9Pw==
-----END EC PRIVATE KEY-----
)";
constexpr std::string_view pkcs1_public = R"(-----BEGIN RSA PUBLIC KEY-----
MIGJAoGBALKHqoW2CDeDsWrQ0c+C0IoX+5slQvg6eGDATh8VADiEDOyhlsMLtcFx
vYGLEKpk67T4SLwyt0NxK6gi8oK+TpldAINtCezbx5Ur4ppQ8FptysFWp8kyOqHK
Hbo9dCbtU0ORWkU8JGS48ujU+oz/3AWd7Gh3OcYziYdHexjrYFu1AgMBAAE=
-----END RSA PUBLIC KEY-----
)";
constexpr std::string_view short_rsa = R"(-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBALKHqoW2CDeDsWrQ
0c+C0IoX+5slQvg6eGDATh8VADiEDOyhlsMLtcFxvYGLEKpk67T4SLwyt0NxK6gi
8oK+TpldAINtCezbx5Ur4ppQ8FptysFWp8kyOqHKHbo9dCbtU0ORWkU8JGS48ujU
+oz/3AWd7Gh3OcYziYdHexjrYFu1AgMBAAECgYA5eHTLUFr6y/kMAqbX3yuUmL3V
JryVPfVMZ/t+A/urNc8XSblHlnhvCldP4V1/DLfX7Ok1NDpMipzcJkvdDLguGoqy
1lLiSwKxS7wYmmqQMJBAG/Shjfd3tnw+NbjV9D+DUy4HBIe0T+6CVSeK4zny2mjE
oZ7Cdt9ZTExjfaCwoQJBAOUdWrOFeL7lSAVegVsEQhcLCaZfnFCm0YKFSZH0P5XH
RpBQQTbfc5iujKiOwZj95Q2VzLfx27/C7ffazEdG9f0CQQDHerzcim2omZaSGFb2
GiydK/kEkiDilZO0htlRUOYabqPqtR7wqx2dgjS9n4XpKDHc+MjVgaaBAStwJnXN
AI4ZAkAPxhWYhnfprJ9ovzjoq0Jhk8D2U17Prqx97+9AvTAjf7S7+sqCnJ+4w0ur
zyhFADXk2Ytenqgia6k2hznJLnmBAkEAlljQzdxbyC5yiQxlRrn1lESXPDWzKXQZ
ToAwfRRfSd7IFteKSVR/Tr7bZ2w7br8HzgeIvzsntqWeCrpCIU/gyQJBAOHSyE7P
0bwHIjr5IM2VJXF1ueTxBTuddM8joFkOvcvfarByPlSVw0AVydDnwLaRhy75AYmn
OZwmOOwyA+vKOBU=
-----END PRIVATE KEY-----
)";
constexpr std::string_view other_curve = R"(-----BEGIN PRIVATE KEY-----
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgRu1yOlM3byjiyzxqEsTH
0R4g37bnOO78wvIuNlEBvaWhRANCAATS0Ujc0VtJPEaOuw8DUO5OvrOqlFLPESYB
zcvdfoo2VJs3oud1Kxi2fUt2YK9SM8320RXKdMugaIdSYquiBnlQ
-----END PRIVATE KEY-----
)";

TEST(KeyText, takes_the_older_private_forms) {
  const auto key = PrivateKey::from_pem(sec1);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type(), KeyType::p256);
  EXPECT_TRUE(key->public_key().verify(Algorithm::es256, "message", key->sign(Algorithm::es256, "message")));
}

TEST(KeyText, never_asks_for_a_password) {
  EXPECT_EQ(PrivateKey::from_pem(encrypted).error().code, KeyFault::malformed);
}

TEST(KeyText, refuses_halves_of_different_keys) {
  EXPECT_EQ(PrivateKey::from_pem(mismatched).error().code, KeyFault::malformed);
}

TEST(KeyText, refuses_a_pkcs_1_public_key) {
  EXPECT_EQ(PublicKey::from_pem(pkcs1_public).error().code, KeyFault::malformed);
}

TEST(KeyText, holds_private_keys_to_the_same_size) {
  EXPECT_EQ(PrivateKey::from_pem(short_rsa).error().code, KeyFault::too_small);
}

TEST(KeyText, refuses_other_curves) {
  EXPECT_EQ(PrivateKey::from_pem(other_curve).error().code, KeyFault::unsupported_type);
}

}  // namespace
}  // namespace openirsa::crypto
