#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::allow_everything;
using test::expect_refusal;
using test::Params;
using test::Texts;
using test::World;

TEST(Users, AreMadeAndShown) {
  World world;
  const auto made = world.must("CreateUser", {{"UserName", "Bob"},
                                              {"Path", "/team/blue/"},
                                              {"Tags.member.1.Key", "team"},
                                              {"Tags.member.1.Value", "blue"}});
  EXPECT_EQ(made.at("User/Arn"), world.arn("user/team/blue/Bob"));
  EXPECT_EQ(made.at("User/UserId").substr(0, 4), "AIDA");
  EXPECT_EQ(made.at("User/UserId").size(), 21U);
  const auto got = world.must("GetUser", {{"UserName", "bOB"}});
  EXPECT_EQ(got.at("User/UserName"), "Bob");
  EXPECT_EQ(got.at("User/Path"), "/team/blue/");
  EXPECT_EQ(got.at("User/CreateDate"), "2026-11-24T12:00:00Z");
  EXPECT_EQ(world.must("ListUserTags", {{"UserName", "Bob"}}).members("Tags", "Value"), Texts{"blue"});
  EXPECT_EQ(world.must("ListUsers", {{"PathPrefix", "/team/"}}).members("Users", "UserName"), Texts{"Bob"});
  EXPECT_EQ(world.must("ListUsers").members("Users", "UserName"), (Texts{"admin", "Bob"}));
  expect_refusal(world.call("CreateUser", {{"UserName", "BOB"}}), 409, "EntityAlreadyExists",
                 "User with name BOB already exists.");
  expect_refusal(world.call("CreateUser", {{"UserName", std::string(65, 'a')}}), 400, "ValidationError",
                 "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must "
                 "have length less than or equal to 64");
  EXPECT_TRUE(world.call("CreateUser", {{"UserName", std::string(64, 'a')}}).ok());
}

TEST(Users, KeepToTheirQuota) {
  World world;
  world.house.quotas.users_per_account = 2;
  world.must("CreateUser", {{"UserName", "one"}});
  expect_refusal(world.call("CreateUser", {{"UserName", "two"}}), 409, "LimitExceeded",
                 "Cannot exceed quota for UsersPerAccount: 2");
  world.must("DeleteUser", {{"UserName", "one"}});
  world.must("CreateUser", {{"UserName", "two"}});
}

TEST(Users, AreRenamedWithAllThatTheyHave) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  world.must("CreateGroup", {{"GroupName", "g"}});
  world.must("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "bob"}});
  world.must("PutUserPolicy",
             {{"UserName", "bob"}, {"PolicyName", "all"}, {"PolicyDocument", std::string(allow_everything)}});
  const auto key = world.must("CreateAccessKey", {{"UserName", "bob"}});
  const test::Credentials bob{key.at("AccessKey/AccessKeyId"), key.at("AccessKey/SecretAccessKey")};
  const auto id = world.must("GetUser", {{"UserName", "bob"}}).at("User/UserId");
  world.must("UpdateUser", {{"UserName", "bob"}, {"NewUserName", "robert"}, {"NewPath", "/x/"}});

  EXPECT_EQ(world.call("GetUser", {{"UserName", "bob"}}).code(), "NoSuchEntity");
  const auto self = world.call("GetUser", {}, bob);
  EXPECT_EQ(self.at("User/Arn"), world.arn("user/x/robert"));
  EXPECT_EQ(self.at("User/UserId"), id);
  EXPECT_EQ(world.must("GetGroup", {{"GroupName", "g"}}).members("Users", "UserName"), Texts{"robert"});
  EXPECT_EQ(world.must("ListAccessKeys", {{"UserName", "robert"}}).members("AccessKeyMetadata", "UserName"),
            Texts{"robert"});
  // Only the case.
  world.must("UpdateUser", {{"UserName", "robert"}, {"NewUserName", "Robert"}});
  EXPECT_EQ(world.call("GetUser", {}, bob).at("User/UserName"), "Robert");

  expect_refusal(world.call("UpdateUser", {{"UserName", "Robert"}, {"NewUserName", "ADMIN"}}), 409,
                 "EntityAlreadyExists", "User with name ADMIN already exists.");
  expect_refusal(world.call("UpdateUser", {{"UserName", "none"}, {"NewPath", "/x/"}}), 404, "NoSuchEntity",
                 "The user with name none cannot be found.");
}

