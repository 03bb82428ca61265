#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/text.h"
#include "eks/clusters.h"
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

TEST(CreateCluster, AnswersAnActiveClusterWithEverythingThatClientsDereference) {
  Desk desk;
  const Reply reply = desk.create("my-cluster");
  ASSERT_EQ(reply.status, 200);
  const json::object& cluster = reply.cluster();
  EXPECT_EQ(text(cluster, "name"), "my-cluster");
  EXPECT_EQ(text(cluster, "arn"), "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster");
  EXPECT_EQ(text(cluster, "status"), "ACTIVE");
  EXPECT_EQ(text(cluster, "version"), "1.35");
  EXPECT_EQ(text(cluster, "roleArn"), test::role);
  EXPECT_EQ(text(cluster, "platformVersion"), "eks.1");
  EXPECT_EQ(cluster.at("createdAt"), json::value(test::noon));
  const std::string issuer = issuer_of(reply);
  ASSERT_TRUE(issuer.starts_with("https://oidc.openirsa.internal/id/"));
  const std::string id = issuer.substr(issuer.rfind('/') + 1);
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(text(cluster, "endpoint"), "https://127.0.0.1:8443/k8s/" + id);
  EXPECT_EQ(from_base64(cluster.at("certificateAuthority").at("data").as_string()), test::authority_pem);
  EXPECT_FALSE(cluster.contains("connectorConfig"));
  EXPECT_FALSE(cluster.contains("outpostConfig"));
  EXPECT_FALSE(cluster.contains("id"));
}

TEST(CreateCluster, FillsInWhatWasNotGiven) {
  Desk desk;
  const Reply reply = desk.create("my-cluster");
  const json::object& cluster = reply.cluster();
  const auto expected = json::parse(R"({
    "resourcesVpcConfig": {"subnetIds": [], "securityGroupIds": [], "vpcId": "", "endpointPublicAccess": true,
                           "endpointPrivateAccess": false, "publicAccessCidrs": ["0.0.0.0/0"]},
    "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.100.0.0/16", "ipFamily": "ipv4",
                                "elasticLoadBalancing": {"enabled": false}},
    "logging": {"clusterLogging": [{"types": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
                                    "enabled": false}]},
    "health": {"issues": []}, "tags": {}, "accessConfig": {"authenticationMode": "CONFIG_MAP"},
    "upgradePolicy": {"supportType": "EXTENDED"}, "deletionProtection": false})");
  for (const auto& [name, value] : expected.as_object()) EXPECT_EQ(cluster.at(name), value) << name;
  EXPECT_FALSE(cluster.contains("clientRequestToken"));
  EXPECT_FALSE(cluster.contains("computeConfig"));
}

TEST(CreateCluster, KeepsWhatWasGivenAndIgnoresWhatNobodyKnows) {
  Desk desk;
  const auto given =
      json::parse(R"({"name": "my-cluster", "roleArn": "arn:aws:iam::111122223333:role/path/eks",
    "version": "1.34", "clientRequestToken": "token-1", "tags": {"team": "apps", "empty": ""},
    "resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "endpointPublicAccess": false, "color": "red"},
    "kubernetesNetworkConfig": {"ipFamily": "ipv6"}, "futureMember": {"a": [1]}, "encryptionConfig": null,
    "logging": {"clusterLogging": [{"types": ["audit"], "enabled": true}, {"types": ["api"], "enabled": false}]},
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": true},
    "upgradePolicy": {"supportType": "STANDARD"}, "zonalShiftConfig": {"enabled": true},
    "bootstrapSelfManagedAddons": false, "deletionProtection": false,
    "controlPlaneScalingConfig": {"tier": "tier-xl"}})");
  ASSERT_EQ(desk.create(given.as_object()).status, 200);
  const Reply reply = desk.send("GET", "/clusters/my-cluster");
  ASSERT_EQ(reply.status, 200);
  const json::object& cluster = reply.cluster();
  EXPECT_EQ(text(cluster, "version"), "1.34");
  EXPECT_EQ(text(cluster, "roleArn"), "arn:aws:iam::111122223333:role/path/eks");
  EXPECT_EQ(text(cluster, "clientRequestToken"), "token-1");
  const auto expected = json::parse(R"({"tags": {"empty": "", "team": "apps"},
    "resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": [], "vpcId": "",
      "endpointPublicAccess": false, "endpointPrivateAccess": false, "publicAccessCidrs": ["0.0.0.0/0"]},
    "kubernetesNetworkConfig": {"ipFamily": "ipv6", "elasticLoadBalancing": {"enabled": false}},
    "logging": {"clusterLogging": [{"types": ["audit"], "enabled": true},
      {"types": ["api", "authenticator", "controllerManager", "scheduler"], "enabled": false}]},
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": true},
    "upgradePolicy": {"supportType": "STANDARD"}, "zonalShiftConfig": {"enabled": true},
    "controlPlaneScalingConfig": {"tier": "tier-xl"}})");
  for (const auto& [name, value] : expected.as_object()) EXPECT_EQ(cluster.at(name), value) << name;
  for (const std::string_view name : {"futureMember", "encryptionConfig", "bootstrapSelfManagedAddons"}) {
    EXPECT_FALSE(cluster.contains(name)) << name;
  }
}

