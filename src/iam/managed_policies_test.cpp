#include "iam/harness.h"
#include "iam/managed.h"

namespace openirsa::iam {
namespace {

using test::allow_everything;
using test::expect_refusal;
using test::Params;
using test::Texts;
using test::World;

const std::string admin_arn = "arn:aws:iam::aws:policy/AdministratorAccess";

std::string policy_of_size(std::size_t size) {
  const std::string head =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::)";
  return head + std::string(size - head.size() - 3, 'x') + "\"}}";
}

TEST(ManagedPolicies, AreMadeShownAndDeleted) {
  World world;
  const auto made = world.must("CreatePolicy", {{"PolicyName", "Reader"},
                                                {"Path", "/team/"},
                                                {"Description", "reads"},
                                                {"PolicyDocument", std::string(allow_everything)},
                                                {"Tags.member.1.Key", "k"},
                                                {"Tags.member.1.Value", "v"}});
  const std::string arn = world.arn("policy/team/Reader");
  EXPECT_EQ(made.at("Policy/Arn"), arn);
  EXPECT_EQ(made.at("Policy/PolicyId").substr(0, 4), "ANPA");
  EXPECT_EQ(made.at("Policy/Description"), "(none)");
  const auto got = world.must("GetPolicy", {{"PolicyArn", arn}});
  EXPECT_EQ(got.at("Policy/PolicyName"), "Reader");
  EXPECT_EQ(got.at("Policy/Description"), "reads");
  EXPECT_EQ(got.at("Policy/DefaultVersionId"), "v1");
  EXPECT_EQ(got.at("Policy/AttachmentCount"), "0");
  EXPECT_EQ(got.at("Policy/Tags/member/Key"), "k");
  const auto version = world.must("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v1"}});
  EXPECT_EQ(percent_decode(version.at("PolicyVersion/Document")), allow_everything);
  EXPECT_EQ(version.at("PolicyVersion/IsDefaultVersion"), "true");

  expect_refusal(world.call("CreatePolicy",
                            {{"PolicyName", "READER"}, {"PolicyDocument", std::string(allow_everything)}}),
                 409, "EntityAlreadyExists",
                 "A policy called READER already exists. Duplicate names are not allowed.");
  // The name is taken without regard to path and case; the ARN is exact.
  const std::string other = world.arn("policy/Reader");
  expect_refusal(world.call("GetPolicy", {{"PolicyArn", other}}), 404, "NoSuchEntity",
                 "Policy " + other + " was not found.");
  world.must("DeletePolicy", {{"PolicyArn", arn}});
  expect_refusal(world.call("DeletePolicy", {{"PolicyArn", arn}}), 404, "NoSuchEntity",
                 "Policy " + arn + " was not found.");
}

