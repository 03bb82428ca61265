#include "sts/web_identity.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/time_text.h"
#include "crypto/digest.h"
#include "record/identifier.h"
#include "sts/test_desk.h"

namespace openirsa::sts {
namespace {

using test::account;
using test::claims;
using test::denied;
using test::Desk;
using test::expect_refused;
using test::issuer;
using test::noon;
using test::Reply;
using test::role_arn;
using test::sign;
using test::sign_with;
using test::sign_without;
using wire::Step;

TEST(AssumeRoleWithWebIdentity, AnswersWhatTheModelSays) {
  Desk desk;
  const Reply reply = desk.exchange(sign(claims()));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["SubjectFromWebIdentityToken"], test::subject);
  EXPECT_EQ(reply["Audience"], "sts.amazonaws.com");
  EXPECT_EQ(reply["AssumedRoleId"], "AROAAAAAAAAAAAAAAAAAA:pod-1");
  EXPECT_EQ(reply["Arn"], "arn:aws:sts::111122223333:assumed-role/my-role/pod-1")
      << "without the role's path";
  EXPECT_EQ(reply["Provider"], test::provider_arn());
  EXPECT_EQ(reply["Expiration"], to_iso8601(time_of_seconds(noon + 3600)));
  EXPECT_EQ(reply["PackedPolicySize"], "<absent>");
  EXPECT_EQ(reply["SourceIdentity"], "<absent>");
  const std::string id = reply["AccessKeyId"];
  EXPECT_EQ(id.size(), 20U);
  EXPECT_TRUE(id.starts_with("ASIA"));
  EXPECT_EQ(record::account_of_access_key(id), account);
  EXPECT_EQ(reply["SecretAccessKey"].size(), 40U);
  EXPECT_LE(reply["SessionToken"].size(), max_plain_token_bytes);
  const std::string start =
      "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
      "<AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>";
  EXPECT_EQ(reply.body.substr(0, start.size()), start);
}

TEST(AssumeRoleWithWebIdentity, WritesEveryStepIntoTheTraceAndNoSecret) {
  Desk desk;
  const std::string token = sign(claims());
  const Reply reply = desk.exchange(token);
  ASSERT_EQ(reply.status, 200);
  const wire::Trace& trace = desk.trace();
  for (const Step step :
       {Step::parameters_valid, Step::token_parsed, Step::issuer_known, Step::provider_found,
        Step::claims_complete, Step::audience_allowed, Step::key_found, Step::signature_of_token_verified,
        Step::token_times_valid, Step::role_found, Step::trust_policy_allowed, Step::duration_allowed,
        Step::session_policy_valid, Step::handler_done}) {
    EXPECT_TRUE(trace.passed(step)) << wire::name_of(step);
  }
  EXPECT_FALSE(trace.failure);
  EXPECT_EQ(trace.account, account);
  EXPECT_EQ(trace.role_arn, role_arn);
  EXPECT_FALSE(trace.role_unknown);
  EXPECT_EQ(trace.subject, test::subject);
  EXPECT_EQ(trace.audience, "sts.amazonaws.com");
  EXPECT_EQ(trace.algorithm, "RS256");
  EXPECT_EQ(trace.provider_arn, test::provider_arn());
  EXPECT_EQ(trace.access_key_id, reply["AccessKeyId"]);
  const std::string shown = json::serialize(wire::to_json(trace));
  for (const std::string& secret :
       {token.substr(token.rfind('.')), reply["SecretAccessKey"], reply["SessionToken"]}) {
    EXPECT_EQ(shown.find(secret), std::string::npos);
  }
}

TEST(AssumeRoleWithWebIdentity, GivesFreshCredentialsEachTime) {
  Desk desk;
  const std::string token = sign(claims());
  const Reply first = desk.exchange(token);
  const Reply second = desk.exchange(token);
  for (const std::string name : {"AccessKeyId", "SecretAccessKey", "SessionToken"}) {
    EXPECT_NE(first[name], second[name]) << name;
  }
}

TEST(AssumeRoleWithWebIdentity, LooksAtNoSignatureOfTheRequest) {
  Desk desk;
  auto request = wire::test::form_request(
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + percent_encode(role_arn) +
      "&RoleSessionName=pod-1&WebIdentityToken=" + sign(claims()));
  request.headers.emplace_back("Authorization",
                               "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-west-2/sts/aws4_request");
  EXPECT_EQ(desk.handle(request).status, 200);
}

// --- tokens that are refused ---

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
  return input + "." + to_base64url(issuer().keys[0].key.sign(crypto::Algorithm::rs256, input));
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
  add("unknown kid", token::sign_token(claims(), "unknown", crypto::Algorithm::rs256, issuer().keys[0].key),
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

TEST(Audience, IsTheAuthorizedPartyWhereThereIsOne) {
  Desk desk;
  const std::string name = test::issuer_name();
  desk.put_role(test::a_role(test::trust_text(R"({"StringEquals":{")" + name + R"(:aud":"second",")" + name +
                                              R"(:oaud":"https://resource.example"}})")));
  json::object content = claims();
  content["azp"] = "second";
  content["aud"] = "https://resource.example";
  const Reply reply = desk.exchange(sign(content));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["Audience"], "second");
  content["aud"] = "https://elsewhere.example";
  expect_refused(desk.exchange(sign(content)), 403, "AccessDenied", denied);
  EXPECT_EQ(desk.exchange(sign_with("azp", "sts.amazonaws.com")).status, 403) << "another authorized party";
}

