#include "own/tokens.h"

#include <gtest/gtest.h>

#include <set>

#include "base/time_text.h"
#include "own/test_desk.h"
#include "token/verifier.h"

namespace openirsa::own {
namespace {

using test::Desk;
using test::expect_refused;
using test::issuer;
using test::noon;
using test::Reply;

constexpr std::string_view path = "/openirsa/v1/clusters/my-cluster/tokens";

json::object wanted() { return {{"namespace", "default"}, {"serviceAccount", "app"}}; }
Reply create(Desk& desk, const json::object& members) {
  return desk.send("POST", std::string(path), json::serialize(members));
}
Reply create_with(Desk& desk, std::string_view member, json::value value) {
  json::object members = wanted();
  members[member] = std::move(value);
  return create(desk, members);
}
json::object claims_of(const Reply& reply) {
  const std::string text = reply.text("token");
  const auto token = token::SignedToken::parse(text);
  return token ? json::object(token->unverified_claims(), {}) : json::object{};
}

TEST(CreateServiceAccountToken, AnswersATokenThatTheIssuersKeysVerify) {
  Desk desk;
  const Reply reply = create(desk, wanted());
  ASSERT_EQ(reply.status, 200) << reply.text("message");
  const std::string subject = "system:serviceaccount:default:app";
  EXPECT_EQ(reply.text("issuer"), issuer().url);
  EXPECT_EQ(reply.text("subject"), subject);
  EXPECT_EQ(reply.text("audience"), "sts.amazonaws.com");
  EXPECT_EQ(reply.text("expiration"), to_iso8601(time_of_seconds(noon + 3600)));

  const std::string text = reply.text("token");
  const auto token = token::SignedToken::parse(text);
  ASSERT_TRUE(token);
  const std::vector<std::string> client_ids{"sts.amazonaws.com"};
  const auto verified = token::TokenVerifier::verify(
      *token, {.issuer = issuer().url, .client_ids = &client_ids}, *issuer().key_set, desk.clock.now());
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified->subject(), subject);
  EXPECT_EQ(seconds_of(verified->expires_at()), noon + 3600);
  EXPECT_EQ(seconds_of(verified->issued_at()), noon);
  const json::object& kubernetes = verified->claims().at("kubernetes.io").as_object();
  EXPECT_EQ(kubernetes.at("namespace"), "default");
  EXPECT_EQ(kubernetes.at("serviceaccount").at("name"), "app");
}

TEST(CreateServiceAccountToken, GivesAServiceAccountOneUid) {
  Desk desk;
  const auto uid = [&](std::string_view name_space, std::string_view name) {
    const Reply reply = create(desk, {{"namespace", name_space}, {"serviceAccount", name}});
    return std::string(claims_of(reply).at("kubernetes.io").at("serviceaccount").at("uid").as_string());
  };
  const std::string first = uid("default", "app");
  EXPECT_EQ(first.size(), 36U);
  EXPECT_EQ(first[14], '8');
  EXPECT_EQ(uid("default", "app"), first);
  EXPECT_EQ((std::set{first, uid("default", "app2"), uid("other", "app")}).size(), 3U);
}

TEST(CreateServiceAccountToken, TakesAudienceAndLifetime) {
  Desk desk;
  json::object members = wanted();
  members["audience"] = "vault";
  for (const std::int64_t seconds : {600, 86'400}) {
    members["expirationSeconds"] = seconds;
    const Reply reply = create(desk, members);
    ASSERT_EQ(reply.status, 200) << reply.text("message");
    EXPECT_EQ(claims_of(reply).at("aud"), json::array{"vault"});
    EXPECT_EQ(claims_of(reply).at("exp"), json::value(noon + seconds));
  }
  for (const json::value& seconds : {json::value(599), json::value(86'401), json::value(-1),
                                     json::value(600.5), json::value("600"), json::value(true)}) {
    expect_refused(create_with(desk, "expirationSeconds", seconds), 400, "InvalidParameterException",
                   "member `expirationSeconds` must be a whole number from 600 to 86400");
  }
  EXPECT_EQ(create_with(desk, "audience", json::string(std::string(255, 'a'))).status, 200);
  for (const std::string& audience : {std::string(), std::string(256, 'a')}) {
    expect_refused(create_with(desk, "audience", json::string(audience)), 400, "InvalidParameterException",
                   "member `audience` must have 1 to 255 characters");
  }
}

TEST(CreateServiceAccountToken, TakesNamesThatKubernetesTakes) {
  Desk desk;
  for (const std::string& name : {std::string("a"), std::string("my-app-2"), std::string(63, 'x')}) {
    EXPECT_EQ(create_with(desk, "namespace", json::string(name)).status, 200) << name;
    EXPECT_EQ(create_with(desk, "serviceAccount", json::string(name)).status, 200) << name;
  }
  EXPECT_EQ(create_with(desk, "serviceAccount", "my.app").status, 200);
  EXPECT_EQ(create_with(desk, "serviceAccount", json::string(std::string(253, 'x'))).status, 200);
  const std::vector<std::string> never{"",    "A", "-a", "a-", "a_b",  "a b", "a:b",
                                       "a/b", "*", ".a", "a.", "a..b", "ä"};
  for (const std::string& name : never) {
    EXPECT_EQ(create_with(desk, "namespace", json::string(name)).error, "InvalidParameterException") << name;
    EXPECT_EQ(create_with(desk, "serviceAccount", json::string(name)).error, "InvalidParameterException")
        << name;
  }
  EXPECT_EQ(create_with(desk, "namespace", "a.b").status, 400) << "a namespace is one label";
  EXPECT_EQ(create_with(desk, "namespace", json::string(std::string(64, 'x'))).status, 400);
  EXPECT_EQ(create_with(desk, "serviceAccount", json::string(std::string(254, 'x'))).status, 400);
  expect_refused(create_with(desk, "serviceAccount", 7), 400, "InvalidParameterException",
                 "member `serviceAccount` is not a text");
  EXPECT_EQ(create(desk, {{"namespace", "default"}}).status, 400);
  EXPECT_EQ(create(desk, {{"serviceAccount", "app"}}).status, 400);
  EXPECT_EQ(desk.traces.last.failure->step, wire::Step::parameters_valid);
}

TEST(CreateServiceAccountToken, KnowsOnlyTheCallersLiveClusters) {
  Desk desk;
  const auto missing = [&](const std::string& target, const std::string& region = "us-west-2") {
    const Reply reply = desk.send("POST", target, json::serialize(wanted()), region);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.error, "ResourceNotFoundException");
  };
  expect_refused(desk.send("POST", "/openirsa/v1/clusters/missing/tokens", json::serialize(wanted())), 404,
                 "ResourceNotFoundException", "No cluster found for name: missing.");
  desk.put_cluster("foreign", "444455556666", "us-west-2");
  missing("/openirsa/v1/clusters/foreign/tokens");
  missing(std::string(path), "us-east-1");
  ASSERT_EQ(create(desk, wanted()).status, 200);
  record::Issuer tombstone = issuer();
  tombstone.deleted = true;
  tombstone.keys.clear();
  desk.put_issuer(tombstone);
  missing(std::string(path));
}

TEST(CreateServiceAccountToken, IsAuthorisedForTheCluster) {
  const std::string resource = "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster";
  Desk allowed(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
      "Action":"openirsa:CreateServiceAccountToken","Resource":")" +
               resource + R"("}]})");
  EXPECT_EQ(create(allowed, wanted()).status, 200);
  EXPECT_EQ(allowed.traces.last.resource, resource);
  allowed.put_cluster("other", test::account, "us-west-2");
  EXPECT_EQ(allowed.send("POST", "/openirsa/v1/clusters/other/tokens", json::serialize(wanted())).status,
            403);
}

TEST(CreateServiceAccountToken, LeavesNoTokenInTheTrace) {
  Desk desk;
  const Reply reply = create(desk, wanted());
  const std::string token = reply.text("token");
  const std::string shown = json::serialize(wire::to_json(desk.traces.last));
  EXPECT_EQ(shown.find(token.substr(token.rfind('.'))), std::string::npos);
}

TEST(CreateServiceAccountToken, NeedsAnAccount) {
  Desk desk;
  EXPECT_EQ(desk.handle(wire::test::make_request("POST", std::string(path), json::serialize(wanted()))).error,
            "MissingAuthenticationTokenException");
  EXPECT_EQ(desk.administer("POST", std::string(path), json::serialize(wanted())).status, 404)
      << "the administrator has no account, and so no clusters";
}

}  // namespace
}  // namespace openirsa::own