TEST(ManagedPolicies, KeepToTheirQuotas) {
  World world;
  const auto make = [&](const std::string& name, std::size_t size) {
    return world.call("CreatePolicy", {{"PolicyName", name}, {"PolicyDocument", policy_of_size(size)}});
  };
  expect_refusal(make("big", 6145), 409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144");
  EXPECT_TRUE(make("big", 6144).ok());
  expect_refusal(world.call("CreatePolicyVersion", {{"PolicyArn", world.arn("policy/big")},
                                                    {"PolicyDocument", policy_of_size(6145)}}),
                 409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144");
  world.house.quotas.managed_policies_per_account = 2;
  EXPECT_TRUE(make("two", 500).ok());
  expect_refusal(make("three", 500), 409, "LimitExceeded", "Cannot exceed quota for PoliciesPerAccount: 2");
}

TEST(ManagedPolicies, HaveUpToFiveVersions) {
  World world;
  const std::string arn = world.make_policy("p");
  const auto add = [&](bool as_default) {
    return world.call("CreatePolicyVersion", {{"PolicyArn", arn},
                                              {"PolicyDocument", std::string(allow_everything)},
                                              {"SetAsDefault", as_default ? "true" : "false"}});
  };
  world.clock.advance(60);
  const auto second = add(true);
  EXPECT_EQ(second.at("PolicyVersion/VersionId"), "v2");
  EXPECT_EQ(second.at("PolicyVersion/IsDefaultVersion"), "true");
  EXPECT_EQ(second.at("PolicyVersion/Document"), "(none)");
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/UpdateDate"), "2026-11-24T12:01:00Z");
  for (int i = 3; i <= 5; ++i) EXPECT_TRUE(add(false).ok());
  expect_refusal(add(false), 409, "LimitExceeded",
                 "A managed policy can have up to 5 versions. Before you create a new version, you must "
                 "delete an existing "
                 "version.");
  expect_refusal(world.call("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v2"}}), 409,
                 "DeleteConflict", "Cannot delete the default version of a policy.");
  expect_refusal(
      world.call("DeletePolicy", {{"PolicyArn", arn}}), 409, "DeleteConflict",
      "This policy has more than one version. Before you delete a policy, you must delete the policy's "
      "versions. The default version is deleted with the policy.");
  world.must("SetDefaultPolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v4"}});
  world.must("DeletePolicyVersion", {{"PolicyArn", arn}, {"VersionId", "v2"}});
  EXPECT_EQ(add(false).at("PolicyVersion/VersionId"), "v6");  // numbers are not used again
  EXPECT_EQ(world.must("ListPolicyVersions", {{"PolicyArn", arn}}).members("Versions", "VersionId"),
            (Texts{"v6", "v5", "v4", "v3", "v1"}));
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/DefaultVersionId"), "v4");
  for (const char* action : {"GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"}) {
    expect_refusal(world.call(action, {{"PolicyArn", arn}, {"VersionId", "v2"}}), 404, "NoSuchEntity",
                   "Policy " + arn + " version v2 does not exist or is not attachable.");
  }
  for (const char* bad : {"2", "v0", "v", "v1x", "v1."}) {
    const auto reply = world.call("GetPolicyVersion", {{"PolicyArn", arn}, {"VersionId", bad}});
    EXPECT_EQ(reply.code(), std::string_view(bad) == "v1." ? "NoSuchEntity" : "ValidationError") << bad;
  }
}

TEST(ManagedPolicies, OfAwsCanBeReadAndNotChanged) {
  World world;
  const auto got = world.must("GetPolicy", {{"PolicyArn", admin_arn}});
  EXPECT_EQ(got.at("Policy/Arn"), admin_arn);
  EXPECT_EQ(got.at("Policy/AttachmentCount"), "1");  // the user admin
  EXPECT_TRUE(world.must("GetPolicyVersion", {{"PolicyArn", admin_arn}, {"VersionId", "v1"}})
                  .at("PolicyVersion/Document")
                  .starts_with("%7B%22Version%22"));
  EXPECT_EQ(world.must("ListPolicyVersions", {{"PolicyArn", admin_arn}}).members("Versions", "VersionId"),
            Texts{"v1"});
  EXPECT_EQ(world.must("ListPolicyTags", {{"PolicyArn", admin_arn}}).members("Tags"), Texts{});
  EXPECT_EQ(world.call("DeletePolicy", {{"PolicyArn", admin_arn}}).code(), "AccessDenied");
  EXPECT_EQ(world
                .call("CreatePolicyVersion",
                      {{"PolicyArn", admin_arn}, {"PolicyDocument", std::string(allow_everything)}})
                .code(),
            "AccessDenied");
  const std::string unknown = "arn:aws:iam::aws:policy/NoSuchThing";
  expect_refusal(world.call("GetPolicy", {{"PolicyArn", unknown}}), 404, "NoSuchEntity",
                 "Policy " + unknown + " was not found.");
}

