#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::expect_refusal;
using test::Params;
using test::Texts;
using test::trust_pods;
using test::World;

std::string trusting(const std::string& principal) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":)" + principal +
         R"(},"Action":"sts:AssumeRole"}]})";
}

std::string trust_of(World& world, const std::string& role) {
  return *percent_decode(world.must("GetRole", {{"RoleName", role}}).at("Role/AssumeRolePolicyDocument"));
}

TEST(Roles, AreMadeAndShown) {
  World world;
  const auto made = world.must("CreateRole", {{"RoleName", "Web"},
                                              {"Path", "/team/blue/"},
                                              {"AssumeRolePolicyDocument", std::string(trust_pods)},
                                              {"Description", "serves pages"},
                                              {"MaxSessionDuration", "7200"},
                                              {"Tags.member.1.Key", "team"},
                                              {"Tags.member.1.Value", "blue"}});
  EXPECT_EQ(made.at("Role/Arn"), world.arn("role/team/blue/Web"));
  EXPECT_EQ(made.at("Role/RoleId").substr(0, 4), "AROA");
  EXPECT_EQ(made.at("Role/RoleId").size(), 21U);
  EXPECT_EQ(made.at("Role/RoleLastUsed"), "(none)");
  const auto got = world.must("GetRole", {{"RoleName", "wEB"}});
  EXPECT_EQ(got.at("Role/RoleName"), "Web");
  EXPECT_EQ(got.at("Role/Path"), "/team/blue/");
  EXPECT_EQ(got.at("Role/RoleId"), made.at("Role/RoleId"));
  EXPECT_EQ(got.at("Role/CreateDate"), "2026-11-24T12:00:00Z");
  EXPECT_EQ(got.at("Role/Description"), "serves pages");
  EXPECT_EQ(got.at("Role/MaxSessionDuration"), "7200");
  EXPECT_EQ(got.at("Role/RoleLastUsed"), "");
  EXPECT_EQ(trust_of(world, "Web"), trust_pods);
  expect_refusal(
      world.call("CreateRole", {{"RoleName", "WEB"}, {"AssumeRolePolicyDocument", std::string(trust_pods)}}),
      409, "EntityAlreadyExists", "Role with name WEB already exists.");
  expect_refusal(world.call("GetRole", {{"RoleName", "none"}}), 404, "NoSuchEntity",
                 "The role with name none cannot be found.");
}

TEST(Roles, ShowDocumentsThatEveryClientDecodes) {
  World world;
  std::string document(trust_pods);
  document.insert(1, " \n");
  world.must("CreateRole", {{"RoleName", "spaced"}, {"AssumeRolePolicyDocument", document}});
  const auto shown = world.must("GetRole", {{"RoleName", "spaced"}}).at("Role/AssumeRolePolicyDocument");
  EXPECT_TRUE(shown.starts_with("%7B%20%0A%22Version%22%3A%222012-10-17%22")) << shown;
  EXPECT_EQ(shown.find('+'), std::string::npos);
}

TEST(Roles, RefuseDocumentsAndParameters) {
  World world;
  const auto make = [&](Params more) {
    more.insert(more.begin(), {"RoleName", "r"});
    return world.call("CreateRole", more);
  };
  expect_refusal(make({{"AssumeRolePolicyDocument", "{"}}), 400, "MalformedPolicyDocument",
                 "This policy contains invalid Json");
  const std::string good(trust_pods);
  expect_refusal(make({{"AssumeRolePolicyDocument", good}, {"MaxSessionDuration", "3599"}}), 400,
                 "ValidationError",
                 "1 validation error detected: Value '3599' at 'maxSessionDuration' failed to satisfy "
                 "constraint: Member "
                 "must have value greater than or equal to 3600");
  expect_refusal(make({{"AssumeRolePolicyDocument", good}, {"MaxSessionDuration", "43201"}}), 400,
                 "ValidationError",
                 "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy "
                 "constraint: Member "
                 "must have value less than or equal to 43200");
  expect_refusal(
      make({{"AssumeRolePolicyDocument", good}, {"Path", "team"}}), 400, "ValidationError",
      R"(1 validation error detected: Value at 'path' failed to satisfy constraint: Member must satisfy )"
      R"(regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F))");
  expect_refusal(
      world.call("CreateRole", {{"RoleName", "a b"}}), 400, "ValidationError",
      "2 validation errors detected: Value at 'assumeRolePolicyDocument' failed to satisfy constraint: "
      "Member "
      "must not be null; Value at 'roleName' failed to satisfy constraint: Member must satisfy regular "
      "expression pattern: [\\w+=,.@-]+");
  EXPECT_TRUE(make({{"AssumeRolePolicyDocument", good}, {"MaxSessionDuration", "43200"}}).ok());
}

// A statement that grows to the wanted size, white space not counted.
std::string trust_of_size(std::size_t size) {
  const std::string head =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},)"
      R"("Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":")";
  const std::string tail = R"("}}}]})";
  return head + std::string(size - head.size() - tail.size(), 'x') + tail;
}

