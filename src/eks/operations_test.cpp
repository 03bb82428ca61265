// The rows of the table: who may call them, what they are authorised for, and that they agree with AWS's
// model.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "base/test_vectors.h"
#include "base/text.h"
#include "eks/shape.h"
#include "eks/test_desk.h"

namespace openirsa::eks {
namespace {

using test::Desk;
using test::expect_refused;
using test::Reply;

constexpr std::string_view arn = "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster";

struct Sample {
  std::string method;
  std::string target;
  std::string body;
  std::string resource;
};

// One request that succeeds for every operation, on a desk with `my-cluster`.
std::map<std::string_view, Sample> samples() {
  const std::string tags = "/tags/" + percent_encode(arn);
  const std::string all = "arn:aws:eks:us-west-2:111122223333:";
  return {{"CreateCluster", {"POST", "/clusters", json::serialize(Desk::wanted("new")), all + "cluster/new"}},
          {"DeleteCluster", {"DELETE", "/clusters/my-cluster", "", std::string(arn)}},
          {"DescribeCluster", {"GET", "/clusters/my-cluster", "", std::string(arn)}},
          {"DescribeClusterVersions", {"GET", "/cluster-versions", "", all + "*"}},
          {"ListClusters", {"GET", "/clusters", "", all + "cluster/*"}},
          {"ListTagsForResource", {"GET", tags, "", std::string(arn)}},
          {"TagResource", {"POST", tags, R"({"tags":{"a":"b"}})", std::string(arn)}},
          {"UntagResource", {"DELETE", tags + "?tagKeys=a", "", std::string(arn)}}};
}

TEST(EksOperations, AreAuthorisedUnderTheirOwnActionAndResource) {
  const auto requests = samples();
  ASSERT_EQ(requests.size(), service.operations.size());
  for (const auto& row : service.operations) {
    const Sample& sample = requests.at(row.name);
    const std::string action = "eks:" + std::string(row.name);
    EXPECT_EQ(row.action, action);
    Desk allowed(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + action +
                 R"(","Resource":")" + sample.resource + R"("}]})");
    allowed.put("my-cluster");
    EXPECT_EQ(allowed.send(sample.method, sample.target, sample.body).status, 200) << row.name;
    EXPECT_EQ(allowed.trace().operation, row.name);
    EXPECT_EQ(allowed.trace().resource, sample.resource);

    Desk denied(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":")" + action +
                R"(","Resource":"*"}]})");
    denied.put("my-cluster");
    expect_refused(denied.send(sample.method, sample.target, sample.body), 403, "AccessDeniedException",
                   "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: " + action +
                       " on resource: " + sample.resource + " because no identity-based policy allows the " +
                       action + " action");
    EXPECT_EQ(denied.mirror->snapshot()->revision(), 1) << row.name << " wrote although it was denied";
  }
}

TEST(EksOperations, RefuseUnsignedRequests) {
  for (const auto& [name, sample] : samples()) {
    Desk desk;
    desk.put("my-cluster");
    const Reply reply = desk.handle(test::make_request(sample.method, sample.target, sample.body));
    EXPECT_EQ(reply.status, 403) << name;
    EXPECT_EQ(reply.error, "MissingAuthenticationTokenException") << name;
  }
}

TEST(EksOperations, ShowPoliciesTheTagsOfRequestAndCluster) {
  Desk desk;
  json::object members = Desk::wanted("my-cluster");
  members["tags"] = {{"team", "apps"}};
  ASSERT_EQ(desk.create(members).status, 200);
  EXPECT_EQ(desk.authorizer.seen().at("aws:RequestTag/team"), "apps");
  EXPECT_EQ(desk.authorizer.seen().at("aws:TagKeys"), "team");
  EXPECT_FALSE(desk.authorizer.seen().contains("aws:ResourceTag/team"));

  ASSERT_EQ(desk.send("GET", "/clusters/my-cluster").status, 200);
  EXPECT_EQ(desk.authorizer.seen().at("aws:ResourceTag/team"), "apps");
  EXPECT_FALSE(desk.authorizer.seen().contains("aws:TagKeys"));

  const std::string tags = "/tags/" + percent_encode(arn);
  ASSERT_EQ(desk.send("POST", tags, R"({"tags":{"owner":"me"}})").status, 200);
  EXPECT_EQ(desk.authorizer.seen().at("aws:RequestTag/owner"), "me");
  EXPECT_EQ(desk.authorizer.seen().at("aws:ResourceTag/team"), "apps");

  ASSERT_EQ(desk.send("DELETE", tags + "?tagKeys=owner").status, 200);
  EXPECT_EQ(desk.authorizer.seen().at("aws:TagKeys"), "owner");
  EXPECT_EQ(desk.authorizer.seen().at("aws:ResourceTag/owner"), "me");

  ASSERT_EQ(desk.send("DELETE", "/clusters/my-cluster").status, 200);
  EXPECT_EQ(desk.authorizer.seen().at("aws:ResourceTag/team"), "apps");
}

