#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/bytes.h"
#include "base/json.h"
#include "base/test_vectors.h"
#include "base/text.h"

namespace openirsa::crypto {
namespace {

template <class Digest>
std::string hex(const Digest& digest) {
  return to_hex(as_view(digest));
}

TEST(Digest, agrees_with_fips_180_examples) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256({})), hex(sha256("")));
  EXPECT_EQ(
      hex(sha384("abc")),
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex(sha512("abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Digest, keeps_no_state_between_calls) {
  const auto first = sha256("first");
  sha384("between");
  sha256("second");
  EXPECT_EQ(sha256("first"), first);
  std::thread{[&] { EXPECT_EQ(sha256("first"), first); }}.join();
}

TEST(Hmac, agrees_with_rfc_4231) {
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, takes_an_empty_key_for_empty_and_not_for_the_last_one) {
  // Computed with Python's hmac module.
  constexpr std::string_view empty_key = "eb08c1f56d5ddee07f7bdf80468083da06b64cf4fac64fe3a90883df5feacae4";
  EXPECT_NE(hex(hmac_sha256("a key", "message")), empty_key);
  EXPECT_EQ(hex(hmac_sha256("", "message")), empty_key);
  EXPECT_EQ(hex(hmac_sha256({}, "message")), empty_key);
}

TEST(Hkdf, agrees_with_rfc_5869_appendix_a) {
  // The first 32 bytes of the vectors' output: T(1).
  EXPECT_EQ(hex(hkdf_sha256(std::string(22, '\x0b'), *from_hex("000102030405060708090a0b0c"),
                            *from_hex("f0f1f2f3f4f5f6f7f8f9"))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(hex(hkdf_sha256(std::string(22, '\x0b'), "", "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Hkdf, expands_as_rfc_5869_appendix_a_does) {
  // PRK, info and the first 32 bytes of OKM of test case 1; the info in one piece and in two.
  const auto key = *from_hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  const auto info = *from_hex("f0f1f2f3f4f5f6f7f8f9");
  constexpr std::string_view made = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf";
  EXPECT_EQ(hex(hkdf_expand_sha256(key, info)), made);
  EXPECT_EQ(hex(hkdf_expand_sha256(key, info.substr(0, 3), info.substr(3))), made);
  EXPECT_THROW((void)hkdf_expand_sha256("short", info), std::invalid_argument);
}

TEST(Hkdf, separates_purposes) {
  EXPECT_NE(hkdf_sha256("key", "salt", "session"), hkdf_sha256("key", "salt", "record"));
  EXPECT_NE(hkdf_sha256("key", "salt", "session"), hkdf_sha256("key", "salz", "session"));
}

TEST(HmacVectors, wycheproof) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  const auto document = parse_json(read_bytes(vectors_directory() / "jose/wycheproof/hmac_sha256_test.json"));
  ASSERT_TRUE(document);
  int run = 0;
  for (const auto& group : document->at("testGroups").as_array()) {
    const auto tag_bytes = static_cast<std::size_t>(group.at("tagSize").as_int64() / 8);
    for (const auto& test : group.at("tests").as_array()) {
      const auto bytes = [&](const char* name) { return *from_hex(*find_string(test.as_object(), name)); };
      const Sha256 tag = hmac_sha256(bytes("key"), bytes("msg"));
      const bool valid = *find_string(test.as_object(), "result") == "valid";
      EXPECT_EQ(as_view(tag).substr(0, tag_bytes) == bytes("tag"), valid) << test.at("tcId");
      ++run;
    }
  }
  EXPECT_EQ(run, 174);
}

}  // namespace
}  // namespace openirsa::crypto
