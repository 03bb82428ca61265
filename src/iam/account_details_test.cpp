// GetAccountAuthorizationDetails, and the account's alias.
#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::allow_everything;
using test::Element;
using test::expect_refusal;
using test::Params;
using test::Reply;
using test::Texts;
using test::World;

const Element& only(const Reply& reply, std::string_view list, std::string_view name_part,
                    std::string_view name) {
  static const Element none;
  for (const Element& member : reply.result().find(list)->children) {
    const Element* found = member.find(name_part);
    if (found != nullptr && found->text == name) return member;
  }
  ADD_FAILURE() << name << " is not in " << list << ": " << reply.body;
  return none;
}

std::string text_of(const Element& element, std::string_view path) {
  const Element* at = &element;
  for (const std::string_view step : split(path, '/')) {
    at = at->find(step);
    if (at == nullptr) return "(none)";
  }
  return at->text;
}

void fill(World& world) {
  const std::string arn = world.make_policy("p");
  world.must("CreatePolicyVersion", {{"PolicyArn", arn}, {"PolicyDocument", std::string(allow_everything)}});
  world.make_role("r");
  world.must("CreateGroup", {{"GroupName", "g"}});
  world.must("CreateUser", {{"UserName", "u"},
                            {"PermissionsBoundary", arn},
                            {"Tags.member.1.Key", "k"},
                            {"Tags.member.1.Value", "v"}});
  world.must("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "u"}});
  for (const auto& [kind, name] : {std::pair{"User", "u"}, {"Group", "g"}, {"Role", "r"}}) {
    const std::pair<std::string, std::string> who{kind + std::string("Name"), name};
    world.must("Put" + std::string(kind) + "Policy",
               {who, {"PolicyName", "in"}, {"PolicyDocument", std::string(allow_everything)}});
    world.must("Attach" + std::string(kind) + "Policy", {who, {"PolicyArn", arn}});
  }
}

TEST(AccountDetails, TellEverythingAboutPermissions) {
  World world;
  fill(world);
  const auto reply = world.must("GetAccountAuthorizationDetails");
  const std::string document = percent_encode(allow_everything);
  const Element& user = only(reply, "UserDetailList", "UserName", "u");
  EXPECT_EQ(text_of(user, "Arn"), world.arn("user/u"));
  EXPECT_EQ(text_of(user, "UserPolicyList/member/PolicyName"), "in");
  EXPECT_EQ(text_of(user, "UserPolicyList/member/PolicyDocument"), document);
  EXPECT_EQ(text_of(user, "GroupList/member"), "g");
  EXPECT_EQ(text_of(user, "AttachedManagedPolicies/member/PolicyArn"), world.arn("policy/p"));
  EXPECT_EQ(text_of(user, "PermissionsBoundary/PermissionsBoundaryArn"), world.arn("policy/p"));
  EXPECT_EQ(text_of(user, "Tags/member/Key"), "k");
  const Element& group = only(reply, "GroupDetailList", "GroupName", "g");
  EXPECT_EQ(text_of(group, "GroupPolicyList/member/PolicyDocument"), document);
  EXPECT_EQ(text_of(group, "AttachedManagedPolicies/member/PolicyName"), "p");
  const Element& role = only(reply, "RoleDetailList", "RoleName", "r");
  EXPECT_EQ(text_of(role, "AssumeRolePolicyDocument"), percent_encode(test::trust_pods));
  EXPECT_EQ(text_of(role, "RolePolicyList/member/PolicyName"), "in");
  const Element& policy = only(reply, "Policies", "PolicyName", "p");
  EXPECT_EQ(text_of(policy, "AttachmentCount"), "3");
  EXPECT_EQ(text_of(policy, "PermissionsBoundaryUsageCount"), "1");
  EXPECT_EQ(text_of(policy, "PolicyVersionList/member/VersionId"), "v2");
  EXPECT_EQ(text_of(policy, "PolicyVersionList/member/Document"), document);
  EXPECT_EQ(policy.find("PolicyVersionList")->children.size(), 2U);
  // AWS's own, as far as they are used: `admin` has one.
  EXPECT_EQ(reply.members("Policies", "PolicyName"), (Texts{"p", "AdministratorAccess"}));
}

TEST(AccountDetails, TakeAFilterAndGoPageByPage) {
  World world;
  fill(world);
  const auto names = [](const Reply& reply) {
    Texts all;
    for (const auto& [list, part] : {std::pair{"UserDetailList", "UserName"},
                                     {"GroupDetailList", "GroupName"},
                                     {"RoleDetailList", "RoleName"},
                                     {"Policies", "PolicyName"}}) {
      for (const auto& name : reply.members(list, part)) all.push_back(name);
    }
    return all;
  };
  const auto filtered = [&](const std::string& kind) {
    return names(world.must("GetAccountAuthorizationDetails", {{"Filter.member.1", kind}}));
  };
  EXPECT_EQ(filtered("User"), (Texts{"admin", "u"}));
  EXPECT_EQ(filtered("Group"), Texts{"g"});
  EXPECT_EQ(filtered("Role"), Texts{"r"});
  EXPECT_EQ(filtered("LocalManagedPolicy"), Texts{"p"});
  EXPECT_EQ(filtered("AWSManagedPolicy"), Texts{"AdministratorAccess"});
  expect_refusal(
      world.call("GetAccountAuthorizationDetails", {{"Filter.member.1", "Robot"}}), 400, "ValidationError",
      "1 validation error detected: Value at 'filter' failed to satisfy constraint: Member must satisfy "
      "constraint: [Member must satisfy enum value set: [User, Role, Group, LocalManagedPolicy, "
      "AWSManagedPolicy]]");
  const Texts whole = names(world.must("GetAccountAuthorizationDetails"));
  EXPECT_EQ(whole, (Texts{"admin", "u", "g", "r", "p", "AdministratorAccess"}));
  for (const std::string most : {"1", "2", "4"}) {
    Texts paged;
    Params params{{"MaxItems", most}};
    for (;;) {
      const auto reply = world.must("GetAccountAuthorizationDetails", params);
      for (const auto& name : names(reply)) paged.push_back(name);
      if (reply.at("IsTruncated") == "false") break;
      params = {{"MaxItems", most}, {"Marker", reply.at("Marker")}};
    }
    EXPECT_EQ(paged, whole) << most;
  }
}

// They go in the order of their names as written, in which AWSDenyAll comes before AdministratorAccess.
TEST(AccountDetails, LoseNoPolicyOfAwsBetweenPages) {
  World world;
  world.must("CreateUser", {{"UserName", "u"}});
  world.must("AttachUserPolicy", {{"UserName", "u"}, {"PolicyArn", "arn:aws:iam::aws:policy/AWSDenyAll"}});
  const Params of_aws{{"Filter.member.1", "AWSManagedPolicy"}, {"MaxItems", "1"}};
  const auto begin = world.must("GetAccountAuthorizationDetails", of_aws);
  EXPECT_EQ(begin.members("Policies", "PolicyName"), Texts{"AWSDenyAll"});
  ASSERT_EQ(begin.at("IsTruncated"), "true");
  Params more = of_aws;
  more.emplace_back("Marker", begin.at("Marker"));
  const auto rest = world.must("GetAccountAuthorizationDetails", more);
  EXPECT_EQ(rest.members("Policies", "PolicyName"), Texts{"AdministratorAccess"});
  EXPECT_EQ(rest.at("IsTruncated"), "false");
}

TEST(AccountAlias, IsOneAndUniqueAmongAccounts) {
  World world;
  const auto aliases = [&] { return world.must("ListAccountAliases").members("AccountAliases"); };
  EXPECT_EQ(aliases(), Texts{});
  world.must("CreateAccountAlias", {{"AccountAlias", "acme"}});
  EXPECT_EQ(aliases(), Texts{"acme"});
  expect_refusal(world.call("CreateAccountAlias", {{"AccountAlias", "acme"}}), 409, "EntityAlreadyExists",
                 "The account alias acme already exists.");
  world.must("CreateAccountAlias", {{"AccountAlias", "acme-2"}});
  EXPECT_EQ(aliases(), Texts{"acme-2"});

  record::AccountAlias theirs{.alias = "theirs", .account = "999988887777"};
  world.put(record::account_alias_key("theirs"), theirs);
  expect_refusal(world.call("CreateAccountAlias", {{"AccountAlias", "theirs"}}), 409, "EntityAlreadyExists",
                 "The account alias theirs already exists.");
  for (const char* alias : {"theirs", "acme"}) {
    expect_refusal(world.call("DeleteAccountAlias", {{"AccountAlias", alias}}), 404, "NoSuchEntity",
                   "The account alias with name " + std::string(alias) + " cannot be found.");
  }
  world.must("CreateAccountAlias", {{"AccountAlias", "acme"}});  // free again
  world.must("DeleteAccountAlias", {{"AccountAlias", "acme"}});
  EXPECT_EQ(aliases(), Texts{});
  for (const char* alias : {"ab", "-ab", "ab-", "a--b", "Abc", "a_b"}) {
    EXPECT_EQ(world.call("CreateAccountAlias", {{"AccountAlias", alias}}).code(), "ValidationError") << alias;
  }
  EXPECT_TRUE(world.call("CreateAccountAlias", {{"AccountAlias", std::string(63, 'a')}}).ok());
}

}  // namespace
}  // namespace openirsa::iam