TEST(Audience, MayBeSeveralWithAnAuthorizedParty) {
  Desk desk;
  json::object content = claims();
  content["aud"] = {"a", "b"};
  content["azp"] = "sts.amazonaws.com";
  const Reply reply = desk.exchange(sign(content));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["Audience"], "sts.amazonaws.com");
}

// --- the role ---

TEST(TrustPolicy, RefusesAsAMissingRoleIsRefused) {
  Desk desk;
  const std::string token = sign(claims());
  const Reply missing = desk.exchange(token, {{"RoleArn", "arn:aws:iam::111122223333:role/missing"}});
  expect_refused(missing, 403, "AccessDenied", denied);
  EXPECT_EQ(desk.trace().failure->step, Step::role_found);
  EXPECT_EQ(desk.trace().failure->code, "role_missing");
  EXPECT_TRUE(desk.trace().role_unknown);

  const Reply mismatch = desk.exchange(sign_with("sub", "system:serviceaccount:default:App"));
  EXPECT_EQ(mismatch.body, missing.body) << "byte for byte";
  EXPECT_EQ(desk.trace().failure->step, Step::trust_policy_allowed);
  EXPECT_EQ(desk.trace().failure->code, "trust_policy_mismatch");
  EXPECT_EQ(desk.trace().failure->expected, test::subject);
  EXPECT_EQ(desk.trace().failure->actual, "system:serviceaccount:default:App");
  EXPECT_TRUE(desk.trace().explanation);

  for (const std::string arn :
       {"arn:aws:iam::111122223333:role/my-role", "arn:aws:iam::111122223333:role/apps/My-role",
        "arn:aws:iam::111122223333:role/Apps/my-role", "arn:aws:iam::111122223333:role/apps/"}) {
    EXPECT_EQ(desk.exchange(token, {{"RoleArn", arn}}).body, missing.body) << arn;
    EXPECT_EQ(desk.trace().failure->code, "role_missing");
  }
  // Another provider's ARN as principal.
  std::string trust = test::trust_text();
  trust.replace(trust.find("oidc-provider/"), 14, "oidc-provider/x");
  desk.put_role(test::a_role(trust));
  EXPECT_EQ(desk.exchange(token).body, missing.body);
  EXPECT_EQ(desk.trace().failure->code, "trust_policy_mismatch");
  desk.put_role(test::a_role());
  EXPECT_EQ(desk.exchange(token).status, 200);
}

TEST(TrustPolicy, MayDenyExplicitly) {
  Desk desk;
  std::string trust = test::trust_text();
  trust.insert(trust.rfind(']'), R"(,{"Effect":"Deny","Principal":{"Federated":")" + test::provider_arn() +
                                     R"("},"Action":"sts:AssumeRoleWithWebIdentity",)"
                                     R"("Condition":{"StringEquals":{"sts:RoleSessionName":"night"}}})");
  desk.put_role(test::a_role(trust));
  const std::string token = sign(claims());
  expect_refused(desk.exchange(token, {{"RoleSessionName", "night"}}), 403, "AccessDenied", denied);
  EXPECT_EQ(desk.trace().failure->code, "explicit_deny");
  EXPECT_EQ(desk.exchange(token).status, 200);
}

