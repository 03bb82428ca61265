// Two accounts on one server: can either see or touch what is the other's? Walks every row of every service.
#include <gtest/gtest.h>

#include <set>

#include "record/identifier.h"
#include "server/test_accounts.h"
#include "wire/test_outside.h"

namespace openirsa::server {
namespace {

using test::Account;
using test::Accounts;
using test::Ask;
using test::Form;
using test::query;
using test::rest;

struct Sample {
  Ask ask;
  // Names nothing that is there already, or nothing at all: every account may, and gets an answer of its own.
  bool of_own = false;
};
using Samples = std::map<std::string, Sample>;

Form plus(Form form, const Form& more) {
  form.insert(form.end(), more.begin(), more.end());
  return form;
}

void add_iam(Samples& samples, const Account& owner) {
  const auto add = [&](const std::string& action, const Form& form, bool of_own = false) {
    samples["iam:" + action] = {query("iam", action, form), of_own};
  };
  const std::string document(test::allow_all);
  const std::string trust(test::trust_pods);
  const Form by_provider{{"OpenIDConnectProviderArn", owner.iam_arn("oidc-provider/issuer.example/shared")}};
  const Form by_role{{"RoleName", "shared-role"}};
  const Form by_policy{{"PolicyArn", owner.iam_arn("policy/shared-policy")}};
  const Form attached{{"PolicyArn", owner.iam_arn("policy/shared-attached")}};
  const Form plain{{"PolicyArn", owner.iam_arn("policy/shared-plain")}};
  const Form inline_policy{{"PolicyName", "shared-inline"}};
  const Form version{{"VersionId", "v2"}};
  const Form tags{{"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}};
  const Form untag{{"TagKeys.member.1", "k"}};
  const Form thumbprint{{"ThumbprintList.member.1", std::string(40, 'c')}};
  const Form simulated{{"PolicySourceArn", owner.iam_arn("role/shared-role")}};
  const Form simulation{{"ActionNames.member.1", "s3:GetObject"}};

  add("AddClientIDToOpenIDConnectProvider", plus(by_provider, {{"ClientID", "c"}}));
  add("AttachRolePolicy", plus(by_role, plain));
  add("CreateOpenIDConnectProvider", plus({{"Url", "https://new.example"}}, thumbprint), true);
  add("CreatePolicy", {{"PolicyName", "new"}, {"PolicyDocument", document}}, true);
  add("CreatePolicyVersion", plus(by_policy, {{"PolicyDocument", document}}));
  add("CreateRole", {{"RoleName", "new"}, {"AssumeRolePolicyDocument", trust}}, true);
  add("DeleteOpenIDConnectProvider", by_provider);
  add("DeletePolicy", plus(plain, {}));
  add("DeletePolicyVersion", plus(by_policy, version));
  add("DeleteRole", {{"RoleName", "shared-empty"}});
  add("DeleteRolePolicy", plus(by_role, inline_policy));
  add("DetachRolePolicy", plus(by_role, attached));
  add("GetAccountSummary", {}, true);
  add("GetContextKeysForCustomPolicy", {{"PolicyInputList.member.1", document}}, true);
  add("GetContextKeysForPrincipalPolicy", simulated);
  add("GetOpenIDConnectProvider", by_provider);
  add("GetPolicy", by_policy);
  add("GetPolicyVersion", plus(by_policy, version));
  add("GetRole", by_role);
  add("GetRolePolicy", plus(by_role, inline_policy));
  add("GetUser", {{"UserName", "admin"}}, true);
  add("ListAttachedRolePolicies", by_role);
  add("ListEntitiesForPolicy", attached);
  add("ListInstanceProfilesForRole", by_role);
  add("ListOpenIDConnectProviderTags", by_provider);
  add("ListOpenIDConnectProviders", {}, true);
  add("ListPolicies", {{"Scope", "Local"}}, true);
  add("ListPolicyTags", by_policy);
  add("ListPolicyVersions", by_policy);
  add("ListRolePolicies", by_role);
  add("ListRoleTags", by_role);
  add("ListRoles", {}, true);
  add("ListUsers", {}, true);
  add("PutRolePolicy", plus(by_role, plus(inline_policy, {{"PolicyDocument", document}})));
  add("RemoveClientIDFromOpenIDConnectProvider", plus(by_provider, {{"ClientID", "sts.amazonaws.com"}}));
  add("SetDefaultPolicyVersion", plus(by_policy, version));
  add("SimulateCustomPolicy", plus(simulation, {{"PolicyInputList.member.1", document}}), true);
  add("SimulatePrincipalPolicy", plus(simulated, simulation));
  add("TagOpenIDConnectProvider", plus(by_provider, tags));
  add("TagPolicy", plus(by_policy, tags));
  add("TagRole", plus(by_role, tags));
  add("UntagOpenIDConnectProvider", plus(by_provider, untag));
  add("UntagPolicy", plus(by_policy, untag));
  add("UntagRole", plus(by_role, untag));
  add("UpdateAssumeRolePolicy", plus(by_role, {{"PolicyDocument", trust}}));
  add("UpdateOpenIDConnectProviderThumbprint", plus(by_provider, thumbprint));
  add("UpdateRole", plus(by_role, {{"Description", "d"}}));
}

void add_users(Samples& samples, const Account& owner) {
  const auto add = [&](const std::string& action, const Form& form, bool of_own = false) {
    samples["iam:" + action] = {query("iam", action, form), of_own};
  };
  const std::string document(test::allow_all);
  const Form by_user{{"UserName", "shared-user"}};
  const Form by_group{{"GroupName", "shared-group"}};
  const Form attached{{"PolicyArn", owner.iam_arn("policy/shared-attached")}};
  const Form plain{{"PolicyArn", owner.iam_arn("policy/shared-plain")}};
  const Form boundary{{"PermissionsBoundary", owner.iam_arn("policy/shared-plain")}};
  const Form inline_policy{{"PolicyName", "shared-inline"}};
  const Form tags{{"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}};
  const Form key{{"UserName", "admin"}, {"AccessKeyId", owner.admin.id}};

  add("AddUserToGroup", {{"GroupName", "shared-vacant"}, {"UserName", "shared-user"}});
  add("AttachGroupPolicy", plus(by_group, plain));
  add("AttachUserPolicy", plus(by_user, plain));
  add("CreateAccessKey", by_user);
  add("CreateAccountAlias", {{"AccountAlias", "new-alias"}}, true);
  add("CreateGroup", {{"GroupName", "new"}}, true);
  add("CreateUser", {{"UserName", "new"}}, true);
  add("DeleteAccessKey", key);
  add("DeleteAccountAlias", {{"AccountAlias", "alias-" + owner.id}});
  add("DeleteGroup", {{"GroupName", "shared-vacant"}});
  add("DeleteGroupPolicy", plus(by_group, inline_policy));
  add("DeleteRolePermissionsBoundary", {{"RoleName", "shared-role"}});
  add("DeleteUser", {{"UserName", "shared-lone"}});
  add("DeleteUserPermissionsBoundary", by_user);
  add("DeleteUserPolicy", plus(by_user, inline_policy));
  add("DetachGroupPolicy", plus(by_group, attached));
  add("DetachUserPolicy", plus(by_user, attached));
  add("GetAccessKeyLastUsed", {{"AccessKeyId", owner.admin.id}});
  add("GetAccountAuthorizationDetails", {}, true);
  add("GetGroup", by_group);
  add("GetGroupPolicy", plus(by_group, inline_policy));
  add("GetUserPolicy", plus(by_user, inline_policy));
  add("ListAccessKeys", by_user);
  add("ListAccountAliases", {}, true);
  add("ListAttachedGroupPolicies", by_group);
  add("ListAttachedUserPolicies", by_user);
  add("ListGroupPolicies", by_group);
  add("ListGroups", {}, true);
  add("ListGroupsForUser", by_user);
  add("ListUserPolicies", by_user);
  add("ListUserTags", by_user);
  add("PutGroupPolicy", plus(by_group, plus(inline_policy, {{"PolicyDocument", document}})));
  add("PutRolePermissionsBoundary", plus({{"RoleName", "shared-role"}}, boundary));
  add("PutUserPermissionsBoundary", plus(by_user, boundary));
  add("PutUserPolicy", plus(by_user, plus(inline_policy, {{"PolicyDocument", document}})));
  add("RemoveUserFromGroup", plus(by_group, by_user));
  add("TagUser", plus(by_user, tags));
  add("UntagUser", plus(by_user, {{"TagKeys.member.1", "k"}}));
  add("UpdateAccessKey", plus(key, {{"Status", "Active"}}));
  add("UpdateGroup", plus(by_group, {{"NewGroupName", "shared-renamed"}}));
  add("UpdateRoleDescription", {{"RoleName", "shared-role"}, {"Description", "d"}});
  add("UpdateUser", plus(by_user, {{"NewUserName", "shared-renamed"}}));
}

void add_eks(Samples& samples, const Account& owner) {
  const auto add = [&](const std::string& name, const std::string& method, const std::string& target,
                       const json::value& body = nullptr, bool of_own = false) {
    samples["eks:" + name] = {rest("eks", method, target, body), of_own};
  };
  const std::string tags = "/tags/" + percent_encode(owner.cluster_arn());
  add("CreateCluster", "POST", "/clusters",
      {{"name", "new"},
       {"roleArn", "arn:aws:iam::111122223333:role/eks"},
       {"resourcesVpcConfig", json::object{}}},
      true);
  add("DeleteCluster", "DELETE", "/clusters/shared-cluster");
  add("DescribeCluster", "GET", "/clusters/shared-cluster");
  add("DescribeClusterVersions", "GET", "/cluster-versions", nullptr, true);
  add("ListClusters", "GET", "/clusters", nullptr, true);
  add("ListTagsForResource", "GET", tags);
  add("TagResource", "POST", tags, {{"tags", {{"a", "b"}}}});
  add("UntagResource", "DELETE", tags + "?tagKeys=k");
}

// `decision`: a request that the owner made. `jwks`: keys for its provider.
void add_own(Samples& samples, const Account& owner, const std::string& decision, const std::string& jwks) {
  const auto add = [&](const std::string& name, const std::string& method, const std::string& target,
                       const json::value& body = nullptr, bool of_own = false) {
    samples["openirsa:" + name] = {rest("openirsa", method, "/openirsa/v1/" + target, body), of_own};
  };
  add("CreateAccount", "POST", "accounts", {{"name", "third"}});
  add("CreateServiceAccountToken", "POST", "clusters/shared-cluster/tokens",
      {{"namespace", "default"}, {"serviceAccount", "app"}});
  const std::string keys =
      "providers/" + percent_encode(owner.iam_arn("oidc-provider/issuer.example/shared")) + "/keys";
  add("DeleteProviderKeys", "DELETE", keys);
  add("ExplainDecision", "GET", "decisions/" + decision);
  add("FetchProviderKeys", "POST", keys, {{"endpoint", "https://cluster.example"}, {"token", "a.b.c"}});
  add("GetAccount", "GET", "accounts/a");
  add("GetProviderKeys", "GET", keys);
  add("GetServer", "GET", "server");
  add("ListAccounts", "GET", "accounts");
  add("ListDecisions", "GET", "decisions", nullptr, true);
  add("ListRevocations", "GET", "revocations", nullptr, true);
  add("PutProviderKeys", "PUT", keys, {{"jwks", jwks}});
  add("RevokeSessions", "POST", "revocations", {{"kind", "role"}, {"subject", "shared-role"}});
  add("SimulateWebIdentity", "POST", "simulate/web-identity",
      {{"roleArn", owner.iam_arn("role/shared-role")}, {"claims", json::object{}}});
}

void add_sts(Samples& samples, const Account& owner, const std::string& decision) {
  const auto add = [&](const std::string& action, const Form& form, bool of_own = false) {
    samples["sts:" + action] = {query("sts", action, form), of_own};
  };
  add("AssumeRole", {{"RoleArn", owner.iam_arn("role/shared-assumed")}, {"RoleSessionName", "session"}});
  add("DecodeAuthorizationMessage", {{"EncodedMessage", decision}});
  // The id itself says whose it is; one of an account that is on no server.
  add("GetAccessKeyInfo", {{"AccessKeyId", record::make_access_key_id("AKIA", "000000000042")}}, true);
  add("GetCallerIdentity", {}, true);
  add("GetFederationToken", {{"Name", "somebody"}}, true);
  add("GetSessionToken", {}, true);
}

struct Row {
  std::string name;  // "iam:GetRole"
  wire::Who who;
};
std::vector<Row> rows() {
  std::vector<Row> all;
  for (const wire::Service* service : {&iam::service, &sts::service, &eks::service, &own::service}) {
    for (const wire::Operation& row : service->operations)
      all.push_back({std::string(service->name) + ":" + std::string(row.name), row.who});
  }
  return all;
}

// The account `a`, which has things, and `b`, which has none until fill() gives it the same.
struct Two : Accounts {
  Two() {
    fill(a);
    outside.answer = issuer_of(a).key_set_text;
    house.outside = &outside;
    EXPECT_EQ(send(query("iam", "GetRole", {{"RoleName", "shared-missing"}}), a.admin).status, 404);
    decision = traces.last.request_id;
  }
  Samples samples_of(const Account& owner) {
    Samples all;
    add_iam(all, owner);
    add_users(all, owner);
    add_eks(all, owner);
    add_own(all, owner, decision, issuer_of(a).key_set_text);
    add_sts(all, owner, decision);
    return all;
  }
  // What must not stand in an answer to b.
  bool tells_of_a(const http::Response& response) {
    for (const std::string& mark : {a.id, issuer_of(a).id, std::string("shared-")}) {
      if (response.body.find(mark) != std::string::npos) return true;
    }
    return false;
  }

  wire::test::FakeOutside outside;
  Account a = make("a");
  Account b = make("b");
  std::string decision;
};

// The exchange has no caller; its tests are in exchange_isolation_test.cpp.
constexpr std::string_view exchange_row = "sts:AssumeRoleWithWebIdentity";

TEST(Isolation, HasASampleOfEveryRow) {
  Two two;
  std::set<std::string> sampled;
  for (const auto& [name, sample] : two.samples_of(two.a)) sampled.insert(name);
  std::set<std::string> wanted;
  for (const Row& row : rows()) {
    if (row.name != exchange_row) wanted.insert(row.name);
  }
  EXPECT_EQ(sampled, wanted) << "every new row needs a sample here: what it does must stay in its account";
}

TEST(Isolation, AnAccountSeesAndTouchesNothingOfAnother) {
  for (const Row& row : rows()) {
    if (row.name == exchange_row) continue;
    SCOPED_TRACE(row.name);
    Two two;
    const auto before = two.belongings(two.a);
    ASSERT_GE(before.size(), 11U);
    const Sample sample = two.samples_of(two.a).at(row.name);
    const auto response = two.send(sample.ask, two.b.admin);
    if (sample.of_own) {
      EXPECT_EQ(response.status, 200) << response.body;
      EXPECT_FALSE(two.tells_of_a(response)) << response.body;
    } else {
      const bool unknown = row.name == "sts:DecodeAuthorizationMessage" && response.status == 400;
      EXPECT_TRUE(unknown || response.status == 403 || response.status == 404)
          << response.status << response.body;
    }
    EXPECT_EQ(two.belongings(two.a), before);
    // The trust policy that refused is a's.
    const std::string& owner = row.name == "sts:AssumeRole" ? two.a.id : two.b.id;
    EXPECT_EQ(two.traces.last.account, row.who == wire::Who::administrator ? "" : owner);
  }
}

// The control of the test above: the very same requests succeed where a's own administrator signs them, and
// the host's where they are his alone.
TEST(Isolation, AnAccountReachesAllOfItsOwn) {
  for (const Row& row : rows()) {
    if (row.name == exchange_row) continue;
    SCOPED_TRACE(row.name);
    Two two;
    const Ask ask = two.samples_of(two.a).at(row.name).ask;
    const auto response =
        row.who == wire::Who::administrator ? two.administer(ask) : two.send(ask, two.a.admin);
    EXPECT_EQ(response.status, 200) << response.body;
  }
}

TEST(Isolation, ThingsOfOneNameInTwoAccountsAreTwoThings) {
  for (const Row& row : rows()) {
    if (row.name == exchange_row || row.who == wire::Who::administrator) continue;
    SCOPED_TRACE(row.name);
    Two two;
    two.fill(two.b);
    const auto before = two.belongings(two.a);
    if (row.name != "openirsa:ExplainDecision" && row.name != "sts:DecodeAuthorizationMessage") {
      const auto own = two.send(two.samples_of(two.b).at(row.name).ask, two.b.admin);
      EXPECT_EQ(own.status, 200) << own.body;
      EXPECT_EQ(own.body.find(two.a.id), std::string::npos) << own.body;
    }
    EXPECT_EQ(two.belongings(two.a), before);
  }
}

// By name b reaches its own; by an ARN of a's, nothing.
TEST(Isolation, AnArnOfAnotherAccountIsRefusedWhateverIsThereUnderItsName) {
  std::size_t by_arn = 0;
  for (const Row& row : rows()) {
    if (row.name == exchange_row) continue;
    SCOPED_TRACE(row.name);
    Two two;
    two.fill(two.b);
    const Ask ask = two.samples_of(two.a).at(row.name).ask;
    if (ask.request.target.find(two.a.id) == std::string::npos &&
        ask.request.body.find(two.a.id) == std::string::npos) {
      continue;
    }
    ++by_arn;
    const auto before = two.belongings(two.a);
    const auto own = two.belongings(two.b);
    const auto response = two.send(ask, two.b.admin);
    EXPECT_TRUE(response.status == 403 || response.status == 404) << response.status << response.body;
    EXPECT_EQ(two.belongings(two.a), before);
    EXPECT_EQ(two.belongings(two.b), own);
  }
  EXPECT_GE(by_arn, 24U);
}

}  // namespace
}  // namespace openirsa::server
