#include "eks/clusters.h"

#include <gtest/gtest.h>

#include <set>

#include "eks/test_desk.h"
#include "issuer/registry.h"

namespace openirsa::eks {
namespace {

using test::By;
using test::Desk;
using test::expect_refused;
using test::one;
using test::other;
using test::Reply;

std::string text(const json::object& members, std::string_view name) {
  return std::string(find_string(members, name).value_or("<absent>"));
}
std::string issuer_of(const Reply& reply) {
  return std::string(reply.cluster().at("identity").at("oidc").at("issuer").as_string());
}

TEST(DescribeCluster, AnswersWhatCreateClusterAnswered) {
  Desk desk;
  const Reply created = desk.create("my-cluster");
  const Reply described = desk.send("GET", "/clusters/my-cluster");
  EXPECT_EQ(described.status, 200);
  EXPECT_EQ(described.body, created.body);
  EXPECT_EQ(desk.trace().resource, "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster");
}

TEST(DescribeCluster, KnowsNoOtherNames) {
  Desk desk;
  desk.put("my-cluster");
  const Reply missing = desk.send("GET", "/clusters/missing");
  expect_refused(missing, 404, "ResourceNotFoundException", "No cluster found for name: missing.");
  EXPECT_EQ(text(missing.body, "clusterName"), "missing");
  expect_refused(desk.send("GET", "/clusters/MY-CLUSTER"), 404, "ResourceNotFoundException",
                 "No cluster found for name: MY-CLUSTER.");
  expect_refused(desk.send("GET", "/clusters/a%2Fb"), 404, "ResourceNotFoundException",
                 "No cluster found for name: a/b.");
  EXPECT_EQ(desk.send("GET", "/clusters/" + std::string(3000, 'x')).status, 404);
  EXPECT_EQ(desk.send("GET", "/clusters/my-cluster").status, 200);
}

TEST(DeleteCluster, LeavesATombstoneThatExchangesNothing) {
  Desk desk;
  const Reply created = desk.create("my-cluster");
  const std::string issuer = issuer_of(created);
  ASSERT_NE(issuer::find_live(*desk.mirror->snapshot(), issuer), nullptr);
  const auto before = desk.mirror->snapshot()->revision();

  const Reply deleted = desk.send("DELETE", "/clusters/my-cluster");
  ASSERT_EQ(deleted.status, 200);
  json::object expected = created.cluster();
  expected["status"] = "DELETING";
  EXPECT_EQ(deleted.cluster(), expected);

  const auto snapshot = desk.mirror->snapshot();
  EXPECT_EQ(snapshot->revision(), before + 1) << "one commit";
  EXPECT_EQ(issuer::find_live(*snapshot, issuer), nullptr);
  const auto* tombstone =
      record::find<record::Issuer>(*snapshot, record::issuer_key(issuer.substr(issuer.rfind('/') + 1)));
  ASSERT_NE(tombstone, nullptr);
  EXPECT_TRUE(tombstone->deleted);
  EXPECT_TRUE(tombstone->keys.empty());
  EXPECT_EQ(tombstone->cluster, "");
  EXPECT_EQ(desk.send("GET", "/clusters/my-cluster").status, 404);
  expect_refused(desk.send("DELETE", "/clusters/my-cluster"), 404, "ResourceNotFoundException",
                 "No cluster found for name: my-cluster.");
}

TEST(DeleteCluster, GivesTheNameFreeWithANewIssuer) {
  Desk desk;
  const std::string first = issuer_of(desk.create("my-cluster"));
  ASSERT_EQ(desk.send("DELETE", "/clusters/my-cluster").status, 200);
  const std::string second = issuer_of(desk.create("my-cluster"));
  EXPECT_NE(first, second);
  EXPECT_EQ(issuer::find_live(*desk.mirror->snapshot(), first), nullptr);
  EXPECT_NE(issuer::find_live(*desk.mirror->snapshot(), second), nullptr);
}

TEST(DeleteCluster, KnowsNoNamesThatNoClusterCanHave) {
  Desk desk;
  for (const std::string name : {"a%2Fb", "%20", "..", "-a"}) {
    EXPECT_EQ(desk.send("DELETE", "/clusters/" + name).error, "ResourceNotFoundException") << name;
  }
  EXPECT_EQ(desk.send("DELETE", "/clusters/" + std::string(3000, 'x')).error, "ResourceNotFoundException");
}

TEST(Clusters, AnswerServiceUnavailableWhenTheStoreIsGone) {
  Desk desk;
  desk.put("my-cluster");
  desk.mirror->close();
  const std::string message = "The service is unavailable. Back off and retry the operation.";
  expect_refused(desk.create("new"), 503, "ServiceUnavailableException", message);
  expect_refused(desk.send("DELETE", "/clusters/my-cluster"), 503, "ServiceUnavailableException", message);
  const std::string tags = "/tags/arn%3Aaws%3Aeks%3Aus-west-2%3A111122223333%3Acluster%2Fmy-cluster";
  expect_refused(desk.send("POST", tags, R"({"tags":{"a":"b"}})"), 503, "ServiceUnavailableException",
                 message);
  EXPECT_EQ(desk.send("GET", "/clusters/my-cluster").status, 200) << "reads go on";
}

TEST(Clusters, AreApartByAccountAndRegion) {
  Desk desk;
  const std::set<std::string> issuers{issuer_of(desk.create("my-cluster")),
                                      issuer_of(desk.create("my-cluster", {one, "eu-west-1"})),
                                      issuer_of(desk.create("my-cluster", {other})),
                                      issuer_of(desk.create("my-cluster", {other, "eu-west-1"}))};
  EXPECT_EQ(issuers.size(), 4U);
  desk.put("only-here");
  for (const By& by : {By{one, "eu-west-1"}, By{other}}) {
    EXPECT_EQ(desk.send("GET", "/clusters/only-here", {}, by).status, 404);
    EXPECT_EQ(desk.send("DELETE", "/clusters/only-here", {}, by).status, 404);
    EXPECT_EQ(desk.send("GET", "/clusters", {}, by).body, json::parse(R"({"clusters": ["my-cluster"]})"));
  }
  ASSERT_EQ(desk.send("DELETE", "/clusters/my-cluster", {}, {one, "eu-west-1"}).status, 200);
  EXPECT_EQ(desk.send("GET", "/clusters/my-cluster").status, 200);
  EXPECT_EQ(text(desk.send("GET", "/clusters/my-cluster", {}, {other}).cluster(), "arn"),
            "arn:aws:eks:us-west-2:444455556666:cluster/my-cluster");
}

}  // namespace
}  // namespace openirsa::eks