TEST(Roles, LimitTheTrustPolicy) {
  World world;
  expect_refusal(
      world.call("CreateRole", {{"RoleName", "big"}, {"AssumeRolePolicyDocument", trust_of_size(2049)}}), 409,
      "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048");
  world.must("CreateRole", {{"RoleName", "big"}, {"AssumeRolePolicyDocument", trust_of_size(2048)}});
  std::string spaced = trust_of_size(2048);
  spaced.insert(1, std::string(500, ' '));
  world.must("UpdateAssumeRolePolicy", {{"RoleName", "big"}, {"PolicyDocument", spaced}});
  expect_refusal(
      world.call("UpdateAssumeRolePolicy", {{"RoleName", "big"}, {"PolicyDocument", trust_of_size(2049)}}),
      409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048");
}

TEST(Roles, LimitTheirNumberPerAccount) {
  World world;
  world.house.quotas.roles_per_account = 2;
  world.make_role("one");
  world.make_role("two");
  expect_refusal(world.call("CreateRole",
                            {{"RoleName", "three"}, {"AssumeRolePolicyDocument", std::string(trust_pods)}}),
                 409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 2");
}

TEST(Roles, AreUpdated) {
  World world;
  world.make_role("r");
  EXPECT_EQ(
      world.must("UpdateRole", {{"RoleName", "r"}, {"Description", "d"}, {"MaxSessionDuration", "7200"}})
          .result()
          .name,
      "UpdateRoleResult");
  auto got = world.must("GetRole", {{"RoleName", "r"}});
  EXPECT_EQ(got.at("Role/Description"), "d");
  EXPECT_EQ(got.at("Role/MaxSessionDuration"), "7200");
  world.must("UpdateRole", {{"RoleName", "r"}});
  got = world.must("GetRole", {{"RoleName", "r"}});
  EXPECT_EQ(got.at("Role/Description"), "d");
  EXPECT_EQ(got.at("Role/MaxSessionDuration"), "3600");
  const std::string other = trusting("\"" + world.account + "\"");
  world.must("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", other}});
  EXPECT_EQ(trust_of(world, "r"), other);
  expect_refusal(world.call("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", "[]"}}), 400,
                 "MalformedPolicyDocument", "This policy contains invalid Json");
}

TEST(Roles, AreDeletedOnlyWithoutPolicies) {
  World world;
  world.make_role("r");
  const std::string arn = world.make_policy("p");
  world.must("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
  world.must(
      "PutRolePolicy",
      {{"RoleName", "r"}, {"PolicyName", "inline"}, {"PolicyDocument", std::string(test::allow_everything)}});
  expect_refusal(world.call("DeleteRole", {{"RoleName", "r"}}), 409, "DeleteConflict",
                 "Cannot delete entity, must detach all policies first.");
  world.must("DetachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
  expect_refusal(world.call("DeleteRole", {{"RoleName", "r"}}), 409, "DeleteConflict",
                 "Cannot delete entity, must delete policies first.");
  world.must("DeleteRolePolicy", {{"RoleName", "r"}, {"PolicyName", "inline"}});
  EXPECT_TRUE(world.must("DeleteRole", {{"RoleName", "R"}}).result().name.empty());
  expect_refusal(world.call("DeleteRole", {{"RoleName", "r"}}), 404, "NoSuchEntity",
                 "The role with name r cannot be found.");
}

TEST(Roles, HaveNoInstanceProfiles) {
  World world;
  world.make_role("r");
  const auto listed = world.must("ListInstanceProfilesForRole", {{"RoleName", "r"}});
  EXPECT_EQ(listed.members("InstanceProfiles"), Texts{});
  EXPECT_EQ(listed.at("IsTruncated"), "false");
  EXPECT_EQ(world.call("ListInstanceProfilesForRole", {{"RoleName", "x"}}).code(), "NoSuchEntity");
}

TEST(TrustPolicies, KeepPrincipalsByTheirIds) {
  World world;
  world.make_role("friend", "/team/");
  const std::string friend_arn = world.arn("role/team/friend");
  const std::string friend_id = world.must("GetRole", {{"RoleName", "friend"}}).at("Role/RoleId");
  const std::string document = trusting("[\"" + friend_arn + "\",\"" + world.arn("user/admin") + "\"]");
  world.must("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", document}});

  const auto snapshot = world.mirror->snapshot();
  const auto* saved = record::find<record::Role>(*snapshot, record::role_key(world.account, "r"));
  EXPECT_NE(saved->trust.text().find(friend_id), std::string::npos);
  EXPECT_EQ(saved->trust.text().find(friend_arn), std::string::npos);
  EXPECT_EQ(trust_of(world, "r"), document);
  world.must("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", trust_of(world, "r")}});

  // Whoever is called so next is somebody else.
  world.must("DeleteRole", {{"RoleName", "friend"}});
  world.make_role("friend", "/team/");
  const std::string shown = trust_of(world, "r");
  EXPECT_NE(shown.find(friend_id), std::string::npos);
  EXPECT_EQ(shown.find(friend_arn), std::string::npos);
  expect_refusal(world.call("UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", shown}}), 400,
                 "MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"" + friend_id + "\"");
}

