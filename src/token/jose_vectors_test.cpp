// Wycheproof's JWS files and RFC 7520's examples through the token layer. Our six algorithms and public keys
// alone: what needs HMAC, RSASSA-PSS or decryption must be refused, whatever the label says.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>

#include "base/json.h"
#include "base/test_vectors.h"
#include "token/verifier.h"

namespace openirsa::token {
namespace {

json::value read_document(const std::filesystem::path& path) {
  auto document = parse_json(read_bytes(path));
  if (!document) throw std::runtime_error(path.string() + ": " + document.error().message);
  return *std::move(document);
}
json::value read_wycheproof(const std::string& name) {
  return read_document(vectors_directory() / "jose/wycheproof" / (name + "_test.json"));
}

// What an issuer publishing these keys would be understood to have: unusable ones drop out.
JwkSet usable(const json::array& entries) {
  std::vector<Jwk> keys;
  for (const json::value& entry : entries) {
    if (auto key = parse_jwk(entry.as_object())) keys.push_back(*std::move(key));
  }
  return JwkSet{std::move(keys)};
}

// A group's public keys; symmetric ones have no public form and stay as they are.
JwkSet keys_of(const json::object& group) {
  const json::object* source = find_object(group, "public");
  if (source == nullptr) source = find_object(group, "private");
  const json::array* list = find_array(*source, "keys");
  return usable(list != nullptr ? *list : json::array{*source});
}

enum class Against { nothing, refuses_valid, takes_invalid };

struct Tally {
  int run = 0;
  int verified = 0;
};

// Runs every test of the file; `exceptions` are judged against their label.
Tally run(const std::string& name, const std::map<std::int64_t, Against>& exceptions) {
  Tally tally;
  std::set<std::int64_t> met;
  const json::value document = read_wycheproof(name);
  for (const auto& entry : document.at("testGroups").as_array()) {
    const JwkSet keys = keys_of(entry.as_object());
    for (const auto& test : entry.at("tests").as_array()) {
      const std::int64_t id = test.at("tcId").as_int64();
      const json::value* text = test.as_object().if_contains("jws");
      if (text == nullptr) text = &test.at("jwe");
      // One `jws` is an object, another serialisation: nothing that could be handed to us.
      const bool verified =
          text->is_string() && TokenVerifier::verify_jws(std::string_view{text->get_string()}, keys);
      const bool valid = *find_string(test.as_object(), "result") == "valid";
      const auto exception = exceptions.find(id);
      const Against against = exception == exceptions.end() ? Against::nothing : exception->second;
      if (against == Against::nothing) {
        EXPECT_EQ(verified, valid) << name << " " << id << " " << test.at("comment");
      } else {
        EXPECT_EQ(valid, against == Against::refuses_valid) << name << " " << id << " is no exception";
        EXPECT_NE(verified, valid) << name << " " << id;
        met.insert(id);
      }
      ++tally.run;
      tally.verified += verified ? 1 : 0;
    }
  }
  EXPECT_EQ(met.size(), exceptions.size()) << name;
  return tally;
}

TEST(Wycheproof, json_web_signature) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  std::map<std::int64_t, Against> exceptions;
  // HMAC: not one of the six algorithms. 372 and 373 have a foreign letter besides.
  for (const int id : {1, 348, 352, 357, 358, 359, 372, 373, 376, 377})
    exceptions[id] = Against::refuses_valid;
  // RSASSA-PSS: not one of the six algorithms. In 346 and 350 the key is for PS256 and the header says PS384.
  for (const int id : {272, 273, 274, 275, 287, 288, 320, 321, 322, 323, 325, 326, 327, 328, 346, 350}) {
    exceptions[id] = Against::refuses_valid;
  }
  // The key's `alg` is ES521, which is no registered name.
  for (const int id : {347, 351}) exceptions[id] = Against::refuses_valid;

  const Tally tally = run("json_web_signature", exceptions);
  EXPECT_EQ(tally.run, 401);
  EXPECT_EQ(tally.verified, 18);
}

TEST(Wycheproof, json_web_key) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  std::map<std::int64_t, Against> exceptions;
  // HMAC: not one of the six algorithms.
  for (const int id : {2, 13, 14, 15}) exceptions[id] = Against::refuses_valid;
  // A key of the ROCA family verifies like any other; telling it takes a fingerprint that AWS does not
  // document either.
  exceptions[7] = Against::takes_invalid;

  const Tally tally = run("json_web_key", exceptions);
  EXPECT_EQ(tally.run, 26);
  EXPECT_EQ(tally.verified, 2);
}

