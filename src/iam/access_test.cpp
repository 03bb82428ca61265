// Who calls, and what they may do: access keys, authorisation, first identities.
#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::expect_refusal;
using test::World;

Result<wire::FoundKey, wire::Error> find(World& world, std::string_view id, wire::Trace& trace,
                                         const std::optional<std::string>& token = std::nullopt) {
  return world.keys.find(id, token, *world.mirror->snapshot(), world.clock.now(), trace);
}

std::string failure_of(World& world, std::string_view id,
                       const std::optional<std::string>& token = std::nullopt) {
  wire::Trace trace;
  const auto found = find(world, id, trace, token);
  if (found) return "found";
  EXPECT_EQ(found.error().code, wire::Code::invalid_client_token_id);
  EXPECT_EQ(found.error().message, "The security token included in the request is invalid.");
  return trace.failure ? trace.failure->code : "no failure";
}

TEST(AccessKeys, NameTheirUserOrTheRoot) {
  World world;
  wire::Trace trace;
  const auto admin = find(world, world.admin.id, trace);
  ASSERT_TRUE(admin);
  EXPECT_EQ(admin->secret.expose(), world.admin.secret);
  EXPECT_EQ(admin->caller.kind, wire::Caller::Kind::user);
  EXPECT_EQ(admin->caller.arn, world.arn("user/admin"));
  EXPECT_EQ(admin->caller.name, "admin");
  EXPECT_EQ(admin->caller.user_id, admin->caller.unique_id);
  EXPECT_TRUE(admin->caller.unique_id.starts_with("AIDA"));

  const auto credentials = world.add_caller("");
  const auto root = find(world, credentials.id, trace);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->caller.kind, wire::Caller::Kind::root);
  EXPECT_EQ(root->caller.arn, world.arn("root"));
  EXPECT_EQ(root->caller.user_id, world.account);
  EXPECT_FALSE(trace.failure);
  EXPECT_TRUE(world.keys.owns("AKIAX"));
  EXPECT_FALSE(world.keys.owns("ASIAX"));
}

TEST(AccessKeys, AreRefusedAlikeForEveryReason) {
  World world;
  EXPECT_EQ(failure_of(world, world.admin.id), "found");
  EXPECT_EQ(failure_of(world, world.admin.id, "token"), "session_token_with_long_lived_key");
  EXPECT_EQ(failure_of(world, world.admin.id, ""), "session_token_with_long_lived_key");
  EXPECT_EQ(failure_of(world, record::make_access_key_id("AKIA", world.account)), "access_key_unknown");
  EXPECT_EQ(failure_of(world, "AKIAIOSFODNN7EXAMPLE"), "access_key_unknown");
  EXPECT_EQ(failure_of(world, "AKIA"), "access_key_unknown");

  const auto credentials = world.add_caller("bob");
  EXPECT_EQ(failure_of(world, credentials.id), "found");
  const auto snapshot = world.mirror->snapshot();
  const std::string key = record::access_key_key(world.account, credentials.id);
  auto record = *record::find<record::AccessKey>(*snapshot, key);
  record.active = false;
  world.put(key, record);
  EXPECT_EQ(failure_of(world, credentials.id), "access_key_inactive");
  record.active = true;
  world.put(key, record);
  EXPECT_EQ(failure_of(world, credentials.id), "found");
  world.add_caller("bob");  // somebody else under the same name
  EXPECT_EQ(failure_of(world, credentials.id), "access_key_without_user");
}

TEST(FirstIdentities, AreMadeOnce) {
  World world;
  EXPECT_EQ(world.account.size(), 12U);
  const auto again = make_first_identities(*world.mirror, world.vault, world.clock.now());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, store::Fault::conflict);
  const auto snapshot = world.mirror->snapshot();
  EXPECT_EQ(record::find<record::ServerIdentity>(*snapshot, record::server_key())->account, world.account);
  EXPECT_EQ(record::find<record::Account>(*snapshot, record::account_key(world.account))->id, world.account);
  EXPECT_EQ(snapshot->count(""), 5U);
  EXPECT_EQ(record::account_of_access_key(world.admin.id), world.account);
}