TEST(ManagedPolicies, RefuseArnsOfOtherForms) {
  World world;
  const auto get = [&](const std::string& arn) { return world.call("GetPolicy", {{"PolicyArn", arn}}); };
  expect_refusal(get("longpolicynamebutnoproblem"), 400, "ValidationError",
                 "Invalid ARN:  Could not be parsed!");
  expect_refusal(get(world.arn("role/some-role-name")), 400, "ValidationError",
                 "Invalid resource type in ARN");
  expect_refusal(get("arn:aws:s3:::" + std::string(20, 'x')), 400, "ValidationError",
                 "Invalid service in ARN");
  const auto foreign = get("arn:aws:iam::999988887777:policy/theirs");
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(foreign.code(), "AccessDenied");
}

TEST(ManagedPolicies, AreListedByScopePathAndAttachment) {
  World world;
  world.make_policy("b", "/team/");
  const std::string a = world.make_policy("a");
  world.make_role("r");
  world.must("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", a}});
  const auto list = [&](const Params& params) {
    return world.must("ListPolicies", params).members("Policies", "PolicyName");
  };
  EXPECT_EQ(list({{"Scope", "Local"}}), (Texts{"a", "b"}));
  const std::size_t of_aws = aws_managed_policies().policies().size();
  EXPECT_EQ(list({{"Scope", "AWS"}, {"MaxItems", "1000"}}).size(), of_aws);
  const auto all = list({{"MaxItems", "1000"}});
  EXPECT_EQ(all.size(), of_aws + 2);
  EXPECT_EQ(list({{"OnlyAttached", "true"}}), (Texts{"AdministratorAccess", "a"}));
  EXPECT_EQ(list({{"PathPrefix", "/team/"}}), Texts{"b"});
  EXPECT_EQ(list({{"Scope", "AWS"}, {"PathPrefix", "/job-function/"}}),
            (Texts{"Billing", "DatabaseAdministrator", "NetworkAdministrator", "SupportUser",
                   "SystemAdministrator", "ViewOnlyAccess"}));
  EXPECT_EQ(list({{"PolicyUsageFilter", "PermissionsBoundary"}}), Texts{});
  expect_refusal(world.call("ListPolicies", {{"Scope", "Mine"}}), 400, "ValidationError",
                 "1 validation error detected: Value 'Mine' at 'scope' failed to satisfy constraint: Member "
                 "must satisfy "
                 "enum value set: [All, AWS, Local]");
  Texts paged;
  Params params{{"MaxItems", "13"}};
  for (int calls = 0; calls < 20; ++calls) {
    const auto page = world.must("ListPolicies", params);
    for (const auto& name : page.members("Policies", "PolicyName")) paged.push_back(name);
    if (page.at("IsTruncated") == "false") break;
    params = {{"MaxItems", "13"}, {"Marker", page.at("Marker")}};
  }
  EXPECT_EQ(paged, all);
}

std::string attachments(World& world, const std::string& arn) {
  return world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/AttachmentCount");
}

TEST(Attachments, AreCountedOnceAndListed) {
  World world;
  world.make_role("r");
  const std::string mine = world.make_policy("mine", "/team/");
  const Params both{{"RoleName", "r"}, {"PolicyArn", mine}};
  EXPECT_TRUE(world.must("AttachRolePolicy", both).result().name.empty());
  world.must("AttachRolePolicy", both);  // idempotent
  EXPECT_EQ(attachments(world, mine), "1");
  world.must("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", admin_arn}});
  EXPECT_EQ(attachments(world, admin_arn), "2");
  const auto listed = world.must("ListAttachedRolePolicies", {{"RoleName", "r"}});
  EXPECT_EQ(listed.members("AttachedPolicies", "PolicyName"), (Texts{"mine", "AdministratorAccess"}));
  EXPECT_EQ(listed.members("AttachedPolicies", "PolicyArn"), (Texts{mine, admin_arn}));
  EXPECT_EQ(world.must("ListAttachedRolePolicies", {{"RoleName", "r"}, {"PathPrefix", "/team/"}})
                .members("AttachedPolicies", "PolicyName"),
            Texts{"mine"});
  expect_refusal(world.call("DeletePolicy", {{"PolicyArn", mine}}), 409, "DeleteConflict",
                 "Cannot delete a policy attached to entities.");
  world.must("DetachRolePolicy", both);
  EXPECT_EQ(attachments(world, mine), "0");
  expect_refusal(world.call("DetachRolePolicy", both), 404, "NoSuchEntity",
                 "Policy " + mine + " was not found.");
  world.must("DeletePolicy", {{"PolicyArn", mine}});
}

