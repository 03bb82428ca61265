// Wycheproof's JOSE files through the token layer. Our six algorithms and public keys
// alone: what needs HMAC, RSASSA-PSS or decryption must be refused, whatever the label says.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "token/test_tokens.h"
#include "token/test_vectors.h"
#include "token/verifier.h"

namespace openirsa::token {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

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

// Encrypted tokens are refused before any key is looked at, so they get a key that would verify signatures.
TEST(Wycheproof, json_web_encryption_is_refused_whole) {
  OPENIRSA_NEED_VECTORS("jose/wycheproof");
  int cases = 0;
  const std::string control = sign_token(good_claims(), "a", crypto::Algorithm::rs256, rsa());
  const json::value document = read_wycheproof("json_web_encryption");
  for (const auto& group : document.at("testGroups").as_array()) {
    for (const auto& test : group.at("tests").as_array()) {
      const json::value& text = test.at("jwe");
      const std::string token = text.is_string() ? std::string{text.get_string()} : json::serialize(text);
      const auto payload = TokenVerifier::verify_jws(token, rsa_set());
      ASSERT_FALSE(payload) << test.at("tcId");
      EXPECT_EQ(payload.error().code, Fault::malformed) << test.at("tcId");
      EXPECT_FALSE(SignedToken::parse(token)) << test.at("tcId");
      ++cases;
    }
    EXPECT_TRUE(TokenVerifier::verify_jws(control, rsa_set()));
  }
  EXPECT_EQ(cases, 139);
}

}  // namespace
}  // namespace openirsa::token
