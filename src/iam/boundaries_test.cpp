// What a permissions boundary limits, who may set one, and what it does to the policy that is one.
#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::allow_everything;
using test::expect_refusal;
using test::Params;
using test::Texts;
using test::trust_pods;
using test::World;

constexpr std::string_view read_only = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";

TEST(Boundaries, AreGivenShownChangedAndTaken) {
  World world;
  const std::string arn = world.make_policy("limit", "/b/");
  const auto uses = [&] {
    return world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/PermissionsBoundaryUsageCount");
  };
  const auto user = world.must("CreateUser", {{"UserName", "bob"}, {"PermissionsBoundary", arn}});
  EXPECT_EQ(user.at("User/PermissionsBoundary/PermissionsBoundaryArn"), arn);
  EXPECT_EQ(user.at("User/PermissionsBoundary/PermissionsBoundaryType"), "Policy");
  const auto role = world.must("CreateRole", {{"RoleName", "r"},
                                              {"AssumeRolePolicyDocument", std::string(trust_pods)},
                                              {"PermissionsBoundary", arn}});
  EXPECT_EQ(role.at("Role/PermissionsBoundary/PermissionsBoundaryArn"), arn);
  EXPECT_EQ(uses(), "2");
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/AttachmentCount"), "0");
  expect_refusal(world.call("DeletePolicy", {{"PolicyArn", arn}}), 409, "DeleteConflict",
                 "Cannot delete a policy attached to entities.");

  const Params of_role{{"RoleName", "r"}, {"PermissionsBoundary", std::string(read_only)}};
  world.must("PutRolePermissionsBoundary", of_role);
  world.must("PutRolePermissionsBoundary", of_role);
  EXPECT_EQ(uses(), "1");
  EXPECT_EQ(world.must("GetRole", {{"RoleName", "r"}}).at("Role/PermissionsBoundary/PermissionsBoundaryArn"),
            read_only);
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", std::string(read_only)}})
                .at("Policy/PermissionsBoundaryUsageCount"),
            "1");
  EXPECT_EQ(
      world.must("ListPolicies", {{"PolicyUsageFilter", "PermissionsBoundary"}}).members("Policies", "Arn"),
      (Texts{std::string(read_only), arn}));
  world.must("DeleteUserPermissionsBoundary", {{"UserName", "bob"}});
  world.must("DeleteUserPermissionsBoundary", {{"UserName", "bob"}});
  EXPECT_EQ(world.must("GetUser", {{"UserName", "bob"}}).at("User/PermissionsBoundary"), "(none)");
  EXPECT_EQ(uses(), "0");
  world.must("PutRolePermissionsBoundary", {{"RoleName", "r"}, {"PermissionsBoundary", arn}});
  EXPECT_EQ(uses(), "1");
  world.must("DeleteRole", {{"RoleName", "r"}});
  EXPECT_EQ(uses(), "0");
  world.must("DeletePolicy", {{"PolicyArn", arn}});
}