TEST(EksOperations, KeepTagBasedRefusals) {
  Desk desk(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"eks:*","Resource":"*"},
      {"Effect":"Deny","Action":"eks:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/env":"prod"}}},
      {"Effect":"Deny","Action":"eks:TagResource","Resource":"*",
       "Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"env"}}}]})");
  json::object members = Desk::wanted("my-cluster");
  members["tags"] = {{"env", "prod"}};
  ASSERT_EQ(desk.create(members).status, 200);
  ASSERT_EQ(desk.create("free").status, 200);
  EXPECT_EQ(desk.send("DELETE", "/clusters/my-cluster").error, "AccessDeniedException");
  EXPECT_EQ(desk.send("DELETE", "/tags/" + percent_encode(arn) + "?tagKeys=env").error,
            "AccessDeniedException");
  const std::string free = "/tags/" + percent_encode("arn:aws:eks:us-west-2:111122223333:cluster/free");
  EXPECT_EQ(desk.send("POST", free, R"({"tags":{"env":"x"}})").error, "AccessDeniedException");
  EXPECT_EQ(desk.send("POST", free, R"({"tags":{"other":"x"}})").status, 200);
  EXPECT_EQ(desk.send("DELETE", "/clusters/free").status, 200);
}

// --- against the service model ---

class EksModel : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string folder = "aws-models/eks/2017-11-01";
    OPENIRSA_NEED_VECTORS(folder);
    model_ = json::parse(read_bytes(vectors_directory() / folder / "service-2.json"));
  }

  const json::object& shape(std::string_view name) const { return model_.at("shapes").at(name).as_object(); }

  // Our table of a request against the model's shape, member by member.
  void compare(const Shape& ours, std::string_view name, const std::string& place) {
    ++compared_;
    const json::object& theirs = shape(name);
    const std::string_view type = theirs.at("type").as_string();
    constexpr std::array<std::string_view, 5> types{"string", "boolean", "list", "map", "structure"};
    EXPECT_EQ(types.at(static_cast<std::size_t>(ours.type)), type) << place;
    if (ours.type == Type::list) {
      compare(*ours.element, theirs.at("member").at("shape").as_string(), place + "[]");
    }
    // The quota on tags is raisable, so it is checked elsewhere.
    if (theirs.contains("max") && ours.type == Type::list) {
      EXPECT_EQ(json::value(ours.most), theirs.at("max")) << place;
    }
    std::set<std::string_view> values;
    if (const json::array* allowed = find_array(theirs, "enum")) {
      for (const auto& value : *allowed) values.insert(value.as_string());
    }
    EXPECT_EQ(std::set<std::string_view>(ours.values.begin(), ours.values.end()), values) << place;
    if (ours.type == Type::structure) compare_members(ours, theirs, place);
  }

  void compare_members(const Shape& ours, const json::object& theirs, const std::string& place) {
    std::set<std::string_view> required;
    if (const json::array* names = find_array(theirs, "required")) {
      for (const auto& name : *names) required.insert(name.as_string());
    }
    std::size_t in_body = 0;
    for (const auto& [name, member] : theirs.at("members").as_object()) {
      if (member.as_object().contains("location")) continue;
      ++in_body;
      const auto found = std::ranges::find(ours.members, std::string_view(name), &Member::name);
      ASSERT_NE(found, ours.members.end()) << place << "." << name;
      EXPECT_EQ(found->required, required.contains(name)) << place << "." << name;
      compare(*found->shape, member.at("shape").as_string(), place + "." + std::string(name));
    }
    EXPECT_EQ(in_body, ours.members.size()) << place;
  }

  // Whether what we answer is what the model promises: known members of the right type.
  void check(const json::value& value, std::string_view name, const std::string& place) {
    const json::object& theirs = shape(name);
    const std::string_view type = theirs.at("type").as_string();
    if (type == "structure") {
      ASSERT_TRUE(value.is_object()) << place;
      for (const auto& [member, content] : value.get_object()) {
        const json::object* known = find_object(theirs.at("members").as_object(), member);
        ASSERT_NE(known, nullptr) << place << "." << member;
        check(content, known->at("shape").as_string(), place + "." + std::string(member));
      }
    } else if (type == "list") {
      ASSERT_TRUE(value.is_array()) << place;
      for (const auto& item : value.get_array())
        check(item, theirs.at("member").at("shape").as_string(), place + "[]");
    } else if (type == "map") {
      ASSERT_TRUE(value.is_object()) << place;
      for (const auto& [key, item] : value.get_object()) {
        check(item, theirs.at("value").at("shape").as_string(), place + "." + std::string(key));
      }
    } else if (type == "string") {
      ASSERT_TRUE(value.is_string()) << place;
      if (const json::array* allowed = find_array(theirs, "enum")) {
        EXPECT_NE(std::ranges::find(*allowed, value), allowed->end()) << place << ": " << value;
      }
    } else if (type == "boolean") {
      EXPECT_TRUE(value.is_bool()) << place;
    } else {
      EXPECT_EQ(type, "timestamp") << place;
      EXPECT_TRUE(value.is_int64()) << place << ": EKS writes seconds since 1970";
    }
  }

  json::value model_;
  int compared_ = 0;
};