TEST(FirstIdentities, TakeTheAccountAndPartitionGiven) {
  const record::Vault vault(Secret(std::string(32, 'v')));
  const auto store = store::make_memory_store();
  const auto first =
      make_first_identities(*store, vault, time_of_seconds(test::noon), "111122223333", "aws-cn");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->account, "111122223333");
  EXPECT_EQ(record::account_of_access_key(first->access_key_id), "111122223333");
  const auto key = record::user_key(first->account, first->user);
  const auto entry = store->get(key);
  ASSERT_TRUE(entry && *entry);
  const auto admin = record::User::parse(key, (*entry)->value, vault);
  ASSERT_TRUE(admin);
  EXPECT_EQ(admin->permissions.attached, test::Texts{"arn:aws-cn:iam::aws:policy/AdministratorAccess"});
}

constexpr std::string_view read_only =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}]})";

class Sessions : public testing::Test {
 protected:
  void SetUp() override {
    world.make_role("worker", "/team/");
    world.must("PutRolePolicy", {{"RoleName", "worker"},
                                 {"PolicyName", "all"},
                                 {"PolicyDocument", std::string(test::allow_everything)}});
    const auto snapshot = world.mirror->snapshot();
    const auto* role = record::find<record::Role>(*snapshot, record::role_key(world.account, "worker"));
    caller.kind = wire::Caller::Kind::session;
    caller.account = world.account;
    caller.arn = "arn:aws:sts::" + world.account + ":assumed-role/worker/s";
    caller.unique_id = role->id;
    caller.user_id = role->id + ":s";
    caller.name = "worker";
    caller.role_arn = role->arn("aws");
    caller.session = std::make_shared<wire::Session>();
  }
  policy::Decision decide(std::string_view action, const std::string& resource) {
    return world.authorizer.decide(caller, action, resource, {}, *world.mirror->snapshot(), nullptr);
  }
  bool may(std::string_view action) { return decide(action, world.arn("role/team/worker")).allowed(); }
  void limit(const std::function<void(wire::Session&)>& change) {
    auto session = std::make_shared<wire::Session>(*caller.session);
    change(*session);
    caller.session = session;
  }
  World world;
  wire::Caller caller;
};

TEST_F(Sessions, HaveThePoliciesOfTheirRole) {
  EXPECT_TRUE(may("iam:DeleteRole"));
  world.must("PutRolePolicy",
             {{"RoleName", "worker"}, {"PolicyName", "all"}, {"PolicyDocument", std::string(read_only)}});
  EXPECT_FALSE(may("iam:DeleteRole"));
  EXPECT_TRUE(may("iam:GetRole"));
  world.must("AttachRolePolicy",
             {{"RoleName", "worker"}, {"PolicyArn", "arn:aws:iam::aws:policy/IAMFullAccess"}});
  EXPECT_TRUE(may("iam:DeleteRole"));
}

TEST_F(Sessions, EndWithTheirRole) {
  EXPECT_TRUE(may("iam:GetRole"));
  world.must("DeleteRolePolicy", {{"RoleName", "worker"}, {"PolicyName", "all"}});
  world.must("DeleteRole", {{"RoleName", "worker"}});
  EXPECT_FALSE(may("iam:GetRole"));
  world.make_role("worker", "/team/");
  world.must("PutRolePolicy", {{"RoleName", "worker"},
                               {"PolicyName", "all"},
                               {"PolicyDocument", std::string(test::allow_everything)}});
  EXPECT_FALSE(may("iam:GetRole"));  // another role under the same name
}

TEST_F(Sessions, AreLimitedByTheirOwnPolicies) {
  auto parsed = policy::Policy::parse(read_only, policy::Kind::session);
  ASSERT_TRUE(parsed);
  limit([&](wire::Session& session) { session.inline_policy = *parsed; });
  EXPECT_TRUE(may("iam:GetRole"));
  EXPECT_FALSE(may("iam:DeleteRole"));
  EXPECT_EQ(decide("iam:DeleteRole", "*").source(), policy::Source::session);
}

