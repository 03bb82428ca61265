#include "token/signed_token.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/text.h"

namespace openirsa::token {
namespace {

const std::string good_header = R"({"alg":"RS256","kid":"a","typ":"JWT"})";
const std::string good_claims = R"({"iss":"https://a.test","sub":"me"})";

std::string made(std::string_view header, std::string_view claims, std::string_view signature = "signature") {
  return to_base64url(header) + '.' + to_base64url(claims) + '.' + to_base64url(signature);
}

// Nothing for an accepted token.
std::optional<Fault> fault_of(std::string_view text) {
  const auto token = SignedToken::parse(text);
  return token ? std::nullopt : std::optional{token.error().code};
}
std::optional<Fault> fault_of_header(std::string_view header) { return fault_of(made(header, good_claims)); }

// A token of exactly `size` characters. The signature makes up for lengths that base64url of the claims alone
// skips.
std::string sized(std::size_t size) {
  for (std::size_t signature = 0;; ++signature) {
    const std::size_t rest = size - made(good_header, "", std::string(signature, 's')).size();
    const std::string claims = R"({"p":")" + std::string(rest * 3 / 4 - 8, 'x') + R"("})";
    std::string text = made(good_header, claims, std::string(signature, 's'));
    if (text.size() == size) return text;
  }
}

TEST(Parse, shows_what_lookup_needs) {
  const std::string text = made(good_header, good_claims);
  const auto token = SignedToken::parse(text);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->unverified_issuer(), "https://a.test");
  EXPECT_EQ(token->unverified_subject(), "me");
  EXPECT_EQ(token->unverified_algorithm(), "RS256");
  EXPECT_EQ(token->key_id(), "a");
  EXPECT_EQ(token->unverified_claims().size(), 2U);
}

TEST(Parse, leaves_claims_to_the_verifier) {
  const std::string text = made(R"({"alg":"none"})", "{}", "");
  const auto token = SignedToken::parse(text);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->unverified_issuer(), std::nullopt);
  EXPECT_EQ(token->unverified_subject(), std::nullopt);
  EXPECT_EQ(token->key_id(), std::nullopt);
  EXPECT_EQ(fault_of(made(good_header, R"({"iss":1})")), std::nullopt);
}

TEST(Parse, takes_20000_characters_and_not_one_more) {
  EXPECT_EQ(fault_of(sized(20000)), std::nullopt);
  EXPECT_EQ(fault_of(sized(20001)), Fault::malformed);
  const std::string long_text = sized(20001);
  EXPECT_EQ(SignedToken::parse(long_text).error().actual, "20001 characters");
}

TEST(Parse, needs_three_segments) {
  const std::string good = made(good_header, good_claims);
  EXPECT_EQ(fault_of(good), std::nullopt);
  EXPECT_EQ(fault_of(""), Fault::malformed);
  EXPECT_EQ(fault_of("."), Fault::malformed);
  EXPECT_EQ(fault_of(".."), Fault::malformed);
  EXPECT_EQ(fault_of("..."), Fault::malformed);
  EXPECT_EQ(fault_of(good.substr(0, good.rfind('.'))), Fault::malformed);
  EXPECT_EQ(fault_of(good + "."), Fault::malformed);
  EXPECT_EQ(fault_of("." + good), Fault::malformed);
  EXPECT_EQ(fault_of(good + "." + good), Fault::malformed);
  EXPECT_EQ(fault_of(R"({"payload":"","signatures":[]})"), Fault::malformed) << "the JSON serialisation";
}

TEST(Parse, refuses_encrypted_tokens) {
  EXPECT_EQ(fault_of(made(R"({"alg":"RSA-OAEP","enc":"A256GCM"})", good_claims) + ".AAAA.AAAA"),
            Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","enc":"A256GCM"})"), Fault::malformed);
}

TEST(Parse, takes_canonical_base64url_alone) {
  const std::string good = made(good_header, good_claims, "s");
  const auto parts = split(good, '.');
  for (std::size_t segment = 0; segment < 3; ++segment) {
    for (const std::string_view tail : {"=", "==", " ", "\n", "+", "/", "?", "%3D", "A\xC3"}) {
      std::string text;
      for (std::size_t i = 0; i < 3; ++i) {
        text.append(parts[i]).append(i == segment ? tail : "").append(i < 2 ? "." : "");
      }
      EXPECT_EQ(fault_of(text), Fault::malformed) << text;
    }
  }
  EXPECT_EQ(fault_of(" " + good), Fault::malformed);
  // "s" is "cw"; "cx" differs in bits that no byte holds.
  ASSERT_TRUE(good.ends_with(".cw"));
  EXPECT_EQ(fault_of(good.substr(0, good.size() - 1) + "x"), Fault::malformed);
  EXPECT_EQ(fault_of(good), std::nullopt);
}