TEST(CreateCluster, MakesTheIssuerInTheSameCommit) {
  Desk desk;
  const auto before = desk.mirror->snapshot()->revision();
  const std::string issuer = issuer_of(desk.create("my-cluster"));
  const auto snapshot = desk.mirror->snapshot();
  EXPECT_EQ(snapshot->revision(), before + 1);
  const auto* found = issuer::find_live(*snapshot, issuer);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->account, one);
  EXPECT_EQ(found->region, "us-west-2");
  EXPECT_EQ(found->cluster, "my-cluster");
  EXPECT_EQ(found->keys.size(), 1U);
}

TEST(CreateCluster, TakesNamesOfOneToAHundredCharacters) {
  Desk desk;
  for (const std::string& name : {std::string("a"), std::string("9_-Z"), std::string(100, 'x')}) {
    EXPECT_EQ(desk.create(name).status, 200) << name;
  }
  const std::string pattern = "Member must satisfy regular expression pattern: ^[0-9A-Za-z][A-Za-z0-9\\-_]*";
  expect_refused(
      desk.create(std::string(101, 'x')), 400, "InvalidParameterException",
      "1 validation error detected: Value '" + std::string(101, 'x') +
          "' at 'name' failed to satisfy constraint: Member must have length less than or equal to 100");
  for (const std::string name : {"-a", "_a", "a b", "a/b", "a.b", "ä", "a\n"}) {
    expect_refused(desk.create(name), 400, "InvalidParameterException",
                   "1 validation error detected: Value '" + name +
                       "' at 'name' failed to satisfy constraint: " + pattern);
  }
  expect_refused(
      desk.create(""), 400, "InvalidParameterException",
      "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have "
      "length greater than or equal to 1; Value '' at 'name' failed to satisfy constraint: " +
          pattern);
}

TEST(CreateCluster, NamesWhatIsMissing) {
  Desk desk;
  expect_refused(
      desk.create(json::object{}), 400, "InvalidParameterException",
      "3 validation errors detected: Value at 'name' failed to satisfy constraint: Member must not be "
      "null; Value at 'roleArn' failed to satisfy constraint: Member must not be null; Value at "
      "'resourcesVpcConfig' failed to satisfy constraint: Member must not be null");
  EXPECT_EQ(desk.send("POST", "/clusters").status, 400);
}