TEST_F(Sessions, LoseWhatAVanishedSessionPolicyAllowed) {
  const std::string arn = world.make_policy("limit");
  limit([&](wire::Session& session) { session.policy_arns = {arn}; });
  EXPECT_TRUE(may("iam:DeleteRole"));
  world.must("DeletePolicy", {{"PolicyArn", arn}});
  EXPECT_FALSE(may("iam:DeleteRole"));
  EXPECT_EQ(decide("iam:DeleteRole", "*").source(), policy::Source::session);
}

TEST_F(Sessions, FollowTheDefaultVersionOfAPolicy) {
  world.must("DeleteRolePolicy", {{"RoleName", "worker"}, {"PolicyName", "all"}});
  const std::string arn = world.make_policy("p");
  world.must("AttachRolePolicy", {{"RoleName", "worker"}, {"PolicyArn", arn}});
  EXPECT_TRUE(may("iam:DeleteRole"));
  world.must("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", std::string(read_only)}});
  EXPECT_TRUE(may("iam:DeleteRole"));
  world.must("SetDefaultPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v2"}});
  EXPECT_FALSE(may("iam:DeleteRole"));
}

TEST_F(Sessions, StayInTheirAccount) {
  EXPECT_TRUE(decide("iam:GetRole", world.arn("role/x")).allowed());
  EXPECT_FALSE(decide("iam:GetRole", "arn:aws:iam::999988887777:role/x").allowed());
  EXPECT_TRUE(decide("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess").allowed());
  EXPECT_TRUE(decide("s3:GetObject", "arn:aws:s3:::bucket/key").allowed());
  caller.kind = wire::Caller::Kind::root;
  EXPECT_TRUE(decide("iam:GetRole", world.arn("role/x")).allowed());
  EXPECT_FALSE(decide("iam:GetRole", "arn:aws:iam::999988887777:role/x").allowed());
}

TEST_F(Sessions, HaveNoUserToShow) {
  caller.session = nullptr;
  EXPECT_FALSE(may("iam:GetRole"));  // a session without its statement has nothing
}