TEST_F(EksModel, HasTheRoutesOfTheTable) {
  const json::object& operations = model_.at("operations").as_object();
  EXPECT_EQ(operations.size(), 65U);
  for (const auto& row : service.operations) {
    const auto& http = operations.at(row.name).at("http");
    std::string route(http.at("method").as_string());
    route.append(" ").append(http.at("requestUri").as_string());
    EXPECT_EQ(row.route, route);
  }
}

TEST_F(EksModel, HasTheMembersOfTheRequestTables) {
  compare(create_cluster_request, "CreateClusterRequest", "CreateCluster");
  EXPECT_EQ(compared_, 71);
  compare(tag_resource_request, "TagResourceRequest", "TagResource");
}

TEST_F(EksModel, HasTheMembersOfOurAnswers) {
  Desk desk;
  const auto full =
      json::parse(R"({"name": "full", "roleArn": "arn:aws:iam::111122223333:role/eks", "version": "1.34",
    "clientRequestToken": "t", "tags": {"team": "apps"}, "bootstrapSelfManagedAddons": true,
    "resourcesVpcConfig": {"subnetIds": ["s"], "securityGroupIds": ["g"], "publicAccessCidrs": ["10.0.0.0/8"],
      "endpointPrivateAccess": true, "endpointPublicAccess": false, "controlPlaneEgressMode": "AWS_MANAGED"},
    "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.0.0.0/16", "elasticLoadBalancing": {"enabled": true}},
    "logging": {"clusterLogging": [{"types": ["api"], "enabled": true}, {}, {"enabled": true}, {"types": ["audit"]}]},
    "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "k"}}],
    "accessConfig": {"bootstrapClusterCreatorAdminPermissions": true}, "upgradePolicy": {},
    "zonalShiftConfig": {"enabled": true}, "remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["c"]}],
      "remotePodNetworks": [{}]}, "computeConfig": {"enabled": true, "nodePools": ["p"], "nodeRoleArn": "r"},
    "storageConfig": {"blockStorage": {"enabled": true}}, "controlPlaneScalingConfig": {"tier": "standard"}})");
  const Reply created = desk.create(full.as_object());
  ASSERT_EQ(created.status, 200) << created.message();
  check(created.body, "CreateClusterResponse", "CreateCluster");
  ASSERT_EQ(desk.create("plain").status, 200);
  check(desk.send("GET", "/clusters/plain").body, "DescribeClusterResponse", "DescribeCluster");
  check(desk.send("GET", "/clusters?maxResults=1").body, "ListClustersResponse", "ListClusters");
  check(desk.send("GET", "/cluster-versions?maxResults=1").body, "DescribeClusterVersionsResponse",
        "Versions");
  const std::string tags = "/tags/" + percent_encode("arn:aws:eks:us-west-2:111122223333:cluster/full");
  check(desk.send("GET", tags).body, "ListTagsForResourceResponse", "ListTags");
  check(desk.send("POST", tags, R"({"tags":{"a":"b"}})").body, "TagResourceResponse", "TagResource");
  check(desk.send("DELETE", tags + "?tagKeys=a").body, "UntagResourceResponse", "UntagResource");
  check(desk.send("DELETE", "/clusters/full").body, "DeleteClusterResponse", "DeleteCluster");
}

}  // namespace
}  // namespace openirsa::eks