TEST(TrustPolicy, SeesTheRequest) {
  Desk desk;
  desk.put_role(test::a_role(test::trust_text(
      R"({"IpAddress":{"aws:SourceIp":"192.0.2.0/24"},"Bool":{"aws:SecureTransport":"true"},
          "NumericLessThanEquals":{"sts:DurationSeconds":"1800"}})")));
  const std::string token = sign(claims());
  EXPECT_EQ(desk.exchange(token, {{"DurationSeconds", "1800"}}).status, 200);
  EXPECT_EQ(desk.exchange(token, {{"DurationSeconds", "1801"}}).status, 403);
  EXPECT_EQ(desk.exchange(token).status, 403) << "3600 seconds by default";
}

TEST(Accounts, HaveTheirOwnProviders) {
  Desk desk;
  record::Role role = test::a_role();
  role.account = test::other_account;
  desk.put_role(role);
  const std::string token = sign(claims());
  const std::string arn = "arn:aws:iam::444455556666:role/apps/my-role";
  expect_refused(desk.exchange(token, {{"RoleArn", arn}}), 400, invalid,
                 "No OpenIDConnect provider found in your account for " + issuer().url);
  // Even with a provider of its own, the role trusts the other account's.
  const record::OpenIdConnectProvider provider{.account = test::other_account,
                                               .url = test::issuer_name(),
                                               .client_ids = {"sts.amazonaws.com"},
                                               .created = desk.clock.now()};
  desk.put(record::provider_key(provider.account, provider.url), provider);
  expect_refused(desk.exchange(token, {{"RoleArn", arn}}), 403, "AccessDenied", denied);
  std::string trust = test::trust_text();
  trust.replace(trust.find(account), account.size(), test::other_account);
  role.trust = test::compiled(trust, policy::Kind::trust);
  desk.put_role(role);
  const Reply reply = desk.exchange(token, {{"RoleArn", arn}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["Arn"], "arn:aws:sts::444455556666:assumed-role/my-role/pod-1");
}

TEST(Issuers, OfDeletedClustersExchangeNothing) {
  Desk desk;
  const std::string token = sign(claims());
  ASSERT_EQ(desk.exchange(token).status, 200);
  desk.delete_cluster();
  expect_refused(desk.exchange(token), 400, invalid, no_key);
  EXPECT_EQ(desk.trace().failure->step, Step::issuer_known);
}

TEST(Duration, IsJudgedOnlyAfterTheTrustPolicy) {
  Desk desk;
  const std::string token = sign(claims());
  expect_refused(desk.exchange(token, {{"DurationSeconds", "3601"}}), 400, "ValidationError",
                 "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_EQ(desk.trace().failure->step, Step::duration_allowed);
  EXPECT_EQ(desk.trace().failure->expected, "3600");
  EXPECT_EQ(desk.trace().failure->actual, "3601");
  const test::Fields missing{{"DurationSeconds", "3601"},
                             {"RoleArn", "arn:aws:iam::111122223333:role/missing"}};
  expect_refused(desk.exchange(token, missing), 403, "AccessDenied", denied);
  expect_refused(desk.exchange(sign_with("sub", "other"), {{"DurationSeconds", "3601"}}), 403, "AccessDenied",
                 denied);

  record::Role role = test::a_role();
  role.max_session_seconds = 43'200;
  desk.put_role(role);
  for (const std::string given : {"900", "43200", "+0900", "0900"}) {
    const Reply reply = desk.exchange(token, {{"DurationSeconds", given}});
    ASSERT_EQ(reply.status, 200) << given << reply.body;
    EXPECT_EQ(reply["Expiration"],
              to_iso8601(time_of_seconds(noon + *parse_integer(given == "43200" ? given : "900"))));
  }
}

}  // namespace
}  // namespace openirsa::sts
