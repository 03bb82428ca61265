#include "token/jwk.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace openirsa::token {
namespace {

using crypto::Algorithm;
using crypto::KeyType;

const crypto::PublicKey& rsa() {
  static const crypto::PublicKey key = crypto::PrivateKey::generate(KeyType::rsa).public_key();
  return key;
}
const crypto::PublicKey& curve() {
  static const crypto::PublicKey key = crypto::PrivateKey::generate(KeyType::p256).public_key();
  return key;
}
json::object rsa_members() { return to_json({"a", Algorithm::rs256, rsa()}); }
json::object curve_members() { return to_json({"b", std::nullopt, curve()}); }

json::object with(json::object members, std::string_view name, json::value value) {
  members[name] = std::move(value);
  return members;
}
json::object without(json::object members, std::string_view name) {
  members.erase(name);
  return members;
}
json::value text(const std::string& bytes) { return json::value(json::string(bytes)); }

// Nothing for a usable key.
std::optional<JwkFault> fault_of(const json::object& members) {
  const auto key = parse_jwk(members);
  return key ? std::nullopt : std::optional{key.error().code};
}

TEST(ParseJwk, reads_what_it_writes) {
  for (const KeyType type : {KeyType::rsa, KeyType::p256, KeyType::p384, KeyType::p521}) {
    const crypto::PublicKey key = crypto::PrivateKey::generate(type).public_key();
    const auto read = parse_jwk(to_json({"id", std::nullopt, key}));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->key.to_der(), key.to_der());
    EXPECT_EQ(read->key_id, "id");
    EXPECT_EQ(read->algorithm, std::nullopt);
  }
  EXPECT_EQ(parse_jwk(rsa_members())->algorithm, Algorithm::rs256);
}

TEST(ParseJwk, needs_type_and_components) {
  for (const char* name : {"kty", "n", "e"}) {
    EXPECT_EQ(fault_of(without(rsa_members(), name)), JwkFault::malformed) << name;
    EXPECT_EQ(fault_of(with(rsa_members(), name, 1)), JwkFault::malformed) << name;
  }
  for (const char* name : {"kty", "crv", "x", "y"}) {
    EXPECT_EQ(fault_of(without(curve_members(), name)), JwkFault::malformed) << name;
    EXPECT_EQ(fault_of(with(curve_members(), name, nullptr)), JwkFault::malformed) << name;
  }
  EXPECT_EQ(fault_of(without(without(rsa_members(), "kid"), "alg")), std::nullopt);
  EXPECT_EQ(fault_of(without(curve_members(), "use")), std::nullopt);
}

TEST(ParseJwk, refuses_private_members) {
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    EXPECT_EQ(fault_of(with(rsa_members(), name, "AQAB")), JwkFault::private_key) << name;
  }
  EXPECT_EQ(fault_of(with(curve_members(), "d", nullptr)), JwkFault::private_key);
  EXPECT_EQ(fault_of(without(with(curve_members(), "d", "AQAB"), "kty")), JwkFault::private_key);
  EXPECT_EQ(fault_of(json::object{{"kty", "oct"}, {"k", "AQAB"}}), JwkFault::private_key);
}

TEST(ParseJwk, refuses_other_types_curves_and_algorithms) {
  for (const char* type : {"oct", "OKP", "rsa", "ec", ""}) {
    EXPECT_EQ(fault_of(with(rsa_members(), "kty", type)), JwkFault::unsupported) << type;
  }
  for (const char* name : {"P-192", "secp256k1", "Ed25519", "p-256", ""}) {
    EXPECT_EQ(fault_of(with(curve_members(), "crv", name)), JwkFault::unsupported) << name;
  }
  for (const char* name : {"PS256", "HS256", "RSA-OAEP", "ES256", "none", "rs256", "ES521", ""}) {
    EXPECT_EQ(fault_of(with(rsa_members(), "alg", name)), JwkFault::unsupported) << name;
  }
  for (const char* name : {"ES384", "ES512", "RS256"}) {
    EXPECT_EQ(fault_of(with(curve_members(), "alg", name)), JwkFault::unsupported) << name;
  }
  EXPECT_EQ(fault_of(with(curve_members(), "alg", "ES256")), std::nullopt);
  EXPECT_EQ(fault_of(with(rsa_members(), "alg", "RS512")), std::nullopt);
  EXPECT_EQ(fault_of(with(rsa_members(), "alg", 256)), JwkFault::malformed);
}