TEST(Boundaries, MustBePoliciesThatCanBeOne) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  world.make_role("r");
  const std::string none = world.arn("policy/none");
  const std::string missing = "Scope ARN: " + none + " does not exist or is not attachable.";
  const std::pair<std::string, std::string> boundary{"PermissionsBoundary", none};
  const auto revision = world.mirror->snapshot()->revision();
  expect_refusal(world.call("CreateUser", {{"UserName", "eve"}, boundary}), 404, "NoSuchEntity", missing);
  expect_refusal(
      world.call("CreateRole",
                 {{"RoleName", "s"}, {"AssumeRolePolicyDocument", std::string(trust_pods)}, boundary}),
      404, "NoSuchEntity", missing);
  expect_refusal(world.call("PutUserPermissionsBoundary", {{"UserName", "bob"}, boundary}), 404,
                 "NoSuchEntity", missing);
  expect_refusal(world.call("PutRolePermissionsBoundary", {{"RoleName", "r"}, boundary}), 404, "NoSuchEntity",
                 missing);
  const std::string foreign = "arn:aws:iam::999988887777:policy/theirs";
  expect_refusal(
      world.call("PutRolePermissionsBoundary", {{"RoleName", "r"}, {"PermissionsBoundary", foreign}}), 404,
      "NoSuchEntity", "Scope ARN: " + foreign + " does not exist or is not attachable.");
  EXPECT_EQ(world
                .call("PutUserPermissionsBoundary",
                      {{"UserName", "bob"},
                       {"PermissionsBoundary",
                        "arn:aws:iam::aws:policy/aws-service-role/AmazonEKSServiceRolePolicy"}})
                .code(),
            "PolicyNotAttachable");
  EXPECT_EQ(world
                .call("PutUserPermissionsBoundary",
                      {{"UserName", "bob"}, {"PermissionsBoundary", world.arn("role/r")}})
                .code(),
            "ValidationError");
  expect_refusal(world.call("PutUserPermissionsBoundary",
                            {{"UserName", "none"}, {"PermissionsBoundary", std::string(read_only)}}),
                 404, "NoSuchEntity", "The user with name none cannot be found.");
  expect_refusal(world.call("DeleteRolePermissionsBoundary", {{"RoleName", "none"}}), 404, "NoSuchEntity",
                 "The role with name none cannot be found.");
  EXPECT_EQ(world.mirror->snapshot()->revision(), revision);
}

TEST(Boundaries, LimitTheirUser) {
  World world;
  world.make_role("r");
  const auto bob = world.add_caller("bob", allow_everything);
  const auto may = [&](std::string_view action) { return world.call(action, {{"RoleName", "r"}}, bob); };
  EXPECT_TRUE(may("GetRole").ok());
  world.must("PutUserPermissionsBoundary",
             {{"UserName", "bob"}, {"PermissionsBoundary", std::string(read_only)}});
  EXPECT_TRUE(may("GetRole").ok());
  expect_refusal(may("DeleteRole"), 403, "AccessDenied",
                 "User: " + world.arn("user/bob") +
                     " is not authorized to perform: iam:DeleteRole on resource: " + world.arn("role/r") +
                     " because no permissions boundary allows the iam:DeleteRole action");
  // It allows nothing by itself.
  world.must("DeleteUserPolicy", {{"UserName", "bob"}, {"PolicyName", "own"}});
  EXPECT_EQ(may("GetRole").code(), "AccessDenied");
  // What a group allows is limited as well.
  world.must("CreateGroup", {{"GroupName", "g"}});
  world.must("AttachGroupPolicy",
             {{"GroupName", "g"}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}});
  world.must("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "bob"}});
  EXPECT_TRUE(may("GetRole").ok());
  EXPECT_EQ(may("DeleteRole").code(), "AccessDenied");
  world.must("DeleteUserPermissionsBoundary", {{"UserName", "bob"}});
  EXPECT_TRUE(may("DeleteRole").ok());
}

TEST(Boundaries, LimitTheSessionsOfTheirRole) {
  World world;
  world.make_role("r");
  world.must("AttachRolePolicy",
             {{"RoleName", "r"}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}});
  const auto snapshot = world.mirror->snapshot();
  const auto* role = record::find<record::Role>(*snapshot, record::role_key(world.account, "r"));
  const wire::Caller caller{.kind = wire::Caller::Kind::session,
                            .account = world.account,
                            .arn = "arn:aws:sts::" + world.account + ":assumed-role/r/s",
                            .user_id = role->id + ":s",
                            .unique_id = role->id,
                            .name = "r",
                            .role_arn = role->arn("aws"),
                            .access_key_id = {},
                            .session = std::make_shared<wire::Session>()};
  const auto decide = [&](std::string_view action) {
    return world.authorizer.decide(caller, action, "*", {}, *world.mirror->snapshot(), nullptr);
  };
  EXPECT_TRUE(decide("s3:ListAllMyBuckets").allowed());
  world.must("PutRolePermissionsBoundary",
             {{"RoleName", "r"}, {"PermissionsBoundary", std::string(read_only)}});
  EXPECT_FALSE(decide("s3:ListAllMyBuckets").allowed());
  EXPECT_EQ(decide("s3:ListAllMyBuckets").source(), policy::Source::boundary);
  EXPECT_TRUE(decide("iam:ListRoles").allowed());
}