TEST(Attachments, RefuseWhatCannotBeAttached) {
  World world;
  world.make_role("r");
  const auto attach = [&](const std::string& arn) {
    return world.call("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
  };
  for (const std::string& arn : {world.arn("policy/none"), std::string("arn:aws:iam::aws:policy/NoSuchThing"),
                                 std::string("arn:aws:iam::999988887777:policy/theirs")}) {
    expect_refusal(attach(arn), 404, "NoSuchEntity",
                   "Policy " + arn + " does not exist or is not attachable.");
  }
  expect_refusal(attach("longpolicynamebutnoproblem"), 400, "ValidationError",
                 "Invalid ARN:  Could not be parsed!");
  expect_refusal(attach("arn:aws:iam::aws:policy/aws-service-role/AmazonEKSServiceRolePolicy"), 400,
                 "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(attach(world.make_policy("p" + std::to_string(i))).ok());
  const std::string eleventh = world.make_policy("p10");
  expect_refusal(attach(eleventh), 409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10");
  EXPECT_EQ(attachments(world, eleventh), "0");  // the refused commit left no count behind
}

TEST(Attachments, NameTheirEntities) {
  World world;
  const std::string arn = world.make_policy("p");
  for (const char* name : {"one", "Two", "three"}) {
    world.make_role(name, std::string_view(name) == "three" ? "/x/" : "/");
    world.must("AttachRolePolicy", {{"RoleName", name}, {"PolicyArn", arn}});
  }
  const auto all = world.must("ListEntitiesForPolicy", {{"PolicyArn", arn}});
  EXPECT_EQ(all.members("PolicyRoles", "RoleName"), (Texts{"one", "three", "Two"}));
  EXPECT_EQ(all.members("PolicyUsers"), Texts{});
  EXPECT_EQ(all.members("PolicyGroups"), Texts{});
  const auto list = [&](Params more) {
    more.insert(more.begin(), {"PolicyArn", arn});
    return world.must("ListEntitiesForPolicy", more).members("PolicyRoles", "RoleName");
  };
  EXPECT_EQ(list({{"PathPrefix", "/x/"}}), Texts{"three"});
  EXPECT_EQ(list({{"EntityFilter", "User"}}), Texts{});
  EXPECT_EQ(list({{"EntityFilter", "Role"}}).size(), 3U);
  EXPECT_EQ(list({{"PolicyUsageFilter", "PermissionsBoundary"}}), Texts{});
  const auto users = world.must("ListEntitiesForPolicy", {{"PolicyArn", admin_arn}});
  EXPECT_EQ(users.members("PolicyUsers", "UserName"), Texts{"admin"});
  const auto first = world.must("ListEntitiesForPolicy", {{"PolicyArn", arn}, {"MaxItems", "2"}});
  EXPECT_EQ(first.at("IsTruncated"), "true");
  EXPECT_EQ(list({{"Marker", first.at("Marker")}}), Texts{"Two"});
  const std::string none = world.arn("policy/none");
  expect_refusal(world.call("ListEntitiesForPolicy", {{"PolicyArn", none}}), 404, "NoSuchEntity",
                 "Policy " + none + " was not found.");
}

}  // namespace
}  // namespace openirsa::iam