TEST(Authorisation, SeesTagsPathsAndPolicyArns) {
  World world;
  const auto limited = world.add_caller("limited", R"({"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":["iam:CreateRole","iam:GetRole","iam:AttachRolePolicy"],"Resource":"arn:aws:iam::*:role/team/*"},
    {"Effect":"Allow","Action":"iam:UpdateRole","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/owner":"limited"}}},
    {"Effect":"Allow","Action":"iam:TagRole","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/owner":"limited"},
      "ForAllValues:StringEquals":{"aws:TagKeys":["owner"]}}},
    {"Effect":"Deny","Action":"iam:AttachRolePolicy","Resource":"*",
      "Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}}]})");
  const std::string document(test::trust_pods);
  const auto call = [&](std::string_view action, const test::Params& params) {
    return world.call(action, params, limited);
  };
  EXPECT_TRUE(
      call("CreateRole", {{"RoleName", "a"}, {"Path", "/team/"}, {"AssumeRolePolicyDocument", document}})
          .ok());
  expect_refusal(
      call("CreateRole", {{"RoleName", "b"}, {"AssumeRolePolicyDocument", document}}), 403, "AccessDenied",
      "User: " + world.arn("user/limited") + " is not authorized to perform: iam:CreateRole on resource: " +
          world.arn("role/b") + " because no identity-based policy allows the iam:CreateRole action");
  world.make_role("b");
  EXPECT_TRUE(call("GetRole", {{"RoleName", "a"}}).ok());
  EXPECT_EQ(call("GetRole", {{"RoleName", "b"}}).code(), "AccessDenied");

  EXPECT_EQ(call("UpdateRole", {{"RoleName", "a"}}).code(), "AccessDenied");
  EXPECT_EQ(call("TagRole", {{"RoleName", "a"}, {"Tags.member.1.Key", "owner"}, {"Tags.member.1.Value", "x"}})
                .code(),
            "AccessDenied");
  EXPECT_EQ(call("TagRole", {{"RoleName", "a"},
                             {"Tags.member.1.Key", "owner"},
                             {"Tags.member.1.Value", "limited"},
                             {"Tags.member.2.Key", "more"},
                             {"Tags.member.2.Value", "x"}})
                .code(),
            "AccessDenied");
  EXPECT_TRUE(
      call("TagRole", {{"RoleName", "a"}, {"Tags.member.1.Key", "owner"}, {"Tags.member.1.Value", "limited"}})
          .ok());
  EXPECT_TRUE(call("UpdateRole", {{"RoleName", "a"}}).ok());

  EXPECT_TRUE(
      call("AttachRolePolicy", {{"RoleName", "a"}, {"PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}})
          .ok());
  expect_refusal(call("AttachRolePolicy",
                      {{"RoleName", "a"}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}}),
                 403, "AccessDenied",
                 "User: " + world.arn("user/limited") +
                     " is not authorized to perform: iam:AttachRolePolicy on resource: " +
                     world.arn("role/team/a") + " with an explicit deny in an identity-based policy");
}

TEST(Users, ShowThemselvesAndOthers) {
  World world;
  EXPECT_EQ(world.must("GetUser").at("User/UserName"), "admin");
  world.add_caller("bob");
  const auto bob = world.must("GetUser", {{"UserName", "Bob"}});
  EXPECT_EQ(bob.at("User/UserName"), "bob");
  EXPECT_EQ(bob.at("User/Arn"), world.arn("user/bob"));
  EXPECT_EQ(world.must("ListUsers").members("Users", "UserName"), (test::Texts{"admin", "bob"}));
  EXPECT_EQ(world.must("ListUsers", {{"PathPrefix", "/x"}}).members("Users"), test::Texts{});
  expect_refusal(world.call("GetUser", {{"UserName", "none"}}), 404, "NoSuchEntity",
                 "The user with name none cannot be found.");
  const auto root = world.add_caller("");
  const auto shown = world.call("GetUser", {}, root);
  EXPECT_EQ(shown.at("User/UserId"), world.account);
  EXPECT_EQ(shown.at("User/Arn"), world.arn("root"));
  EXPECT_EQ(shown.at("User/UserName"), "(none)");
}

TEST(AccountSummary, CountsWhatIsThere) {
  World world;
  world.make_role("r");
  world.make_provider();
  const std::string arn = world.make_policy("p");
  world.must("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", std::string(read_only)}});
  world.house.quotas.trust_policy_characters = 4096;
  const auto figures = [&] {
    std::map<std::string, std::string> map;
    const auto reply = world.must("GetAccountSummary");
    for (const auto& entry : reply.result().find("SummaryMap")->children)
      map[entry.find("key")->text] = entry.find("value")->text;
    return map;
  };
  auto map = figures();
  EXPECT_EQ(map["Roles"], "1");
  EXPECT_EQ(map["Providers"], "1");
  EXPECT_EQ(map["Policies"], "1");
  EXPECT_EQ(map["PolicyVersionsInUse"], "2");
  EXPECT_EQ(map["Users"], "1");
  EXPECT_EQ(map["RolesQuota"], "1000");
  EXPECT_EQ(map["AssumeRolePolicySizeQuota"], "4096");
  EXPECT_EQ(map["UsersQuota"], "5000");
  EXPECT_EQ(map["AccessKeysPerUserQuota"], "2");
  EXPECT_EQ(map["UserPolicySizeQuota"], "2048");
  EXPECT_EQ(map["GroupPolicySizeQuota"], "5120");
  EXPECT_EQ(map["Groups"], "0");
  EXPECT_EQ(map["AccountAccessKeysPresent"], "0");
  world.add_caller("");
  EXPECT_EQ(figures()["AccountAccessKeysPresent"], "1");
  world.must("CreateGroup", {{"GroupName", "g"}});
  EXPECT_EQ(figures()["Groups"], "1");
}

}  // namespace
}  // namespace openirsa::iam
