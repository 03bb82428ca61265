#include <algorithm>

#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::expect_refusal;
using test::Params;
using test::Texts;
using test::World;

TEST(Paging, WalksOver250Roles) {
  World world;
  for (int i = 0; i < 250; ++i)
    world.make_role("role" + std::to_string(1000 + i), i % 2 == 0 ? "/even/" : "/odd/");
  Texts seen;
  Texts sizes;
  Params params;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = world.must("ListRoles", params);
    const auto names = page.members("Roles", "RoleName");
    sizes.push_back(std::to_string(names.size()));
    seen.insert(seen.end(), names.begin(), names.end());
    if (page.at("IsTruncated") == "false") {
      EXPECT_EQ(page.at("Marker"), "(none)");
      break;
    }
    params = {{"Marker", page.at("Marker")}};
  }
  EXPECT_EQ(sizes, (Texts{"100", "100", "50"}));
  ASSERT_EQ(seen.size(), 250U);
  for (int i = 0; i < 250; ++i)
    EXPECT_EQ(seen[static_cast<std::size_t>(i)], "role" + std::to_string(1000 + i));
  EXPECT_EQ(world.must("ListRoles", {{"MaxItems", "1000"}}).members("Roles").size(), 250U);
  const auto even = world.must("ListRoles", {{"PathPrefix", "/even/"}, {"MaxItems", "125"}});
  EXPECT_EQ(even.members("Roles").size(), 125U);
  EXPECT_EQ(even.at("IsTruncated"), "false");  // what is left does not match
}

TEST(Paging, KeepsItsPlaceWhileOthersChange) {
  World world;
  for (const char* name : {"a", "b", "c", "d"}) world.make_role(name);
  const auto first = world.must("ListRoles", {{"MaxItems", "2"}});
  world.must("DeleteRole", {{"RoleName", "b"}});
  world.make_role("aa");
  world.make_role("bb");
  EXPECT_EQ(world.must("ListRoles", {{"Marker", first.at("Marker")}}).members("Roles", "RoleName"),
            (Texts{"bb", "c", "d"}));
}

TEST(Paging, RefusesMarkersThatAreNotItsOwn) {
  World world;
  world.make_role("a");
  world.make_role("b");
  const std::string good = world.must("ListRoles", {{"MaxItems", "1"}}).at("Marker");
  world.must("ListRoles", {{"Marker", good}});
  for (const std::string& bad :
       {std::string("garbage"), good + "=", good.substr(1), to_base64url("ListUsers\na"),
        to_base64url("ListRoles\n"), to_base64url("ListRoles\n\xFF")}) {
    expect_refusal(world.call("ListRoles", {{"Marker", bad}}), 400, "ValidationError", "Invalid Marker.");
  }
  expect_refusal(world.call("ListUsers", {{"Marker", good}}), 400, "ValidationError", "Invalid Marker.");
  expect_refusal(
      world.call("ListRoles", {{"MaxItems", "0"}}), 400, "ValidationError",
      "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have "
      "value greater than or equal to 1");
  expect_refusal(world.call("ListRoles", {{"MaxItems", "1001"}}), 400, "ValidationError",
                 "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: "
                 "Member must have "
                 "value less than or equal to 1000");
  EXPECT_EQ(world.call("ListRoles", {{"MaxItems", "ten"}}).code(), "MalformedInput");
}