TEST(ParseJwk, wants_a_key_for_verifying_signatures) {
  EXPECT_EQ(fault_of(with(rsa_members(), "use", "enc")), JwkFault::unsupported);
  EXPECT_EQ(fault_of(with(rsa_members(), "use", nullptr)), JwkFault::unsupported);
  EXPECT_EQ(fault_of(with(rsa_members(), "key_ops", json::array{"verify"})), std::nullopt);
  EXPECT_EQ(fault_of(with(rsa_members(), "key_ops", json::array{"sign", "verify"})), std::nullopt);
  EXPECT_EQ(fault_of(with(rsa_members(), "key_ops", json::array{"encrypt"})), JwkFault::unsupported);
  EXPECT_EQ(fault_of(with(rsa_members(), "key_ops", json::array{})), JwkFault::unsupported);
  EXPECT_EQ(fault_of(with(rsa_members(), "key_ops", "verify")), JwkFault::unsupported);
}

TEST(ParseJwk, needs_kid_to_be_a_string) {
  EXPECT_EQ(fault_of(with(rsa_members(), "kid", 1)), JwkFault::malformed);
  EXPECT_EQ(parse_jwk(with(rsa_members(), "kid", ""))->key_id, "");
  EXPECT_EQ(parse_jwk(without(rsa_members(), "kid"))->key_id, std::nullopt);
}

TEST(ParseJwk, refuses_leading_zeros_and_padding) {
  const auto parts = rsa().components();
  EXPECT_EQ(fault_of(with(rsa_members(), "n", text(to_base64url('\0' + parts.first)))), JwkFault::malformed);
  EXPECT_EQ(fault_of(with(rsa_members(), "e", "AAEAAQ")), JwkFault::malformed);
  EXPECT_EQ(fault_of(with(rsa_members(), "e", "AQAB=")), JwkFault::malformed);
  EXPECT_EQ(fault_of(with(rsa_members(), "e", "AQAB====")), JwkFault::malformed);
  EXPECT_EQ(fault_of(with(rsa_members(), "n", text(to_base64(parts.first)))), JwkFault::malformed);
  EXPECT_EQ(fault_of(with(rsa_members(), "n", "")), JwkFault::malformed);
}

TEST(ParseJwk, refuses_weak_keys) {
  EXPECT_EQ(fault_of(with(rsa_members(), "e", "AQ")), JwkFault::malformed);
  EXPECT_EQ(fault_of(with(rsa_members(), "n", text(to_base64url(std::string(255, '\xFF'))))),
            JwkFault::malformed);
  EXPECT_EQ(fault_of(with(rsa_members(), "e", "Aw")), std::nullopt);
  EXPECT_EQ(fault_of(with(curve_members(), "x", text(to_base64url(curve().components().second)))),
            JwkFault::malformed);
  EXPECT_EQ(fault_of(with(curve_members(), "x", text(to_base64url('\0' + curve().components().first)))),
            JwkFault::malformed);
}

TEST(ParseJwk, ignores_certificates_and_unknown_members) {
  json::object members = rsa_members();
  members["x5u"] = "https://evil.test/";
  members["x5c"] = json::array{"AAAA"};
  members["unknown"] = 1;
  EXPECT_EQ(fault_of(members), std::nullopt);
}

TEST(ToJson, shows_public_members_alone) {
  const json::object members = to_json({"a", Algorithm::es256, curve()});
  std::string names;
  for (const auto& member : members) names += std::string{member.key()} + " ";
  EXPECT_EQ(names, "kty use kid alg crv x y ");
  EXPECT_EQ(find_string(members, "use"), "sig");
  EXPECT_EQ(find_string(members, "crv"), "P-256");
}

std::string set_of(const json::array& keys) { return json::serialize(json::object{{"keys", keys}}); }

std::optional<JwkFault> set_fault(const std::string& document) {
  const auto set = JwkSet::parse(document);
  return set ? std::nullopt : std::optional{set.error().code};
}

TEST(JwkSet, reads_what_it_writes) {
  const JwkSet set{{Jwk{"a", Algorithm::rs256, rsa()}, Jwk{"b", std::nullopt, curve()}}};
  const auto read = JwkSet::parse(set.to_text());
  ASSERT_TRUE(read);
  ASSERT_EQ(read->keys().size(), 2U);
  EXPECT_EQ(read->keys()[0].key.to_der(), rsa().to_der());
  EXPECT_EQ(read->keys()[1].key_id, "b");
  EXPECT_EQ(read->unusable(), 0U);
  EXPECT_EQ(read->to_text(), set.to_text());
}

TEST(JwkSet, keeps_good_keys_among_odd_ones) {
  const auto set = JwkSet::parse(set_of({with(rsa_members(), "use", "enc"),
                                         7,
                                         json::object{},
                                         curve_members(),
                                         with(rsa_members(), "d", "AQAB"),
                                         {{"kty", "oct"}, {"k", "AQAB"}},
                                         {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AQAB"}},
                                         rsa_members()}));
  ASSERT_TRUE(set);
  ASSERT_EQ(set->keys().size(), 2U);
  EXPECT_EQ(set->keys()[0].key_id, "b");
  EXPECT_EQ(set->keys()[1].key_id, "a");
  EXPECT_EQ(set->unusable(), 6U);
}

TEST(JwkSet, needs_a_usable_key) {
  EXPECT_EQ(set_fault(set_of({rsa_members()})), std::nullopt);
  EXPECT_EQ(set_fault(set_of({})), JwkFault::no_keys);
  EXPECT_EQ(set_fault(set_of({with(rsa_members(), "d", "AQAB")})), JwkFault::no_keys);
}

TEST(JwkSet, is_an_object_with_an_array_of_keys) {
  for (const char* document : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"Keys":[]})", "x"}) {
    EXPECT_EQ(set_fault(document), JwkFault::malformed) << document;
  }
}

