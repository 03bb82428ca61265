#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::Credentials;
using test::expect_refusal;
using test::Params;
using test::Texts;
using test::World;

constexpr std::string_view read_roles =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetRole","Resource":"*"}})";
constexpr std::string_view deny_roles =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:GetRole","Resource":"*"}})";

void put(World& world, const std::string& group, const std::string& name, std::string_view document) {
  world.must("PutGroupPolicy",
             {{"GroupName", group}, {"PolicyName", name}, {"PolicyDocument", std::string(document)}});
}

TEST(Groups, AreMadeShownRenamedAndDeleted) {
  World world;
  const auto made = world.must("CreateGroup", {{"GroupName", "Admins"}, {"Path", "/it/"}});
  EXPECT_EQ(made.at("Group/Arn"), world.arn("group/it/Admins"));
  EXPECT_EQ(made.at("Group/GroupId").substr(0, 4), "AGPA");
  EXPECT_EQ(made.at("Group/CreateDate"), "2026-11-24T12:00:00Z");
  expect_refusal(world.call("CreateGroup", {{"GroupName", "ADMINS"}}), 409, "EntityAlreadyExists",
                 "Group with name ADMINS already exists.");
  world.must("CreateGroup", {{"GroupName", "Auditors"}});
  EXPECT_EQ(world.must("ListGroups").members("Groups", "GroupName"), (Texts{"Admins", "Auditors"}));
  EXPECT_EQ(world.must("ListGroups", {{"PathPrefix", "/it/"}}).members("Groups", "GroupName"),
            Texts{"Admins"});

  world.must("CreateUser", {{"UserName", "bob"}});
  world.must("AddUserToGroup", {{"GroupName", "admins"}, {"UserName", "Bob"}});
  world.must("UpdateGroup", {{"GroupName", "Admins"}, {"NewGroupName", "Masters"}, {"NewPath", "/"}});
  EXPECT_EQ(world.call("GetGroup", {{"GroupName", "Admins"}}).code(), "NoSuchEntity");
  const auto got = world.must("GetGroup", {{"GroupName", "masters"}});
  EXPECT_EQ(got.at("Group/GroupName"), "Masters");
  EXPECT_EQ(got.at("Group/GroupId"), made.at("Group/GroupId"));
  EXPECT_EQ(got.members("Users", "UserName"), Texts{"bob"});
  world.must("UpdateGroup", {{"GroupName", "Masters"}, {"NewGroupName", "MASTERS"}});
  EXPECT_EQ(world.must("ListGroupsForUser", {{"UserName", "bob"}}).members("Groups", "Arn"),
            Texts{world.arn("group/MASTERS")});
  expect_refusal(world.call("UpdateGroup", {{"GroupName", "Masters"}, {"NewGroupName", "AUDITORS"}}), 409,
                 "EntityAlreadyExists", "Group with name AUDITORS already exists.");

  world.house.quotas.groups_per_account = 2;
  expect_refusal(world.call("CreateGroup", {{"GroupName", "third"}}), 409, "LimitExceeded",
                 "Cannot exceed quota for GroupsPerAccount: 2");
}

TEST(Groups, AreRenamedByWhoMayChangeBothNames) {
  World world;
  world.must("CreateGroup", {{"GroupName", "a"}});
  const auto caller = [&](const std::string& name, const std::string& groups) {
    return world.add_caller(
        name,
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:UpdateGroup","Resource":")" +
            world.arn("group/" + groups) + R"("}})");
  };
  const Params rename{{"GroupName", "a"}, {"NewGroupName", "ab"}};
  expect_refusal(world.call("UpdateGroup", rename, caller("one", "a")), 403, "AccessDenied",
                 "User: " + world.arn("user/one") +
                     " is not authorized to perform: iam:UpdateGroup on resource: " + world.arn("group/ab") +
                     " because no identity-based policy allows the iam:UpdateGroup action");
  EXPECT_TRUE(world.call("UpdateGroup", rename, caller("two", "a*")).ok());
}

TEST(Groups, AreDeletedWhenNothingHangsOnThem) {
  World world;
  const Params group{{"GroupName", "g"}};
  const auto with = [&](const Params& more) {
    Params params = group;
    params.insert(params.end(), more.begin(), more.end());
    return params;
  };
  world.must("CreateGroup", group);
  world.must("CreateUser", {{"UserName", "bob"}});
  world.must("AddUserToGroup", with({{"UserName", "bob"}}));
  put(world, "g", "p", read_roles);
  const std::pair<std::string, std::string> arn{"PolicyArn", world.make_policy("p")};
  world.must("AttachGroupPolicy", with({arn}));
  const auto refused = [&](std::string_view what) {
    expect_refusal(world.call("DeleteGroup", group), 409, "DeleteConflict",
                   "Cannot delete entity, must " + std::string(what) + " first.");
  };
  refused("remove users from group");
  world.must("RemoveUserFromGroup", with({{"UserName", "bob"}}));
  refused("detach all policies");
  world.must("DetachGroupPolicy", with({arn}));
  refused("delete policies");
  world.must("DeleteGroupPolicy", with({{"PolicyName", "p"}}));
  world.must("DeleteGroup", group);
  for (const char* action : {"DeleteGroup", "GetGroup", "ListGroupPolicies", "ListAttachedGroupPolicies"}) {
    expect_refusal(world.call(action, group), 404, "NoSuchEntity", "The group with name g cannot be found.");
  }
  // Made again, it has neither the members nor the policies of the one before.
  world.must("CreateGroup", group);
  EXPECT_EQ(world.must("GetGroup", group).members("Users"), Texts{});
  EXPECT_EQ(world.must("ListGroupPolicies", group).members("PolicyNames"), Texts{});
}

