// What may be given to a provider as keys or authority, and in which words the rest is refused.
#include "own/key_material.h"

#include <gtest/gtest.h>

#include "crypto/certificate.h"
#include "own/test_keys.h"

namespace openirsa::own {
namespace {

using test::key_set_of;
using test::public_key;

const Time now = time_of_seconds(1'795'521'600);

std::string fault_of(json::array keys) {
  return fault_of_key_set(key_set_of(std::move(keys))).value_or("none");
}

TEST(KeySet, NeedsOneUsableKey) {
  EXPECT_EQ(fault_of({public_key("a")}), "none");
  EXPECT_EQ(fault_of({public_key("a"), json::object{{"kty", "OKP"}}}), "none");
  EXPECT_EQ(fault_of({}), "has no key that can verify a token");
  EXPECT_EQ(fault_of({json::object{{"kty", "OKP"}}, 7}),
            "has no key that can verify a token; keys[0]: type `OKP` cannot be used; keys[1]: a key is not "
            "an object");
}

TEST(KeySet, IsStrictJson) {
  for (const char* text : {"", "[]", "{", R"({"keys":[],"keys":[]})", R"({"keys":{}})", "{}"}) {
    EXPECT_TRUE(fault_of_key_set(text).value_or("none").starts_with("is not a key set: ")) << text;
  }
}

TEST(KeySet, HoldsNoPrivateOrSymmetricKey) {
  json::object with_private = public_key("b");
  with_private["d"] = "AQAB";
  const std::string words = "; give public keys alone, and replace that key";
  EXPECT_EQ(fault_of({public_key("a"), with_private}),
            "holds a private or symmetric key: in keys[1], member `d` belongs to a private key" + words);
  // Even where it could not be used for another reason as well.
  with_private.erase("kty");
  EXPECT_EQ(fault_of({public_key("a"), with_private}),
            "holds a private or symmetric key: in keys[1], member `d` belongs to a private key" + words);
  EXPECT_EQ(fault_of({json::object{{"kty", "oct"}, {"k", "AQAB"}}}),
            "holds a private or symmetric key: in keys[0], member `k` belongs to a private key" + words);
}

TEST(KeySet, IsBounded) {
  std::string text = key_set_of({public_key("a")});
  text.append(longest_key_material - text.size(), ' ');
  EXPECT_EQ(fault_of_key_set(text), std::nullopt);
  EXPECT_EQ(fault_of_key_set(text + " "), "is longer than 65536 bytes");
}

TEST(KeySet, TellsWhatItHolds) {
  json::object odd = public_key("odd");
  odd["use"] = "enc";
  json::object bare = public_key("x");
  bare.erase("kid");
  bare.erase("alg");
  const KeySetFacts facts = facts_of_key_set(key_set_of({odd, public_key("a"), bare, 7}));
  EXPECT_EQ(json::serialize(facts.keys),
            R"([{"keyId":"a","keyType":"EC","curve":"P-256","algorithm":"ES256"},)"
            R"({"keyType":"EC","curve":"P-256"}])");
  EXPECT_EQ(json::serialize(facts.unusable), R"([{"index":0,"keyId":"odd","reason":"`use` is not sig"},)"
                                             R"({"index":3,"reason":"a key is not an object"}])");
}

TEST(Authority, MayBeSeveralThatAreValid) {
  const std::string pem = test::authority().certificate_pem;
  EXPECT_EQ(fault_of_authority(pem, now), std::nullopt);
  EXPECT_EQ(fault_of_authority("# ours\n" + pem + pem, now), std::nullopt);
}

TEST(Authority, MustParse) {
  for (const std::string& text :
       {std::string(), std::string("words"), test::authority().certificate_pem.substr(0, 200)}) {
    EXPECT_TRUE(fault_of_authority(text, now).value_or("none").starts_with("is not certificates in PEM: "))
        << text;
  }
  EXPECT_EQ(fault_of_authority(std::string(longest_key_material + 1, ' '), now),
            "is longer than 65536 bytes");
}

TEST(Authority, MustBeAnAuthoritysAndInTime) {
  const auto leaf =
      crypto::make_leaf(test::authority(), {.dns = {"a.test"}, .addresses = {}}, now, std::chrono::days{30});
  EXPECT_EQ(fault_of_authority(leaf.chain_pem, now),
            "holds certificate `CN=a.test,O=OpenIRSA`, which is not an authority's; give the certificate of "
            "the authority that signed it");
  const std::string pem = test::authority().certificate_pem;
  EXPECT_EQ(fault_of_authority(pem, now + std::chrono::days{31}),
            "holds certificate `CN=Private,O=OpenIRSA`, which expired on 2026-12-24T12:00:00Z");
  EXPECT_EQ(fault_of_authority(pem, now - std::chrono::days{1}),
            "holds certificate `CN=Private,O=OpenIRSA`, which is not valid before 2026-11-24T11:55:00Z");
}

TEST(Authority, BringsNoPrivateKey) {
  const auto& authority = test::authority();
  EXPECT_EQ(fault_of_authority(authority.certificate_pem + std::string(authority.key.to_pem().expose()), now),
            "holds a private key; give certificates alone, and replace that key");
}

}  // namespace
}  // namespace openirsa::own