TEST(Paging, CoversEveryOtherList) {
  World world;
  world.make_role("r");
  std::string policy;
  for (const char* name : {"p1", "p2", "p3"}) {
    policy = world.make_policy(name);
    world.must("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", policy}});
    world.must(
        "PutRolePolicy",
        {{"RoleName", "r"}, {"PolicyName", name}, {"PolicyDocument", std::string(test::allow_everything)}});
    world.add_caller(name);
  }
  const Params bob{{"UserName", "bob"}};
  world.must("CreateUser", bob);
  Texts keys;
  for (const char* name : {"p1", "p2", "p3"}) {
    const std::pair<std::string, std::string> group{"GroupName", name};
    world.must("CreateGroup", {group});
    world.must("AddUserToGroup", {group, bob[0]});
    world.must("AddUserToGroup", {{"GroupName", "p1"}, {"UserName", name}});
    world.must("AttachUserPolicy", {bob[0], {"PolicyArn", world.arn("policy/" + std::string(name))}});
    world.must("AttachGroupPolicy",
               {{"GroupName", "p1"}, {"PolicyArn", world.arn("policy/" + std::string(name))}});
    for (const auto& who : {bob[0], std::pair<std::string, std::string>{"GroupName", "p1"}}) {
      world.must(who == bob[0] ? "PutUserPolicy" : "PutGroupPolicy",
                 {who, {"PolicyName", name}, {"PolicyDocument", std::string(test::allow_everything)}});
    }
    world.must("TagUser", {bob[0], {"Tags.member.1.Key", name}, {"Tags.member.1.Value", "v"}});
    if (keys.size() < 2) keys.push_back(world.must("CreateAccessKey", bob).at("AccessKey/AccessKeyId"));
  }
  std::ranges::sort(keys);
  const Params p1{{"GroupName", "p1"}};
  Texts group_ids;
  for (const auto& id : world.must("ListGroups").members("Groups", "GroupId")) group_ids.push_back(id);
  std::ranges::sort(group_ids);
  for (int i = 0; i < 2; ++i) {
    world.must("CreatePolicyVersion",
               {{"PolicyArn", policy}, {"PolicyDocument", std::string(test::allow_everything)}});
  }
  struct List {
    std::string action, list, part;
    Params params;
    Texts all;
  };
  const std::vector<List> lists{
      {"ListAttachedRolePolicies", "AttachedPolicies", "PolicyName", {{"RoleName", "r"}}, {"p1", "p2", "p3"}},
      {"ListRolePolicies", "PolicyNames", "", {{"RoleName", "r"}}, {"p1", "p2", "p3"}},
      {"ListPolicyVersions", "Versions", "VersionId", {{"PolicyArn", policy}}, {"v3", "v2", "v1"}},
      {"ListUsers", "Users", "UserName", {}, {"admin", "bob", "p1", "p2", "p3"}},
      {"ListGroups", "Groups", "GroupName", {}, {"p1", "p2", "p3"}},
      {"GetGroup", "Users", "UserName", p1, {"bob", "p1", "p2", "p3"}},
      {"ListGroupsForUser", "Groups", "GroupId", bob, group_ids},
      {"ListUserPolicies", "PolicyNames", "", bob, {"p1", "p2", "p3"}},
      {"ListGroupPolicies", "PolicyNames", "", p1, {"p1", "p2", "p3"}},
      {"ListAttachedUserPolicies", "AttachedPolicies", "PolicyName", bob, {"p1", "p2", "p3"}},
      {"ListAttachedGroupPolicies", "AttachedPolicies", "PolicyName", p1, {"p1", "p2", "p3"}},
      {"ListUserTags", "Tags", "Key", bob, {"p1", "p2", "p3"}},
      {"ListAccessKeys", "AccessKeyMetadata", "AccessKeyId", bob, keys}};
  for (const auto& [action, list, part, base, all] : lists) {
    SCOPED_TRACE(action);
    Texts seen;
    Params params = base;
    params.emplace_back("MaxItems", "1");
    for (int pages = 0; pages < 10; ++pages) {
      const auto page = world.must(action, params);
      for (const auto& text : page.members(list, part)) seen.push_back(text);
      if (page.at("IsTruncated") == "false") break;
      params = base;
      params.emplace_back("MaxItems", "1");
      params.emplace_back("Marker", page.at("Marker"));
    }
    EXPECT_EQ(seen, all);
  }
}

}  // namespace
}  // namespace openirsa::iam
