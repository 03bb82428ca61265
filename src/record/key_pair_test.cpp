// Does an issuer's private key stay sealed until it is used, and is nothing believed that somebody who can
// write to the database may have put beside it?
#include <gtest/gtest.h>

#include <thread>

#include "record/sample.h"

namespace openirsa::record {
namespace {

const std::string key = issuer_key(sample::issuer_id);

std::string text_of(const Issuer& issuer) { return issuer.to_text(sample::vault(), key); }

// The text with one member of its one key changed.
std::string altered(const std::string& text, std::string_view name, json::value value) {
  auto members = *parse_json_object(text);
  members["keys"].as_array().at(0).as_object()[name] = std::move(value);
  return json::serialize(members);
}

json::object entry_of(const std::string& text) {
  return (*parse_json_object(text))["keys"].as_array().at(0).as_object();
}

Issuer read(const std::string& text) {
  auto issuer = Issuer::parse(key, text, sample::vault());
  if (!issuer) throw std::runtime_error(issuer.error().message);
  return std::move(*issuer);
}

std::string refusal_of(const std::string& text) {
  const auto issuer = Issuer::parse(key, text, sample::vault());
  return issuer ? "accepted" : issuer.error().message;
}

bool signs_for(const KeyPair& pair, const token::JwkSet& set) {
  const auto private_key = pair.private_key();
  return private_key && set.keys().at(0).key.verify(crypto::Algorithm::rs256, "message",
                                                    private_key->sign(crypto::Algorithm::rs256, "message"));
}

std::string fault_of(const KeyPair& pair) {
  const auto private_key = pair.private_key();
  return private_key ? "opened" : private_key.error().message;
}

const std::string place = "the private key in record `" + key + "` ";
const std::string does_not_open =
    place + "does not open: it was altered, or sealed under another master key or for another record";

TEST(KeyPair, SignsForTheKeySetBesideIt) {
  const Issuer issuer = sample::an_issuer();
  const Issuer back = read(text_of(issuer));
  EXPECT_EQ(back.key_set_text, issuer.key_set_text);
  EXPECT_TRUE(signs_for(back.keys[0].key, *issuer.key_set));
  EXPECT_TRUE(signs_for(back.keys[0].key, *issuer.key_set)) << "the second time";
  EXPECT_TRUE(signs_for(Issuer(back).keys[0].key, *issuer.key_set)) << "a copy";
}

TEST(KeyPair, IsOpenedByManyThreadsAtOnce) {
  const Issuer issuer = read(text_of(sample::an_issuer()));
  std::vector<std::thread> threads;
  std::vector<char> held(8, 0);
  for (char& one : held) {
    threads.emplace_back([&] { one = signs_for(issuer.keys[0].key, *issuer.key_set) ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(held, std::vector<char>(8, 1));
}

TEST(KeyPair, IsWrittenAgainAsItLay) {
  const std::string text = text_of(sample::an_issuer());
  const Issuer unopened = read(text);
  EXPECT_EQ(entry_of(text_of(unopened))["private_key"], entry_of(text)["private_key"]);
  const Issuer opened = read(text);
  ASSERT_TRUE(opened.keys[0].key.private_key());
  EXPECT_EQ(entry_of(text_of(opened))["private_key"], entry_of(text)["private_key"]);
}

TEST(KeyPair, IsSealedAnewForAnotherRecordOrMasterKey) {
  const Issuer issuer = read(text_of(sample::an_issuer()));
  const Vault other(Secret(std::string(32, 'o')));
  const std::string elsewhere = issuer_key("FEDCBA9876543210FEDCBA9876543210");
  const Vault own = sample::vault();
  for (const auto& [vault, record_key] : {std::pair(&other, key), std::pair(&own, elsewhere)}) {
    const std::string sealed = issuer.keys[0].key.seal(*vault, record_key);
    const KeyPair back(issuer.keys[0].key.public_key(), *vault, record_key, sealed);
    EXPECT_TRUE(signs_for(back, *issuer.key_set));
  }
  const Issuer damaged = read(altered(text_of(issuer), "private_key", "AAAA"));
  EXPECT_THROW((void)damaged.keys[0].key.seal(other, key), std::runtime_error);
}

// The key set is served and believed meanwhile: only signing is hurt.
TEST(KeyPair, ThatIsDamagedSaysSoWhenItIsUsed) {
  const Issuer issuer = sample::an_issuer();
  const std::string text = text_of(issuer);
  const Issuer nothing = read(altered(text, "private_key", "AAAA"));
  EXPECT_EQ(nothing.key_set_text, issuer.key_set_text);
  EXPECT_EQ(fault_of(nothing.keys[0].key), does_not_open);
  const Issuer no_pem =
      read(altered(text, "private_key", json::value(sample::vault().seal(key, Secret("no PEM")))));
  EXPECT_EQ(fault_of(no_pem.keys[0].key),
            place + "is not a private key: not an unencrypted private key in PEM");
}

TEST(KeyPair, OfTwoIssuersDoNotMix) {
  const std::string text = text_of(sample::an_issuer());
  const std::string other = text_of(sample::an_issuer());  // of the same record: the seals open for both
  const Issuer mixed = read(altered(text, "private_key", entry_of(other)["private_key"]));
  EXPECT_EQ(fault_of(mixed.keys[0].key), place + "does not belong to the public key beside it");
  const std::string elsewhere = issuer_key("FEDCBA9876543210FEDCBA9876543210");
  const std::string moved = sample::an_issuer().to_text(sample::vault(), elsewhere);
  EXPECT_EQ(fault_of(read(altered(text, "private_key", entry_of(moved)["private_key"])).keys[0].key),
            does_not_open);
}

// What somebody with write access to the database would do to be believed as this issuer.
TEST(PublicKey, IsBelievedOnlyAsItWasSealed) {
  const Issuer issuer = sample::an_issuer();
  const std::string text = text_of(issuer);
  const json::object entry = entry_of(text);
  ASSERT_EQ(refusal_of(text), "accepted");
  const std::string refused =
      "member `keys[0].public_key` does not open: it was sealed under another master key or for another "
      "record";

  const crypto::PrivateKey own = crypto::PrivateKey::generate(crypto::KeyType::rsa);
  const std::string own_jwk =
      json::serialize(token::to_json({issuer.keys[0].key_id, crypto::Algorithm::rs256, own.public_key()}));
  EXPECT_EQ(refusal_of(altered(text, "public_key", json::value(own_jwk))), refused) << "in the clear";
  EXPECT_EQ(refusal_of(altered(text, "public_key", entry.at("private_key"))), refused)
      << "what is sealed for the private half";
  const Vault attacker(Secret(std::string(32, 'a')));
  EXPECT_EQ(refusal_of(altered(text, "public_key", json::value(attacker.seal(key, Secret(own_jwk))))),
            refused)
      << "sealed under a master key of the attacker";
  EXPECT_EQ(refusal_of(altered(text, "public_key", json::value(sample::vault().seal(key, Secret(own_jwk))))),
            refused)
      << "even the right vault, for another place";
  const std::string moved = sample::an_issuer().to_text(sample::vault(), issuer_key("FEDC"));
  EXPECT_EQ(refusal_of(altered(text, "public_key", entry_of(moved)["public_key"])), refused)
      << "from another issuer";
  std::string flipped(entry.at("public_key").as_string());
  flipped[40] = flipped[40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(refusal_of(altered(text, "public_key", json::value(flipped))), refused) << "altered";
  EXPECT_EQ(refusal_of(altered(text, "public_key", 7)), refused);
  EXPECT_EQ(refusal_of(altered(text, "key_id", "another")), "member `keys[0].public_key` has another key id");
  EXPECT_EQ(refusal_of(altered(text, "private_key", 7)), "member `keys[0].private_key` is not text");
}

TEST(PublicKey, OfTheFirstFormIsDerivedAndThenWritten) {
  const Issuer issuer = sample::an_issuer();
  auto members = *parse_json_object(text_of(issuer));
  members["keys"].as_array().at(0).as_object().erase("public_key");
  const Issuer old = read(json::serialize(members));
  EXPECT_EQ(old.key_set_text, issuer.key_set_text);
  EXPECT_TRUE(signs_for(old.keys[0].key, *issuer.key_set));
  const std::string upgraded = text_of(old);
  EXPECT_TRUE(entry_of(upgraded).contains("public_key"));
  EXPECT_TRUE(signs_for(read(upgraded).keys[0].key, *issuer.key_set));
}

}  // namespace
}  // namespace openirsa::record
