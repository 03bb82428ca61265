// Do our copies of AWS's managed policies say what they are meant to, and can nobody change them?
#include "iam/managed.h"

#include <gtest/gtest.h>

#include <set>

#include "iam/harness.h"
#include "iam/managed_text.h"

namespace openirsa::iam {
namespace {

using test::expect_refusal;
using test::Texts;
using test::World;

TEST(ManagedText, IsReadAsAPolicyDocument) {
  const auto policies = read_policies(
      "\n/A\n  about One thing.\n  allow\n    s3 Get* List*\n    sqs *\n\n"
      "/service-role/B\n  about Other things.\n  deny all but\n    * *\n    on all but arn:aws:s3:::b\n"
      "    on all but arn:aws:s3:::c\n    if StringEquals a:k = x | y z\n    if StringEquals a:l = w\n"
      "    if Bool aws:SecureTransport = false\n  allow all but\n    iam *\n    on arn:aws:iam::*:role/*\n");
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0].place, "/A");
  EXPECT_EQ(policies[0].about, "One thing.");
  EXPECT_EQ(
      policies[0].document,
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","sqs:*"],)"
      R"("Resource":["*"]}]})");
  EXPECT_EQ(policies[1].place, "/service-role/B");
  EXPECT_EQ(policies[1].document,
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["*"],)"
            R"("NotResource":["arn:aws:s3:::b","arn:aws:s3:::c"],"Condition":{"StringEquals":)"
            R"({"a:k":["x","y z"],"a:l":["w"]},"Bool":{"aws:SecureTransport":["false"]}}},)"
            R"({"Effect":"Allow","NotAction":["iam:*"],"Resource":["arn:aws:iam::*:role/*"]}]})");
}

TEST(ManagedPolicyCopies, AreWellFormedDescribedAndNamedOnce) {
  std::set<std::string> ids;
  for (const auto& policy : aws_managed_policies().policies()) {
    const auto parsed = policy::Policy::parse(policy.document.text(), policy::Kind::managed);
    EXPECT_TRUE(parsed) << policy.place << ": " << parsed.error().message;
    EXPECT_FALSE(policy.description.empty()) << policy.place;
    EXPECT_EQ(id_of(policy).size(), 21U);
    EXPECT_TRUE(ids.insert(id_of(policy)).second) << policy.place;
  }
  // One less: somebody's attachment would stop meaning anything.
  EXPECT_GE(ids.size(), 142U);
  const auto* admin = aws_managed_policies().find("arn:aws:iam::aws:policy/AdministratorAccess");
  ASSERT_NE(admin, nullptr);
  EXPECT_EQ(id_of(*admin),
            id_of(*aws_managed_policies("aws-cn").find("arn:aws-cn:iam::aws:policy/AdministratorAccess")));
}

TEST(ManagedPolicyCopies, NameTheArnsOfTheirPartition) {
  for (const char* partition : {"aws", "aws-cn", "aws-us-gov"}) {
    const auto* cni = aws_managed_policies(partition).find("arn:" + std::string(partition) +
                                                           ":iam::aws:policy/AmazonEKS_CNI_Policy");
    ASSERT_NE(cni, nullptr);
    EXPECT_NE(cni->document.text().find("\"arn:" + std::string(partition) + ":ec2:*:*:network-interface/*\""),
              std::string::npos);
  }
}

TEST(ManagedPolicyCopies, DecideForWhoeverHasThemAttached) {
  World world;
  const auto reader = world.add_caller("reader");
  auto user =
      *record::find<record::User>(*world.mirror->snapshot(), record::user_key(world.account, "reader"));
  const auto attach = [&](std::string_view place) {
    user.permissions.attached = {"arn:aws:iam::aws:policy" + std::string(place)};
    world.put(record::user_key(world.account, "reader"), user);
  };
  const auto listing = [&] { return world.call("ListRoles", {}, reader).status; };
  const auto making = [&] {
    return world
        .call("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", std::string(test::trust_pods)}},
              reader)
        .status;
  };
  for (const char* place : {"/IAMReadOnlyAccess", "/ReadOnlyAccess", "/SecurityAudit"}) {
    attach(place);
    EXPECT_EQ(listing(), 200) << place;
    EXPECT_EQ(making(), 403) << place;
  }
  for (const char* place : {"/AWSDenyAll", "/AmazonS3FullAccess", "/NoSuchPolicy"}) {
    attach(place);
    EXPECT_EQ(listing(), 403) << place;
  }
  attach("/IAMFullAccess");
  EXPECT_EQ(making(), 200);
}

TEST(ManagedPolicyCopies, AreAttachedAndCountedPerAccount) {
  World world;
  world.make_role("r");
  const std::string arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
  world.must("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/AttachmentCount"), "1");
  const auto other = world.add_caller("", {}, "999988887777");
  const auto theirs = world.call("GetPolicy", {{"PolicyArn", arn}}, other);
  EXPECT_EQ(theirs.status, 200) << theirs.body;
  EXPECT_EQ(theirs.at("Policy/AttachmentCount"), "0");
  EXPECT_EQ(world
                .must("ListPolicies",
                      {{"Scope", "AWS"}, {"PathPrefix", "/job-function/"}, {"OnlyAttached", "true"}})
                .members("Policies", "PolicyName"),
            Texts{"ViewOnlyAccess"});
  world.must("DetachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/AttachmentCount"), "0");
}

TEST(ManagedPolicyCopies, CannotBeAltered) {
  World world;
  const std::string arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  const std::string document(test::allow_everything);
  const std::vector<std::pair<const char*, test::Params>> changes{
      {"CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", document}}},
      {"DeletePolicy", {{"PolicyArn", arn}}},
      {"DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}}},
      {"SetDefaultPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}}},
      {"TagPolicy", {{"PolicyArn", arn}, {"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}}},
      {"UntagPolicy", {{"PolicyArn", arn}, {"TagKeys.member.1", "k"}}}};
  for (const auto& [action, parameters] : changes) {
    const auto reply = world.call(action, parameters);
    EXPECT_EQ(reply.status, 403) << action;
    EXPECT_EQ(reply.code(), "AccessDenied") << action;
  }
  EXPECT_EQ(world.must("ListPolicyVersions", {{"PolicyArn", arn}}).members("Versions", "VersionId"),
            Texts{"v1"});
}

TEST(ManagedPolicyCopies, AServerMayHaveMore) {
  World world;
  auto added = parse_managed_policy("/team/Extra", test::allow_everything);
  ASSERT_TRUE(added) << added.error();
  const auto catalogue = extended_managed_policies("aws", {*added});
  world.house.managed_policies = &catalogue;
  const std::string arn = "arn:aws:iam::aws:policy/team/Extra";
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/PolicyName"), "Extra");
  EXPECT_EQ(world.must("ListPolicies", {{"Scope", "AWS"}}).result().name.empty(), false);
  for (const char* place : {"Extra", "/", "/a b", "//Extra", "/team/"}) {
    EXPECT_FALSE(parse_managed_policy(place, test::allow_everything)) << place;
  }
  EXPECT_FALSE(parse_managed_policy("/Extra", "{}"));
}

}  // namespace
}  // namespace openirsa::iam