TEST(Users, AreRenamedByWhoMayChangeBothNames) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  const auto caller = [&](const std::string& name, const std::string& resources) {
    return world.add_caller(
        name,
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:UpdateUser","Resource":[)" +
            resources + "]}}");
  };
  const std::string bob = "\"" + world.arn("user/bob") + "\"";
  const std::string robert = "\"" + world.arn("user/robert") + "\"";
  const Params rename{{"UserName", "bob"}, {"NewUserName", "robert"}};
  expect_refusal(
      world.call("UpdateUser", rename, caller("one", bob)), 403, "AccessDenied",
      "User: " + world.arn("user/one") + " is not authorized to perform: iam:UpdateUser on resource: " +
          world.arn("user/robert") + " because no identity-based policy allows the iam:UpdateUser action");
  EXPECT_EQ(world.call("UpdateUser", rename, caller("two", robert)).code(), "AccessDenied");
  EXPECT_TRUE(world.call("GetUser", {{"UserName", "bob"}}).ok());
  EXPECT_TRUE(world.call("UpdateUser", rename, caller("three", bob + "," + robert)).ok());
}

TEST(Users, AreDeletedWhenNothingHangsOnThem) {
  World world;
  const Params bob{{"UserName", "bob"}};
  const auto with = [&](const Params& more) {
    Params params = bob;
    params.insert(params.end(), more.begin(), more.end());
    return params;
  };
  world.must("CreateUser", bob);
  world.must("CreateGroup", {{"GroupName", "g"}});
  const std::string arn = world.make_policy("p");
  const Params key{{"AccessKeyId", world.must("CreateAccessKey", bob).at("AccessKey/AccessKeyId")}};
  world.must("AddUserToGroup", with({{"GroupName", "g"}}));
  world.must("PutUserPolicy",
             with({{"PolicyName", "all"}, {"PolicyDocument", std::string(allow_everything)}}));
  world.must("AttachUserPolicy", with({{"PolicyArn", arn}}));
  world.must("PutUserPermissionsBoundary", with({{"PermissionsBoundary", arn}}));
  const auto refused = [&](std::string_view what) {
    expect_refusal(world.call("DeleteUser", bob), 409, "DeleteConflict",
                   "Cannot delete entity, must " + std::string(what) + " first.");
  };
  refused("detach all policies");
  world.must("DetachUserPolicy", with({{"PolicyArn", arn}}));
  refused("delete policies");
  world.must("DeleteUserPolicy", with({{"PolicyName", "all"}}));
  refused("remove users from group");
  world.must("RemoveUserFromGroup", with({{"GroupName", "g"}}));
  refused("delete access keys");
  world.must("DeleteAccessKey", with(key));
  world.must("DeleteUser", bob);
  expect_refusal(world.call("DeleteUser", bob), 404, "NoSuchEntity",
                 "The user with name bob cannot be found.");
  // The boundary went with the user.
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/PermissionsBoundaryUsageCount"), "0");
  world.must("DeletePolicy", {{"PolicyArn", arn}});
}

TEST(Users, MadeAgainInheritNothing) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  const auto first = world.must("GetUser", {{"UserName", "bob"}}).at("User/UserId");
  world.must("CreateRole", {{"RoleName", "r"},
                            {"AssumeRolePolicyDocument",
                             R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" +
                                 world.arn("user/bob") + R"("},"Action":"sts:AssumeRole"}})"}});
  world.must("DeleteUser", {{"UserName", "bob"}});
  const auto again = world.must("CreateUser", {{"UserName", "bob"}});
  EXPECT_NE(again.at("User/UserId"), first);
  EXPECT_EQ(world.must("ListAccessKeys", {{"UserName", "bob"}}).members("AccessKeyMetadata"), Texts{});
  EXPECT_EQ(world.must("ListGroupsForUser", {{"UserName", "bob"}}).members("Groups"), Texts{});
  // The trust policy still names the one that is gone, by its id.
  const auto trust = world.must("GetRole", {{"RoleName", "r"}}).at("Role/AssumeRolePolicyDocument");
  EXPECT_NE(percent_decode(trust)->find(first), std::string::npos);
}