TEST(JwkSet, refuses_duplicate_names_anywhere) {
  const std::string good = set_of({rsa_members()});
  ASSERT_EQ(set_fault(good), std::nullopt);
  std::string twice = good;
  twice.insert(twice.rfind("\"kid\""), R"("kid":"z",)");
  EXPECT_EQ(set_fault(twice), JwkFault::malformed);
  EXPECT_EQ(set_fault(good.substr(0, good.size() - 1) + R"(,"keys":[]})"), JwkFault::malformed);
}

TEST(JwkSet, holds_100_keys_of_each_type_and_not_one_more) {
  json::array keys;
  for (int i = 0; i < 100; ++i) {
    const json::value id = text(std::to_string(i));
    keys.push_back(with(rsa_members(), "kid", i % 2 == 0 ? id : json::value(7)));
    keys.push_back(with(curve_members(), "kid", id));
  }
  const auto full = JwkSet::parse(set_of(keys));
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->keys().size(), 150U);
  EXPECT_EQ(full->unusable(), 50U);
  json::array one_more = keys;
  one_more.push_back(rsa_members());
  EXPECT_EQ(set_fault(set_of(one_more)), JwkFault::too_many_keys);
  one_more = keys;
  one_more.push_back(json::object{{"kty", "EC"}});
  EXPECT_EQ(set_fault(set_of(one_more)), JwkFault::too_many_keys);
  one_more = keys;
  one_more.push_back(json::object{{"kty", "OKP"}});
  EXPECT_EQ(set_fault(set_of(one_more)), std::nullopt);
}

// A hundred RSA keys of 8192 bits under one id made every forged token cost a hundred verifications.
TEST(JwkSet, holds_two_keys_of_an_id_for_an_algorithm_and_not_one_more) {
  const auto rsa_key = [](json::value algorithm) {
    return algorithm.is_null() ? without(rsa_members(), "alg")
                               : with(rsa_members(), "alg", std::move(algorithm));
  };
  const json::object same_curve = with(curve_members(), "kid", "a");
  const json::object any = rsa_key(nullptr);
  // Another kind of key, another algorithm or no id at all: no token is tried with more than two.
  EXPECT_EQ(set_fault(set_of({any, any, same_curve, same_curve})), std::nullopt);
  EXPECT_EQ(set_fault(set_of({rsa_key("RS256"), rsa_key("RS384"), any})), std::nullopt);
  const json::object nameless = without(rsa_members(), "kid");
  EXPECT_EQ(set_fault(set_of({nameless, nameless, nameless})), std::nullopt);
  json::object encrypting = with(rsa_members(), "use", "enc");
  EXPECT_EQ(set_fault(set_of({any, any, encrypting, encrypting})), std::nullopt);

  for (const json::array& keys :
       {json::array{any, any, any}, json::array{any, rsa_key("RS256"), rsa_key("RS256")},
        json::array{rsa_key("RS384"), any, same_curve, any, rsa_key("RS512")},
        json::array{same_curve, same_curve, any, same_curve}}) {
    EXPECT_EQ(set_fault(set_of(keys)), JwkFault::too_many_keys) << set_of(keys);
  }
  EXPECT_EQ(JwkSet::parse(set_of({any, any, any})).error().message,
            "more than 2 keys of one `kid` (`a`) for one algorithm; give each key an id of its own");
  const json::object long_name = with(rsa_members(), "kid", text(std::string(100'000, 'x')));
  EXPECT_LT(JwkSet::parse(set_of({long_name, long_name, long_name})).error().message.size(), 200U);
}

TEST(JwkSet, leaves_out_keys_that_are_slow_to_verify_with) {
  const auto exponent = [](std::string_view bytes) {
    return with(rsa_members(), "e", text(to_base64url(bytes)));
  };
  EXPECT_EQ(fault_of(exponent("\xff\xff\xff\xff")), std::nullopt);
  EXPECT_EQ(fault_of(exponent("\x01\xff\xff\xff\xff")), JwkFault::malformed);
  const json::object slow = exponent("\xff\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(parse_jwk(slow).error().message, "the exponent exceeds 32 bits");
  EXPECT_EQ(set_fault(set_of({slow})), JwkFault::no_keys);
  EXPECT_EQ(JwkSet::parse(set_of({slow, curve_members()}))->unusable(), 1U);
}

}  // namespace
}  // namespace openirsa::token
