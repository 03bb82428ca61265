#include "sts/web_identity.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
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
  expect_refused(desk.exchange(token, {{"RoleArn", arn}}), 400, "InvalidIdentityToken",
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
  expect_refused(desk.exchange(token), 400, "InvalidIdentityToken",
                 "Couldn't retrieve verification key from your identity provider,  please reference "
                 "AssumeRoleWithWebIdentity documentation for requirements");
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