TEST(Parse, needs_two_json_objects) {
  for (const std::string_view text :
       {"", "[]", "1", "\"a\"", "null", "{", "{}x", "not json", "\xFF", "{'alg':'RS256'}"}) {
    EXPECT_EQ(fault_of_header(text), Fault::malformed) << text;
    EXPECT_EQ(fault_of(made(good_header, text)), Fault::malformed) << text;
  }
}

TEST(Parse, refuses_duplicate_names) {
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","alg":"none"})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","kid":"a","kid":"b"})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","\u0061lg":"RS256"})"), Fault::malformed);
  EXPECT_EQ(fault_of(made(good_header, R"({"sub":"a","sub":"b"})")), Fault::malformed);
  EXPECT_EQ(fault_of(made(good_header, R"({"x":{"sub":"a","sub":"b"}})")), Fault::malformed);
  EXPECT_EQ(fault_of(made(good_header, R"({"x":{"sub":"a"},"sub":"b"})")), std::nullopt);
}

TEST(Parse, needs_alg_and_kid_in_their_types) {
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256"})"), std::nullopt);
  EXPECT_EQ(fault_of_header(R"({})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":null})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":["RS256"]})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"ALG":"RS256"})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","kid":1})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","kid":null})"), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","kid":""})"), std::nullopt);
}

TEST(Parse, takes_identity_tokens_alone) {
  for (const std::string& type : std::vector<std::string>{"JWT", "jwt", "Jwt", "application/jwt",
                                                          "application/JWT", "APPLICATION/jwt"}) {
    EXPECT_EQ(fault_of_header(R"({"alg":"RS256","typ":")" + type + R"("})"), std::nullopt) << type;
  }
  for (const std::string& type : std::vector<std::string>{
           "at+jwt", "AT+JWT", "application/at+jwt", "JWS", "JOSE", "JOSE+JSON", "logout+jwt", "dpop+jwt", "",
           " JWT", "JWT ", "text/jwt", "application/", "application/application/jwt"}) {
    EXPECT_EQ(fault_of_header(R"({"alg":"RS256","typ":")" + type + R"("})"), Fault::wrong_type) << type;
  }
  for (const std::string& type : std::vector<std::string>{"null", "1", "[\"JWT\"]", "true"}) {
    EXPECT_EQ(fault_of_header(R"({"alg":"RS256","typ":)" + type + "}"), Fault::wrong_type) << type;
  }
}

TEST(Parse, refuses_every_critical_extension) {
  for (const std::string& value :
       std::vector<std::string>{R"(["exp"])", R"(["b64"])", "[]", "null", "false", R"("x")"}) {
    EXPECT_EQ(fault_of_header(R"({"alg":"RS256","crit":)" + value + "}"), Fault::critical_header) << value;
  }
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","b64":false})"), Fault::critical_header);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","b64":"true"})"), Fault::critical_header);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","b64":null})"), Fault::critical_header);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","b64":true})"), std::nullopt);
}

TEST(Parse, ignores_keys_that_the_header_brings) {
  EXPECT_EQ(fault_of_header(
                R"({"alg":"RS256","jwk":{"kty":"RSA"},"jku":"https://evil.test/","x5u":"https://evil.test/",
                                "x5c":["AAAA"],"x5t":"AAAA","cty":"x","unknown":[1]})"),
            std::nullopt);
}

TEST(Parse, reports_structure_before_type_and_type_before_crit) {
  EXPECT_EQ(fault_of(made(R"({"alg":"RS256","typ":"x","crit":[]})", "[]")), Fault::malformed);
  EXPECT_EQ(fault_of(made(R"({"alg":"RS256","typ":"x","crit":[]})", "{}")), Fault::wrong_type);
  EXPECT_EQ(fault_of(made(R"({"alg":"RS256","typ":"JWT","crit":[]})", "{}")), Fault::critical_header);
}

TEST(Parse, bounds_nesting) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(fault_of(made(good_header, nested(63))), std::nullopt);
  EXPECT_EQ(fault_of(made(good_header, nested(64))), Fault::malformed);
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256","x":)" + std::string(7000, '[') + std::string(7000, ']') + "}"),
            Fault::malformed);
}

}  // namespace
}  // namespace openirsa::token