TEST(TrustPolicies, RefusePrincipalsThatDoNotExist) {
  World world;
  world.make_role("friend", "/team/");
  for (const std::string& missing : {world.arn("role/friend"), world.arn("role/team/Friend"),
                                     world.arn("user/nobody"), world.arn("role/none")}) {
    expect_refusal(
        world.call("CreateRole",
                   {{"RoleName", "r"}, {"AssumeRolePolicyDocument", trusting("\"" + missing + "\"")}}),
        400, "MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"" + missing + "\"");
  }
  // Escapes hide nothing: the same ARN in other letters of JSON.
  std::string escaped = world.arn("role/none");
  escaped.replace(escaped.find(":role/"), 6, ":\\u0072ole\\/");
  EXPECT_EQ(world
                .call("CreateRole",
                      {{"RoleName", "r"}, {"AssumeRolePolicyDocument", trusting("\"" + escaped + "\"")}})
                .code(),
            "MalformedPolicyDocument");
  // Another account's principals cannot be looked up and stay as they are.
  const std::string foreign = trusting("\"arn:aws:iam::999988887777:role/theirs\"");
  world.must("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", foreign}});
  EXPECT_EQ(trust_of(world, "r"), foreign);
}

TEST(InlinePolicies, ArePutShownListedAndDeleted) {
  World world;
  world.make_role("r");
  const std::string document(test::allow_everything);
  for (const char* name : {"b", "a", "b"}) {
    world.must("PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", name}, {"PolicyDocument", document}});
  }
  const auto got = world.must("GetRolePolicy", {{"RoleName", "r"}, {"PolicyName", "a"}});
  EXPECT_EQ(got.at("RoleName"), "r");
  EXPECT_EQ(got.at("PolicyName"), "a");
  EXPECT_EQ(percent_decode(got.at("PolicyDocument")), document);
  EXPECT_EQ(world.must("ListRolePolicies", {{"RoleName", "r"}}).members("PolicyNames"), (Texts{"a", "b"}));
  world.must("DeleteRolePolicy", {{"RoleName", "r"}, {"PolicyName", "a"}});
  for (const char* action : {"GetRolePolicy", "DeleteRolePolicy"}) {
    expect_refusal(world.call(action, {{"RoleName", "r"}, {"PolicyName", "a"}}), 404, "NoSuchEntity",
                   "The role policy with name a cannot be found.");
  }
  expect_refusal(
      world.call("PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", "c"}, {"PolicyDocument", "{"}}), 400,
      "MalformedPolicyDocument", "Syntax errors in policy.");
}

std::string identity_of_size(std::size_t size) {
  const std::string head =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::)";
  return head + std::string(size - head.size() - 3, 'x') + "\"}}";
}

TEST(InlinePolicies, ShareOneQuota) {
  World world;
  world.make_role("r");
  const auto put = [&](const std::string& name, const std::string& document) {
    return world.call("PutRolePolicy",
                      {{"RoleName", "r"}, {"PolicyName", name}, {"PolicyDocument", document}});
  };
  EXPECT_TRUE(put("a", identity_of_size(5240)).ok());
  EXPECT_TRUE(put("b", " \n " + identity_of_size(5000)).ok());
  expect_refusal(put("b", identity_of_size(5001)), 409, "LimitExceeded",
                 "Maximum policy size of 10240 bytes exceeded for role r");
  EXPECT_TRUE(put("b", identity_of_size(5000)).ok());  // replaces what was there
}

TEST(Roles, ThatAreMissingAreReportedByEveryOperation) {
  World world;
  const std::string document(test::allow_everything);
  const std::vector<std::pair<std::string, Params>> calls{
      {"UpdateRole", {}},
      {"UpdateAssumeRolePolicy", {{"PolicyDocument", std::string(trust_pods)}}},
      {"TagRole", {{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", ""}}},
      {"UntagRole", {{"TagKeys.member.1", "k"}}},
      {"ListRoleTags", {}},
      {"PutRolePolicy", {{"PolicyName", "p"}, {"PolicyDocument", document}}},
      {"GetRolePolicy", {{"PolicyName", "p"}}},
      {"ListRolePolicies", {}},
      {"DeleteRolePolicy", {{"PolicyName", "p"}}},
      {"AttachRolePolicy", {{"PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}}},
      {"DetachRolePolicy", {{"PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}}},
      {"ListAttachedRolePolicies", {}}};
  for (const auto& [action, more] : calls) {
    Params params{{"RoleName", "ghost"}};
    params.insert(params.end(), more.begin(), more.end());
    expect_refusal(world.call(action, params), 404, "NoSuchEntity",
                   "The role with name ghost cannot be found.");
  }
}

}  // namespace
}  // namespace openirsa::iam
