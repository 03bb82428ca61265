#include "crypto/aead.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace openirsa::crypto {
namespace {

const std::string key = std::string(31, 'k') + '\0';

TEST(Aead, opens_what_it_sealed) {
  for (const std::string& plain : {std::string{}, std::string{"x"}, std::string(5000, 'p')}) {
    for (const std::string_view associated : {std::string_view{}, std::string_view{"record"}}) {
      const std::string sealed = aead_seal(key, plain, associated);
      EXPECT_EQ(sealed.size(), plain.size() + aead_overhead);
      EXPECT_EQ(aead_open(key, sealed, associated), plain);
      const std::string once = aead_seal_once(key, plain, associated);
      EXPECT_EQ(once.size(), plain.size() + 16);
      EXPECT_EQ(aead_open_once(key, once, associated), plain);
    }
  }
}

TEST(Aead, agrees_with_the_gcm_specification) {
  // McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13 and 14: zero key and zero nonce.
  const std::string zero_key(32, '\0');
  EXPECT_EQ(to_hex(aead_seal_once(zero_key, "", "")), "530f8afbc74536b9a963b4f1c4cb738b");
  EXPECT_EQ(to_hex(aead_seal_once(zero_key, std::string(16, '\0'), "")),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(Aead, agrees_with_the_gcm_specification_on_associated_data) {
  // Test case 16; the nonce lies in front, as aead_open reads it.
  const auto sealed = *from_hex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
      "c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto plain = aead_open(*from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
                               sealed, *from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(to_hex(*plain),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

TEST(Aead, refuses_every_altered_bit) {
  const std::string sealed = aead_seal(key, "a secret record", "place");
  ASSERT_TRUE(aead_open(key, sealed, "place"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string altered = sealed;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(aead_open(key, altered, "place")) << bit;
  }
  EXPECT_EQ(aead_open(key, sealed, "place"), "a secret record");
}

TEST(Aead, refuses_another_key_other_data_and_a_cut_text) {
  const std::string sealed = aead_seal(key, "a secret record", "place");
  std::string other_key = key;
  other_key[31] = '\x01';
  EXPECT_FALSE(aead_open(other_key, sealed, "place"));
  EXPECT_FALSE(aead_open(key, sealed, "Place"));
  EXPECT_FALSE(aead_open(key, sealed, ""));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(aead_open(key, std::string_view{sealed}.substr(0, size), "place")) << size;
  }
  const std::string once = aead_seal_once(key, "text", "place");
  for (std::size_t size = 0; size < once.size(); ++size) {
    EXPECT_FALSE(aead_open_once(key, std::string_view{once}.substr(0, size), "place")) << size;
  }
  EXPECT_TRUE(aead_open(key, sealed, "place"));
}

TEST(Aead, never_uses_a_nonce_twice) {
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(aead_seal(key, "", "").substr(0, 12));
  EXPECT_EQ(nonces.size(), 1000U);
}

TEST(Aead, takes_a_short_key_for_a_defect) {
  EXPECT_THROW(aead_seal("short", "", ""), std::invalid_argument);
  EXPECT_THROW((void)aead_open(key + "x", std::string(40, ' '), ""), std::invalid_argument);
}

}  // namespace
}  // namespace openirsa::crypto