// The record of a policy that is damaged or gone: a boundary that says nothing lets nothing through.
TEST(Boundaries, WhosePolicyIsGoneLetNothingThrough) {
  World world;
  const auto bob = world.add_caller("bob", allow_everything);
  const std::string arn = world.make_policy("limit");
  world.must("PutUserPermissionsBoundary", {{"UserName", "bob"}, {"PermissionsBoundary", arn}});
  EXPECT_TRUE(world.call("ListRoles", {}, bob).ok());
  store::Commit commit;
  commit.deletes.push_back(record::managed_policy_key(world.account, "limit"));
  ASSERT_TRUE(world.mirror->commit(commit));
  EXPECT_EQ(world.call("ListRoles", {}, bob).code(), "AccessDenied");
}

// IAM User Guide, "Delegating responsibility to others using permissions boundaries": whoever makes roles
// only with this boundary cannot make one that may do more.
TEST(Boundaries, CanBeDemandedOfWhoMakesAndFillsEntities) {
  World world;
  const std::string limit = world.make_policy("limit");
  const auto maker = world.add_caller("maker", R"({"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":["iam:CreateRole","iam:CreateUser","iam:PutRolePolicy","iam:DeleteRolePolicy",
      "iam:AttachRolePolicy","iam:DetachRolePolicy","iam:PutRolePermissionsBoundary","iam:PutUserPolicy",
      "iam:AttachUserPolicy","iam:DetachUserPolicy","iam:DeleteUserPolicy","iam:PutUserPermissionsBoundary"],
      "Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":")" +
                                                   limit + R"("}}}]})");
  const std::pair<std::string, std::string> bound{"PermissionsBoundary", limit};
  const std::pair<std::string, std::string> other{"PermissionsBoundary",
                                                  "arn:aws:iam::aws:policy/AdministratorAccess"};
  const auto call = [&](std::string_view action, Params params, const Params& more) {
    params.insert(params.end(), more.begin(), more.end());
    return world.call(action, params, maker);
  };
  const Params new_role{{"RoleName", "r"}, {"AssumeRolePolicyDocument", std::string(trust_pods)}};
  EXPECT_EQ(call("CreateRole", new_role, {}).code(), "AccessDenied");
  EXPECT_EQ(call("CreateRole", new_role, {other}).code(), "AccessDenied");
  EXPECT_TRUE(call("CreateRole", new_role, {bound}).ok());
  EXPECT_EQ(call("CreateUser", {{"UserName", "u"}}, {}).code(), "AccessDenied");
  EXPECT_TRUE(call("CreateUser", {{"UserName", "u"}}, {bound}).ok());
  EXPECT_EQ(call("PutRolePermissionsBoundary", {{"RoleName", "r"}}, {other}).code(), "AccessDenied");
  EXPECT_TRUE(call("PutRolePermissionsBoundary", {{"RoleName", "r"}}, {bound}).ok());
  EXPECT_EQ(call("PutUserPermissionsBoundary", {{"UserName", "u"}}, {other}).code(), "AccessDenied");
  EXPECT_EQ(call("DeleteRolePermissionsBoundary", {{"RoleName", "r"}}, {}).code(), "AccessDenied");

  world.make_role("unbounded");
  world.must("CreateUser", {{"UserName", "free"}});
  const Params document{{"PolicyName", "p"}, {"PolicyDocument", std::string(allow_everything)}};
  const Params arn{{"PolicyArn", std::string(read_only)}};
  struct Filling {
    const char* action;
    Params more;
  };
  for (const auto& [action, more] :
       {Filling{"PutRolePolicy", document}, Filling{"DeleteRolePolicy", {document[0]}},
        Filling{"AttachRolePolicy", arn}, Filling{"DetachRolePolicy", arn}}) {
    EXPECT_EQ(call(action, {{"RoleName", "unbounded"}}, more).code(), "AccessDenied") << action;
    EXPECT_TRUE(call(action, {{"RoleName", "r"}}, more).ok()) << action;
  }
  for (const auto& [action, more] :
       {Filling{"PutUserPolicy", document}, Filling{"DeleteUserPolicy", {document[0]}},
        Filling{"AttachUserPolicy", arn}, Filling{"DetachUserPolicy", arn}}) {
    EXPECT_EQ(call(action, {{"UserName", "free"}}, more).code(), "AccessDenied") << action;
    EXPECT_TRUE(call(action, {{"UserName", "u"}}, more).ok()) << action;
  }
}