TEST(CreateCluster, RefusesOtherTypesByTheirPlace) {
  Desk desk;
  const auto refused = [&](std::string_view member, std::string_view value, const std::string& message) {
    expect_refused(desk.create_with(member, json::parse(value)), 400, "InvalidParameterException", message);
  };
  refused("name", "5", "The value at 'name' must be a text.");
  refused("tags", R"(["a"])", "The value at 'tags' must be a map of texts.");
  refused("tags", R"({"a": 1})", "The value at 'tags.a.member' must be a text.");
  refused("resourcesVpcConfig", "[]", "The value at 'resourcesVpcConfig' must be a structure.");
  refused("resourcesVpcConfig", R"({"subnetIds": "subnet-1"})",
          "The value at 'resourcesVpcConfig.subnetIds' must be a list.");
  refused("resourcesVpcConfig", R"({"subnetIds": ["subnet-1", 2]})",
          "The value at 'resourcesVpcConfig.subnetIds.2.member' must be a text.");
  refused("resourcesVpcConfig", R"({"endpointPublicAccess": "true"})",
          "The value at 'resourcesVpcConfig.endpointPublicAccess' must be true or false.");
  refused("accessConfig", R"({"authenticationMode": "OPEN"})",
          "1 validation error detected: Value 'OPEN' at 'accessConfig.authenticationMode' failed to satisfy "
          "constraint: Member must satisfy enum value set: [API, API_AND_CONFIG_MAP, CONFIG_MAP]");
  refused("encryptionConfig", "[{}, {}]",
          "1 validation error detected: Value at 'encryptionConfig' failed to satisfy constraint: Member "
          "must have "
          "length less than or equal to 1");
  EXPECT_EQ(desk.create("my-cluster").status, 200) << "the same request without the fault";
}

TEST(CreateCluster, RefusesABodyThatIsNotAJsonObject) {
  Desk desk;
  for (const std::string body : {"{", "[]", "7", "{\"name\":\"a\",\"name\":\"b\"}", "\xff"}) {
    const Reply reply = desk.send("POST", "/clusters", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(reply.error, "InvalidParameterException") << body;
  }
}

TEST(CreateCluster, ChecksTheFormOfTheRole) {
  Desk desk;
  for (const std::string arn :
       {"eks", "arn:aws:iam::111122223333:user/eks", "arn:aws:iam::11112222333:role/eks",
        "arn:aws:iam::1111222233334:role/x", "arn:aws-cn:iam::111122223333:role/eks",
        "arn:aws:iam::111122223333:role/", "arn:aws:sts::111122223333:role/eks"}) {
    expect_refused(desk.create_with("roleArn", json::value_from(arn)), 400, "InvalidParameterException",
                   "The roleArn '" + arn + "' is not the ARN of a role.");
  }
}

TEST(CreateCluster, RefusesVersionsThatAreNotOffered) {
  Desk desk;
  for (const std::string version : {"1.29", "1.30", "1.99", "1.34.1", "latest"}) {
    expect_refused(desk.create_with("version", json::value_from(version)), 400, "InvalidParameterException",
                   "unsupported Kubernetes version " + version);
  }
  EXPECT_EQ(desk.create_with("version", "1.31").status, 200) << "two days before its extended support ends";
}

TEST(CreateCluster, RefusesSettingsThatItCouldNotKeep) {
  Desk desk;
  EXPECT_EQ(desk.create_with("deletionProtection", true).error, "InvalidParameterException");
  const auto outpost = json::parse(R"({"outpostArns": ["arn:aws:outposts:us-west-2:1:outpost/op-1"],
                                       "controlPlaneInstanceType": "m5.large"})");
  EXPECT_EQ(desk.create_with("outpostConfig", outpost).error, "InvalidParameterException");
  EXPECT_EQ(desk.create_with("deletionProtection", false).status, 200);
}

TEST(CreateCluster, RefusesANameThatIsTaken) {
  Desk desk;
  ASSERT_EQ(desk.create("my-cluster").status, 200);
  const Reply again = desk.create("my-cluster");
  expect_refused(again, 409, "ResourceInUseException", "Cluster already exists with name: my-cluster");
  EXPECT_EQ(text(again.body, "clusterName"), "my-cluster");
  EXPECT_EQ(desk.create("My-Cluster").status, 200) << "names are compared letter for letter";
}

