// Every way in which a web identity token can be wrong: AWS's code and text for the caller, the reason for
// the owner.
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "sts/test_desk.h"

namespace openirsa::sts {
namespace {

using test::claims;
using test::Desk;
using test::expect_refused;
using test::issuer;
using test::noon;
using test::Reply;
using test::sign;
using test::sign_with;
using test::sign_without;
using wire::Step;

struct Wrong {
  std::string name;
  std::string token;
  std::string code;
  std::string message;
  Step step;
  std::string reason;
};

constexpr std::string_view invalid = "InvalidIdentityToken";
constexpr std::string_view not_a_jwt =
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
constexpr std::string_view not_validated =
    "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation "
    "for "
    "requirements.";
constexpr std::string_view no_key =
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity "
    "documentation for requirements";

std::string tampered_signature() {
  std::string token = sign(claims());
  const std::size_t at = token.rfind('.') + 10;
  token[at] = token[at] == 'A' ? 'B' : 'A';
  return token;
}

std::string other_payload() {
  const std::string token = sign(claims());
  json::object changed = claims();
  changed["sub"] = "system:serviceaccount:kube-system:admin";
  const std::size_t first = token.find('.');
  return token.substr(0, first + 1) + to_base64url(json::serialize(changed)) + token.substr(token.rfind('.'));
}

std::string unsigned_token() {
  return to_base64url(R"({"alg":"none","typ":"JWT"})") + "." + to_base64url(json::serialize(claims())) + ".";
}

// The classic confusion: the public key, which everybody has, taken as the secret of an HMAC.
std::string hmac_with_public_key() {
  const json::object header{{"alg", "HS256"}, {"kid", issuer().keys[0].key_id}, {"typ", "JWT"}};
  const std::string input =
      to_base64url(json::serialize(header)) + "." + to_base64url(json::serialize(claims()));
  const std::string pem = issuer().keys[0].key.public_key().to_pem();
  return input + "." + to_base64url(as_view(crypto::hmac_sha256(pem, input)));
}

std::string signed_text(std::string_view header, std::string_view payload) {
  const std::string input = to_base64url(header) + "." + to_base64url(payload);
  return input + "." +
         to_base64url(issuer().keys[0].key.private_key()->sign(crypto::Algorithm::rs256, input));
}

std::string duplicate_member() {
  std::string payload = json::serialize(claims());
  payload.insert(1, R"("sub":"system:serviceaccount:default:app",)");
  return signed_text(R"({"alg":"RS256"})", payload);
}

std::vector<Wrong> wrong_tokens() {
  const std::string key_id = issuer().keys[0].key_id;
  const std::string payload = json::serialize(claims());
  const std::string now = std::to_string(noon);
  const std::string foreign = "https://token.actions.githubusercontent.com";
  std::vector<Wrong> all;
  const auto add = [&](std::string name, std::string token, std::string_view code, std::string_view message,
                       Step step, std::string reason) {
    all.push_back({std::move(name), std::move(token), std::string(code), std::string(message), step,
                   std::move(reason)});
  };
  add("no token at all", "abcd", invalid, not_a_jwt, Step::token_parsed, "malformed");
  add("two segments", "e30.e30", invalid, not_a_jwt, Step::token_parsed, "malformed");
  add("an access token", signed_text(R"({"alg":"RS256","typ":"at+jwt"})", payload), invalid, not_a_jwt,
      Step::token_parsed, "wrong_type");
  add("crit", signed_text(R"({"alg":"RS256","crit":["exp"]})", payload), invalid, not_a_jwt,
      Step::token_parsed, "critical_header");
  add("claims that are no object", signed_text(R"({"alg":"RS256"})", "[]"), invalid, not_a_jwt,
      Step::token_parsed, "malformed");
  add("a claim twice", duplicate_member(), invalid, not_a_jwt, Step::token_parsed, "malformed");
  add("a header member twice", signed_text(R"({"alg":"RS256","alg":"RS256"})", payload), invalid, not_a_jwt,
      Step::token_parsed, "malformed");

  add("no iss", sign_without("iss"), invalid, "Missing a required claim: iss", Step::issuer_known,
      "missing_claim");
  add("iss is a number", sign_with("iss", 5), invalid, "Missing a required claim: iss", Step::issuer_known,
      "missing_claim");
  const std::string no_provider = "No OpenIDConnect provider found in your account for ";
  add("unknown issuer", sign_with("iss", json::string(foreign)), invalid, no_provider + foreign,
      Step::provider_found, "no_provider");
  add("http issuer", sign_with("iss", json::string("http://" + test::issuer_name())), invalid,
      no_provider + "http://" + test::issuer_name(), Step::provider_found, "no_provider");
  add("issuer in other letters", sign_with("iss", json::string(to_upper(issuer().url))), invalid,
      no_provider + to_upper(issuer().url), Step::provider_found, "no_provider");
  add("issuer with a slash", sign_with("iss", json::string(issuer().url + "/")), invalid,
      no_provider + issuer().url + "/", Step::provider_found, "no_provider");
  add("provider without keys here", sign_with("iss", "https://registered.example"), invalid, no_key,
      Step::issuer_known, "no_keys_for_issuer");

  for (const std::string name : {"aud", "sub", "exp", "iat"}) {
    add("no " + name, sign_without(name), invalid, "Missing a required claim: " + name, Step::claims_complete,
        "missing_claim");
  }
  add("empty sub", sign_with("sub", ""), invalid, "Missing a required claim: sub", Step::claims_complete,
      "missing_claim");
  add("empty aud", sign_with("aud", json::array{}), invalid, "Missing a required claim: aud",
      Step::claims_complete, "missing_claim");
  add("exp is no integer", sign_with("exp", 1e10 + 0.5), invalid, not_a_jwt, Step::claims_complete,
      "wrong_claim_type");
  add("iat is a text", sign_with("iat", "now"), invalid, not_a_jwt, Step::claims_complete,
      "wrong_claim_type");

  add("wrong audience", sign_with("aud", "other"), invalid, "Incorrect token audience",
      Step::audience_allowed, "audience_mismatch");
  add("audience with a blank", sign_with("aud", "sts.amazonaws.com "), invalid, "Incorrect token audience",
      Step::audience_allowed, "audience_mismatch");
  add("several audiences", sign_with("aud", {"sts.amazonaws.com", "second"}), invalid,
      "Token audience contains more than one audience while authorized party is not present",
      Step::audience_allowed, "several_audiences");
  add("azp that is not registered", sign_with("azp", "unknown"), invalid, "Incorrect token audience",
      Step::audience_allowed, "audience_mismatch");

  add("alg none", unsigned_token(), invalid, no_key, Step::key_found, "algorithm_not_allowed");
  add("HMAC with the public key", hmac_with_public_key(), invalid, no_key, Step::key_found,
      "algorithm_not_allowed");
  add("unknown kid",
      token::sign_token(claims(), "unknown", crypto::Algorithm::rs256, *issuer().keys[0].key.private_key()),
      invalid, no_key, Step::key_found, "unknown_key");
  add("alg of another kind of key",
      token::test::compact({{"alg", "ES256"}, {"kid", key_id}}, claims(), token::test::curve(),
                           crypto::Algorithm::es256),
      invalid, no_key, Step::key_found, "algorithm_not_allowed");
  add("altered signature", tampered_signature(), invalid, not_validated, Step::signature_of_token_verified,
      "signature_mismatch");
  add("altered claims", other_payload(), invalid, not_validated, Step::signature_of_token_verified,
      "signature_mismatch");
  add("another key under the same kid",
      token::sign_token(claims(), key_id, crypto::Algorithm::rs256, token::test::rsa()), invalid,
      not_validated, Step::signature_of_token_verified, "signature_mismatch");

  add("expired", sign_with("exp", noon - 300), "ExpiredTokenException",
      "Token expired: current date/time " + now + " must be before the expiration date/time " +
          std::to_string(noon - 300),
      Step::token_times_valid, "expired");
  add("not yet valid", sign_with("nbf", noon + 301), invalid, not_validated, Step::token_times_valid,
      "not_yet_valid");
  add("issued in the future", sign_with("iat", noon + 301), invalid, not_validated, Step::token_times_valid,
      "issued_in_future");
  return all;
}

TEST(WrongTokens, AreRefusedInAwssWordsAndExplainedInTheTrace) {
  Desk desk;
  desk.put_provider("registered.example");
  for (const Wrong& wrong : wrong_tokens()) {
    SCOPED_TRACE(wrong.name);
    const Reply reply = desk.exchange(wrong.token);
    expect_refused(reply, 400, wrong.code, wrong.message);
    EXPECT_EQ(reply["Type"], "Sender");
    ASSERT_TRUE(desk.trace().failure);
    EXPECT_EQ(desk.trace().failure->step, wrong.step) << wire::name_of(desk.trace().failure->step);
    EXPECT_EQ(desk.trace().failure->code, wrong.reason);
    EXPECT_EQ(desk.trace().wire_code, wrong.code);
    EXPECT_EQ(desk.trace().wire_message, wrong.message);
    EXPECT_FALSE(desk.trace().passed(wrong.step));
  }
  EXPECT_EQ(desk.exchange(sign(claims())).status, 200) << "the token that all of them were made from";
}

TEST(WrongTokens, TellNobodyWhetherTheRoleExists) {
  Desk desk;
  desk.put_provider("registered.example");
  for (const Wrong& wrong : wrong_tokens()) {
    SCOPED_TRACE(wrong.name);
    const Reply existing = desk.exchange(wrong.token);
    EXPECT_FALSE(desk.trace().role_unknown);
    const Reply missing = desk.exchange(wrong.token, {{"RoleArn", "arn:aws:iam::111122223333:role/missing"}});
    EXPECT_TRUE(desk.trace().role_unknown) << "such a trace is shown over the admin socket only";
    EXPECT_EQ(existing.status, missing.status);
    EXPECT_EQ(existing.body, missing.body);
  }
}

TEST(WrongTokens, AreAcceptedJustInsideEachLimit) {
  Desk desk;
  for (const auto& token :
       {sign_with("exp", noon - 299), sign_with("nbf", noon + 300), sign_with("iat", noon + 300),
        sign_without("nbf"), sign_with("aud", "second"), sign_with("aud", {"second"})}) {
    const Reply reply = desk.exchange(token);
    // `second` is a registered client id, but not the one that the trust policy names.
    const bool by_trust = reply.code == "AccessDenied" && desk.trace().audience == "second";
    EXPECT_TRUE(reply.status == 200 || by_trust) << reply.body;
  }
}

TEST(WrongTokens, WriteNoMarkupOfTheirOwnIntoTheAnswer) {
  Desk desk;
  const Reply reply = desk.exchange(sign_with("iss", "https://<Code>&\"\x01\r"));
  expect_refused(reply, 400, invalid,
                 "No OpenIDConnect provider found in your account for https://<Code>&\"\xEF\xBF\xBD&#xD;");
  EXPECT_NE(reply.body.find("https://&lt;Code&gt;&amp;&quot;"), std::string::npos);
}

TEST(WrongTokens, MayNotBeTooLongOrTooShort) {
  Desk desk;
  const auto text = [](std::string_view constraint) {
    return "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member "
           "must " +
           std::string(constraint);
  };
  expect_refused(desk.exchange(std::string(20'001, 'a')), 400, "ValidationError",
                 text("have length less than or equal to 20000"));
  EXPECT_EQ(desk.trace().failure->step, Step::parameters_valid);
  expect_refused(desk.exchange(std::string(20'000, 'a')), 400, invalid, not_a_jwt);
  expect_refused(desk.exchange("abc"), 400, "ValidationError",
                 text("have length greater than or equal to 4"));
}

}  // namespace
}  // namespace openirsa::sts