TEST(PolicyEntities, AreListedByKindAndUse) {
  World world;
  const std::string arn = world.make_policy("p");
  world.make_role("ra", "/x/");
  world.make_role("rb");
  for (const char* name : {"ua", "ub"}) world.must("CreateUser", {{"UserName", name}, {"Path", "/x/"}});
  for (const char* name : {"ga", "gb"}) world.must("CreateGroup", {{"GroupName", name}});
  world.must("AttachRolePolicy", {{"RoleName", "ra"}, {"PolicyArn", arn}});
  world.must("PutRolePermissionsBoundary", {{"RoleName", "ra"}, {"PermissionsBoundary", arn}});
  world.must("AttachUserPolicy", {{"UserName", "ua"}, {"PolicyArn", arn}});
  world.must("PutUserPermissionsBoundary", {{"UserName", "ub"}, {"PermissionsBoundary", arn}});
  world.must("AttachGroupPolicy", {{"GroupName", "gb"}, {"PolicyArn", arn}});
  const auto listed = [&](Params more) {
    more.emplace_back("PolicyArn", arn);
    const auto reply = world.must("ListEntitiesForPolicy", more);
    Texts names = reply.members("PolicyGroups", "GroupName");
    for (const auto& name : reply.members("PolicyRoles", "RoleName")) names.push_back(name);
    for (const auto& name : reply.members("PolicyUsers", "UserName")) names.push_back(name);
    return names;
  };
  EXPECT_EQ(listed({}), (Texts{"gb", "ra", "ua", "ub"}));
  EXPECT_EQ(listed({{"EntityFilter", "Group"}}), Texts{"gb"});
  EXPECT_EQ(listed({{"EntityFilter", "Role"}}), Texts{"ra"});
  EXPECT_EQ(listed({{"EntityFilter", "User"}}), (Texts{"ua", "ub"}));
  EXPECT_EQ(listed({{"PolicyUsageFilter", "PermissionsPolicy"}}), (Texts{"gb", "ra", "ua"}));
  EXPECT_EQ(listed({{"PolicyUsageFilter", "PermissionsBoundary"}}), (Texts{"ra", "ub"}));
  EXPECT_EQ(listed({{"PathPrefix", "/x/"}}), (Texts{"ra", "ua", "ub"}));
  EXPECT_EQ(listed({{"EntityFilter", "LocalManagedPolicy"}}), Texts{});

  // Page by page, nothing left out and nothing twice.
  Texts paged;
  Params params{{"PolicyArn", arn}, {"MaxItems", "1"}};
  for (int pages = 1;; ++pages) {
    const auto reply = world.must("ListEntitiesForPolicy", params);
    for (const auto& [list, part] :
         {std::pair{"PolicyGroups", "GroupName"}, {"PolicyRoles", "RoleName"}, {"PolicyUsers", "UserName"}}) {
      for (const auto& name : reply.members(list, part)) paged.push_back(name);
    }
    if (reply.at("IsTruncated") == "false") {
      EXPECT_EQ(pages, 4);
      break;
    }
    params = {{"PolicyArn", arn}, {"MaxItems", "1"}, {"Marker", reply.at("Marker")}};
  }
  EXPECT_EQ(paged, (Texts{"gb", "ra", "ua", "ub"}));
}

}  // namespace
}  // namespace openirsa::iam