TEST(Groups, KeepTheirPoliciesWithinTheirSize) {
  World world;
  world.must("CreateGroup", {{"GroupName", "g"}});
  std::string document(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}})");
  document.insert(document.rfind('*'), std::string(5120 - document.size(), 'a'));
  put(world, "g", "p", document);
  document.insert(document.rfind('*'), "a");
  expect_refusal(
      world.call("PutGroupPolicy", {{"GroupName", "g"}, {"PolicyName", "p"}, {"PolicyDocument", document}}),
      409, "LimitExceeded", "Maximum policy size of 5120 bytes exceeded for group g");
  expect_refusal(world.call("GetGroupPolicy", {{"GroupName", "g"}, {"PolicyName", "none"}}), 404,
                 "NoSuchEntity", "The group policy with name none cannot be found.");
}

TEST(Groups, GainAndLoseMembers) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  for (const char* name : {"a", "b", "c"}) world.must("CreateGroup", {{"GroupName", name}});
  const auto member = [](const char* group, const char* user = "bob") {
    return Params{{"GroupName", group}, {"UserName", user}};
  };
  world.house.quotas.groups_per_user = 2;
  world.must("AddUserToGroup", member("a"));
  world.must("AddUserToGroup", member("a"));
  world.must("AddUserToGroup", member("b"));
  expect_refusal(world.call("AddUserToGroup", member("c")), 409, "LimitExceeded",
                 "Cannot exceed quota for GroupsPerUser: 2");
  EXPECT_EQ(world.must("ListGroupsForUser", {{"UserName", "bob"}}).members("Groups").size(), 2U);
  world.must("RemoveUserFromGroup", member("a"));
  world.must("RemoveUserFromGroup", member("a"));
  world.must("DeleteGroup", {{"GroupName", "a"}});
  for (const char* action : {"AddUserToGroup", "RemoveUserFromGroup"}) {
    expect_refusal(world.call(action, member("a")), 404, "NoSuchEntity",
                   "The group with name a cannot be found.");
    expect_refusal(world.call(action, member("b", "none")), 404, "NoSuchEntity",
                   "The user with name none cannot be found.");
  }
}

class Members : public testing::Test {
 protected:
  void SetUp() override {
    bob = world.add_caller("bob");
    world.make_role("r");
    world.must("CreateGroup", {{"GroupName", "g"}});
  }
  bool may() { return world.call("GetRole", {{"RoleName", "r"}}, bob).ok(); }
  void join() { world.must("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "bob"}}); }

  World world;
  Credentials bob;
};

TEST_F(Members, HaveThePoliciesOfTheirGroups) {
  put(world, "g", "read", read_roles);
  EXPECT_FALSE(may());
  join();
  EXPECT_TRUE(may());
  world.must("UpdateGroup", {{"GroupName", "g"}, {"NewGroupName", "h"}});
  EXPECT_TRUE(may());
  world.must("RemoveUserFromGroup", {{"GroupName", "h"}, {"UserName", "bob"}});
  EXPECT_FALSE(may());
}

TEST_F(Members, HaveTheAttachedPoliciesOfTheirGroups) {
  join();
  EXPECT_FALSE(may());
  world.must("AttachGroupPolicy",
             {{"GroupName", "g"}, {"PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}});
  EXPECT_TRUE(may());
  world.must("DetachGroupPolicy",
             {{"GroupName", "g"}, {"PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}});
  EXPECT_FALSE(may());
}

TEST_F(Members, AreDeniedWhatTheirGroupDenies) {
  world.must("PutUserPolicy",
             {{"UserName", "bob"}, {"PolicyName", "read"}, {"PolicyDocument", std::string(read_roles)}});
  EXPECT_TRUE(may());
  put(world, "g", "never", deny_roles);
  join();
  expect_refusal(world.call("GetRole", {{"RoleName", "r"}}, bob), 403, "AccessDenied",
                 "User: " + world.arn("user/bob") +
                     " is not authorized to perform: iam:GetRole on resource: " + world.arn("role/r") +
                     " with an explicit deny in an identity-based policy");
  // A trace names the group.
  const auto snapshot = world.mirror->snapshot();
  const auto* user = record::find<record::User>(*snapshot, record::user_key(world.account, "bob"));
  const wire::Caller caller{.kind = wire::Caller::Kind::user,
                            .account = world.account,
                            .arn = user->arn("aws"),
                            .user_id = user->id,
                            .unique_id = user->id,
                            .name = "bob",
                            .role_arn = {},
                            .access_key_id = {},
                            .session = nullptr};
  policy::Explanation explanation;
  const auto decision =
      world.authorizer.decide(caller, "iam:GetRole", world.arn("role/r"), {}, *snapshot, &explanation);
  EXPECT_EQ(decision.policy_name(), "group g: never");
  ASSERT_EQ(explanation.statements.size(), 2U);
  EXPECT_EQ(explanation.statements[1].policy, "group g: never");
}

}  // namespace
}  // namespace openirsa::iam