TEST(Wycheproof, json_web_crypto) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  std::map<std::int64_t, Against> exceptions;
  // HMAC (1, 48) and encryption (50, 67): we verify signatures of six algorithms.
  for (const int id : {1, 48, 50, 67}) exceptions[id] = Against::refuses_valid;
  // The ROCA key, as in json_web_key.
  exceptions[46] = Against::takes_invalid;

  const Tally tally = run("json_web_crypto", exceptions);
  EXPECT_EQ(tally.run, 83);
  EXPECT_EQ(tally.verified, 3);
}

TEST(Wycheproof, json_web_encryption_is_refused_whole) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  int cases = 0;
  const json::value document = read_wycheproof("json_web_encryption");
  for (const auto& group : document.at("testGroups").as_array()) {
    for (const auto& test : group.at("tests").as_array()) {
      const auto text = find_string(test.as_object(), "jwe");
      EXPECT_FALSE(text && SignedToken::parse(*text)) << test.at("tcId");
      ++cases;
    }
  }
  EXPECT_EQ(cases, 139);
}

// RFC 7520's keys are private ones.
json::object public_half(json::object members) {
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) members.erase(name);
  return members;
}

TEST(Rfc7520, keys) {
  OPENIRSA_NEED_VECTORS("jose/rfc7520");
  const std::map<std::string, std::optional<JwkFault>> expected{
      {"3_1.ec_public_key.json", std::nullopt},
      {"3_2.ec_private_key.json", JwkFault::private_key},
      {"3_3.rsa_public_key.json", std::nullopt},
      {"3_4.rsa_private_key.json", JwkFault::private_key},
      {"3_5.symmetric_key_mac_computation.json", JwkFault::private_key},
      {"3_6.symmetric_key_encryption.json", JwkFault::private_key}};
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(vectors_directory() / "jose/rfc7520/jwk")) {
    const json::object members = read_document(entry.path()).as_object();
    const auto key = parse_jwk(members);
    const auto fault = key ? std::nullopt : std::optional{key.error().code};
    EXPECT_EQ(fault, expected.at(entry.path().filename().string())) << entry.path();
    if (key) {
      EXPECT_EQ(to_json(*key), members) << entry.path();
    }
    ++cases;
  }
  EXPECT_EQ(cases, 6);
}

TEST(Rfc7520, signatures) {
  OPENIRSA_NEED_VECTORS("jose/rfc7520");
  // PSS (4_2), HMAC (4_4) and detached content (4_5) are refused; the others have no compact form.
  const std::set<std::string> taken{"4_1.rsa_v15_signature.json", "4_3.ecdsa_signature.json"};
  int cases = 0;
  int compact = 0;
  for (const auto& entry : std::filesystem::directory_iterator(vectors_directory() / "jose/rfc7520/jws")) {
    const std::string name = entry.path().filename().string();
    const json::value document = read_document(entry.path());
    const json::object& output = document.at("output").as_object();
    for (const char* form : {"json", "json_flat"}) {
      const json::value* other = output.if_contains(form);
      if (other == nullptr) continue;
      EXPECT_EQ(SignedToken::parse(json::serialize(*other)).error().code, Fault::malformed) << name;
    }
    ++cases;
    const auto text = find_string(output, "compact");
    if (!text) continue;
    ++compact;
    const JwkSet keys = usable({public_half(document.at("input").at("key").as_object())});
    const auto payload = TokenVerifier::verify_jws(*text, keys);
    EXPECT_EQ(bool(payload), taken.contains(name)) << name;
    if (payload) {
      EXPECT_EQ(*payload, *find_string(document.at("input").as_object(), "payload")) << name;
    }
  }
  EXPECT_EQ(cases, 8);
  EXPECT_EQ(compact, 5);
}

TEST(Rfc7520, everything_else_is_refused) {
  OPENIRSA_NEED_VECTORS("jose/rfc7520");
  int cases = 0;
  for (const char* folder : {"jwe", "rfc7797", "curve25519"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(vectors_directory() / "jose/rfc7520" / folder)) {
      const json::value document = read_document(entry.path());
      for (const auto& form : document.at("output").as_object()) {
        const std::string text =
            form.value().is_string() ? std::string{form.value().get_string()} : json::serialize(form.value());
        EXPECT_FALSE(TokenVerifier::verify_jws(text, JwkSet{{}})) << entry.path();
        const auto token = SignedToken::parse(text);
        EXPECT_FALSE(token) << entry.path();
      }
      ++cases;
    }
  }
  EXPECT_EQ(cases, 17);
}

}  // namespace
}  // namespace openirsa::token