TEST(CreateCluster, IsIdempotentUnderOneClientRequestToken) {
  Desk desk;
  json::object members = Desk::wanted("my-cluster");
  members["clientRequestToken"] = "token-1";
  members["tags"] = {{"team", "apps"}};
  const Reply first = desk.create(members);
  ASSERT_EQ(first.status, 200);
  const auto revision = desk.mirror->snapshot()->revision();
  const Reply again = desk.create(members);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(desk.mirror->snapshot()->revision(), revision) << "nothing was written";

  for (const auto& [member, value] :
       {std::pair{"version", json::value("1.34")},
        std::pair{"roleArn", json::value("arn:aws:iam::111122223333:role/other")},
        std::pair{"tags", json::value(json::object{{"team", "web"}})},
        std::pair{"upgradePolicy", json::value(json::object{{"supportType", "STANDARD"}})},
        std::pair{"resourcesVpcConfig", json::value(json::object{{"endpointPublicAccess", false}})},
        std::pair{"clientRequestToken", json::value("token-2")}}) {
    json::object changed = members;
    changed[member] = value;
    expect_refused(desk.create(changed), 409, "ResourceInUseException",
                   "Cluster already exists with name: my-cluster");
  }
}

TEST(CreateCluster, TakesFiftyTagsOfTheLongestLettersAndNoMore) {
  Desk desk;
  json::object tags;
  for (int i = 0; i < 48; ++i) tags["key-" + std::to_string(i)] = "v";
  std::string key;
  std::string value;
  for (int i = 0; i < 128; ++i) key += "ä";
  for (int i = 0; i < 256; ++i) value += "ü";
  tags[key] = value;
  tags["xaws:"] = "aws:";
  ASSERT_EQ(desk.create_with("tags", tags).status, 200);

  json::object more = tags;
  more["one-more"] = "";
  json::object members = Desk::wanted("another");
  members["tags"] = more;
  expect_refused(desk.create(members), 400, "InvalidParameterException",
                 "A resource can have at most 50 tags.");
  const auto refused = [&](std::string_view tag, std::string_view content, const std::string& message) {
    members["tags"] = json::object{{tag, content}};
    expect_refused(desk.create(members), 400, "InvalidParameterException", message);
  };
  const std::string detected = "1 validation error detected: Value '";
  const std::string failed = "' at 'tags' failed to satisfy constraint: ";
  refused(key + "ä", "", detected + key + "ä" + failed + "Member must have length less than or equal to 128");
  refused("k", value + "ü",
          detected + value + "ü" + failed + "Member must have length less than or equal to 256");
  refused("", "v", detected + failed + "Member must have length greater than or equal to 1");
  refused("aws:x", "v", "Tag keys must not begin with 'aws:': aws:x");
  refused("AWS:x", "v", "Tag keys must not begin with 'aws:': AWS:x");
}

TEST(CreateCluster, StopsAtTheQuotaOfTheRegion) {
  Desk desk;
  desk.house.quotas.clusters_per_region = 3;
  for (const std::string_view name : {"a", "b"}) desk.put(name);
  ASSERT_EQ(desk.create("c").status, 200);
  expect_refused(desk.create("d"), 400, "ResourceLimitExceededException",
                 "Cluster limit exceeded for account.");
  expect_refused(desk.create("a"), 409, "ResourceInUseException", "Cluster already exists with name: a");
  EXPECT_EQ(desk.create("d", {one, "eu-west-1"}).status, 200);
  EXPECT_EQ(desk.create("d", {other}).status, 200);
}

TEST(CreateCluster, LetsExactlyOneOfManyHaveAName) {
  Desk desk;
  desk.house.traces = nullptr;  // the test's sink is not for threads
  const std::string body = json::serialize(Desk::wanted("contested"));
  wire::test::Signature signature;
  signature.id = "AKIAUSER1";
  const auto request = wire::test::sign(test::make_request("POST", "/clusters", body), "eks", signature);
  // All are admitted before the first one writes.
  std::vector<http::Work> works;
  for (int i = 0; i < 6; ++i) works.push_back(std::get<http::Work>(desk.dispatcher->handle(request)));
  std::vector<int> statuses(works.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < works.size(); ++i) {
    threads.emplace_back([&, i] { statuses[i] = http::test::settle(works[i]()).status; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count(statuses, 200), 1);
  EXPECT_EQ(std::ranges::count(statuses, 409), 5);
  EXPECT_EQ(desk.mirror->snapshot()->count("-/-/issuer/"), 1U) << "losers leave no issuer behind";
}

}  // namespace
}  // namespace openirsa::eks