TEST(UserPolicies, AreKeptWithinTheirSize) {
  World world;
  const Params bob{{"UserName", "bob"}};
  world.must("CreateUser", bob);
  const auto put = [&](const std::string& name, std::size_t size) {
    std::string document = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",)"
                           R"("Resource":"arn:aws:s3:::"}})";
    document.insert(document.size() - 3, std::string(size - document.size(), 'a'));
    return world.call("PutUserPolicy",
                      {{"UserName", "bob"}, {"PolicyName", name}, {"PolicyDocument", document}});
  };
  EXPECT_TRUE(put("one", 1024).ok());
  EXPECT_TRUE(put("two", 1024).ok());
  expect_refusal(put("two", 1025), 409, "LimitExceeded",
                 "Maximum policy size of 2048 bytes exceeded for user bob");
  EXPECT_EQ(world.must("ListUserPolicies", bob).members("PolicyNames"), (Texts{"one", "two"}));
  const Params three{{"UserName", "bob"}, {"PolicyName", "three"}};
  expect_refusal(world.call("GetUserPolicy", three), 404, "NoSuchEntity",
                 "The user policy with name three cannot be found.");
  expect_refusal(world.call("DeleteUserPolicy", three), 404, "NoSuchEntity",
                 "The user policy with name three cannot be found.");
  expect_refusal(
      world.call("PutUserPolicy", {{"UserName", "bob"}, {"PolicyName", "x"}, {"PolicyDocument", "{"}}), 400,
      "MalformedPolicyDocument", "Syntax errors in policy.");
  for (const char* action : {"ListUserPolicies", "ListAttachedUserPolicies", "ListUserTags",
                             "ListGroupsForUser", "ListAccessKeys", "CreateAccessKey"}) {
    expect_refusal(world.call(action, {{"UserName", "none"}}), 404, "NoSuchEntity",
                   "The user with name none cannot be found.");
  }
}

TEST(UserPolicies, AttachedAreCounted) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  world.must("CreateGroup", {{"GroupName", "g"}});
  const std::string arn = world.make_policy("p");
  const auto count = [&] {
    return world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/AttachmentCount");
  };
  const Params to_user{{"UserName", "bob"}, {"PolicyArn", arn}};
  const Params to_group{{"GroupName", "g"}, {"PolicyArn", arn}};
  world.must("AttachUserPolicy", to_user);
  world.must("AttachUserPolicy", to_user);
  world.must("AttachGroupPolicy", to_group);
  EXPECT_EQ(count(), "2");
  EXPECT_EQ(world.call("DeletePolicy", {{"PolicyArn", arn}}).code(), "DeleteConflict");
  EXPECT_EQ(
      world.must("ListAttachedUserPolicies", {{"UserName", "bob"}}).members("AttachedPolicies", "PolicyArn"),
      Texts{arn});
  EXPECT_EQ(
      world.must("ListAttachedGroupPolicies", {{"GroupName", "g"}}).members("AttachedPolicies", "PolicyName"),
      Texts{"p"});
  world.must("DetachUserPolicy", to_user);
  world.must("DetachGroupPolicy", to_group);
  EXPECT_EQ(count(), "0");
  expect_refusal(world.call("DetachUserPolicy", to_user), 404, "NoSuchEntity",
                 "Policy " + arn + " was not found.");
  expect_refusal(
      world.call("AttachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", world.arn("policy/none")}}), 404,
      "NoSuchEntity", "Policy " + world.arn("policy/none") + " does not exist or is not attachable.");
  expect_refusal(
      world.call("AttachUserPolicy",
                 {{"UserName", "bob"},
                  {"PolicyArn", "arn:aws:iam::aws:policy/aws-service-role/AmazonEKSServiceRolePolicy"}}),
      400, "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer User.");
  world.house.quotas.attached_policies_per_user = 1;
  world.house.quotas.attached_policies_per_group = 1;
  world.must("AttachUserPolicy", to_user);
  world.must("AttachGroupPolicy", to_group);
  const std::pair<std::string, std::string> more{"PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"};
  expect_refusal(world.call("AttachUserPolicy", {{"UserName", "bob"}, more}), 409, "LimitExceeded",
                 "Cannot exceed quota for PoliciesPerUser: 1");
  expect_refusal(world.call("AttachGroupPolicy", {{"GroupName", "g"}, more}), 409, "LimitExceeded",
                 "Cannot exceed quota for PoliciesPerGroup: 1");
}

}  // namespace
}  // namespace openirsa::iam
