// The examples of RFC 7520, RFC 7797 and RFC 8037 through the token layer. What a token endpoint must refuse,
// correct as it is: HMAC, RSASSA-PSS, EdDSA, encryption, detached and unencoded content, and every JSON
// serialisation.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "base/text.h"
#include "token/test_vectors.h"
#include "token/verifier.h"

namespace openirsa::token {
namespace {

using test::read_document;
using test::usable;

std::filesystem::path folder(const char* name) { return vectors_directory() / "jose/rfc7520" / name; }

// The examples' keys are private ones. Without `use` and `alg`, encryption keys could verify too: what is
// refused is refused for the token's sake and not for want of a key.
json::object public_half(json::object members) {
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "use", "alg"}) members.erase(name);
  return members;
}

// All keys of one example; symmetric ones drop out, and one example has a password instead.
JwkSet keys_of(const json::value& document) {
  const json::value* key = find_member(document.at("input").as_object(), "key");
  json::array entries;
  if (key != nullptr) entries = key->is_array() ? key->get_array() : json::array{*key};
  for (json::value& entry : entries) entry = public_half(entry.as_object());
  return usable(entries);
}

std::optional<Fault> fault_of(const Result<std::string, Refusal>& payload) {
  return payload ? std::nullopt : std::optional{payload.error().code};
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
  for (const auto& entry : std::filesystem::directory_iterator(folder("jwk"))) {
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

TEST(Rfc7520, compact_signatures) {
  OPENIRSA_NEED_VECTORS("jose/rfc7520");
  const std::map<std::string, std::optional<Fault>> expected{
      {"4_1.rsa_v15_signature.json", std::nullopt},
      {"4_2.rsa-pss_signature.json", Fault::algorithm_not_allowed},
      {"4_3.ecdsa_signature.json", std::nullopt},
      {"4_4.hmac-sha2_integrity_protection.json", Fault::algorithm_not_allowed},
      {"4_5.signature_with_detached_content.json", Fault::algorithm_not_allowed}};
  int cases = 0;
  for (const auto& [name, fault] : expected) {
    const json::value document = read_document(folder("jws") / name);
    const json::object& output = document.at("output").as_object();
    const auto payload = TokenVerifier::verify_jws(*find_string(output, "compact"), keys_of(document));
    EXPECT_EQ(fault_of(payload), fault) << name;
    if (payload) {
      EXPECT_EQ(*payload, *find_string(document.at("input").as_object(), "payload")) << name;
    }
    ++cases;
  }
  EXPECT_EQ(cases, 5);
}

// RFC 7515 §7.2, also with unprotected headers (4_6, 4_7) and several signatures (4_8).
TEST(Rfc7520, json_serialisations_are_refused) {
  OPENIRSA_NEED_VECTORS("jose/rfc7520");
  int files = 0;
  int forms = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder("jws"))) {
    const json::value document = read_document(entry.path());
    for (const char* form : {"json", "json_flat"}) {
      const json::value* text = document.at("output").as_object().if_contains(form);
      if (text == nullptr) continue;
      EXPECT_EQ(fault_of(TokenVerifier::verify_jws(json::serialize(*text), keys_of(document))),
                Fault::malformed)
          << entry.path();
      ++forms;
    }
    ++files;
  }
  EXPECT_EQ(files, 8);
  EXPECT_EQ(forms, 15);
}

// The pieces of one good signature, put together as the compact serialisation has them and as it has not.
TEST(Rfc7520, one_of_several_signatures_verifies_once_it_is_compact) {
  OPENIRSA_NEED_VECTORS("jose/rfc7520");
  const json::value document = read_document(folder("jws") / "4_8.multiple_signatures.json");
  const json::value& output = document.at("output").at("json");
  const json::object& first = output.at("signatures").at(0).as_object();
  const std::string header{*find_string(first, "protected")};
  const std::string signature{*find_string(first, "signature")};
  const std::string payload{*find_string(output.as_object(), "payload")};
  const JwkSet one = usable({public_half(document.at("input").at("key").at(0).as_object())});
  ASSERT_EQ(one.keys().size(), 1U);
  const auto fault = [&](const std::string& text) { return fault_of(TokenVerifier::verify_jws(text, one)); };

  std::string compact = header;
  compact.append(1, '.').append(payload).append(1, '.').append(signature);
  EXPECT_EQ(fault(compact), std::nullopt);
  // RFC 7515 appendix F: detached content.
  EXPECT_EQ(fault(header + ".." + signature), Fault::signature_mismatch);
  EXPECT_EQ(fault(compact + '.' + signature), Fault::malformed);
  // The signature's own `kid` was unprotected: the set of both keys needs one.
  EXPECT_EQ(keys_of(document).keys().size(), 2U);
  EXPECT_EQ(fault_of(TokenVerifier::verify_jws(compact, keys_of(document))), Fault::key_id_required);
}

void expect_refused(const json::value& document, const std::map<std::string, Fault>& compact_faults,
                    const std::string& name) {
  for (const auto& form : document.at("output").as_object()) {
    const bool compact = form.key() == "compact";
    const std::string text = compact ? std::string{form.value().as_string()} : json::serialize(form.value());
    const auto listed = compact_faults.find(name);
    const Fault fault = compact && listed != compact_faults.end() ? listed->second : Fault::malformed;
    EXPECT_EQ(fault_of(TokenVerifier::verify_jws(text, keys_of(document))), fault) << name << form.key();
    EXPECT_FALSE(SignedToken::parse(text)) << name << form.key();
  }
}

TEST(Rfc7520, everything_else_is_refused) {
  OPENIRSA_NEED_VECTORS("jose/rfc7520");
  const json::value control = read_document(folder("jws") / "4_1.rsa_v15_signature.json");
  const std::map<std::string, Fault> compact_faults{
      {"jws.json", Fault::algorithm_not_allowed},       // RFC 8037: EdDSA
      {"hmac-sha2_b64_false.json", Fault::malformed}};  // its payload has letters outside base64url
  int cases = 0;
  for (const char* name : {"jwe", "rfc7797", "curve25519"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder(name))) {
      expect_refused(read_document(entry.path()), compact_faults, entry.path().filename().string());
      EXPECT_TRUE(TokenVerifier::verify_jws(*find_string(control.at("output").as_object(), "compact"),
                                            keys_of(control)));
      ++cases;
    }
  }
  EXPECT_EQ(cases, 17);
}

}  // namespace
}  // namespace openirsa::token
