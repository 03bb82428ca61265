// A request for each operation, and a world in which each of them succeeds. Tests only.
#pragma once

#include "iam/harness.h"

namespace openirsa::iam::test {

// A world in which every sample below succeeds.
struct Prepared {
  Prepared() {
    world.make_role("r");
    world.make_role("empty");
    policy = world.make_policy("p");
    attached = world.make_policy("attached");
    plain = world.make_policy("plain");
    provider = world.make_provider();
    for (int i = 0; i < 2; ++i) {
      world.must("CreatePolicyVersion", {{"PolicyArn", policy}, {"PolicyDocument", document}});
    }
    world.must("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", attached}});
    world.must("PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", "inline"}, {"PolicyDocument", document}});
    world.must("TagRole", {{"RoleName", "r"}, {"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}});
    world.must("TagPolicy",
               {{"PolicyArn", policy}, {"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}});
    world.must(
        "TagOpenIDConnectProvider",
        {{"OpenIDConnectProviderArn", provider}, {"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}});
    world.must("PutRolePermissionsBoundary", {{"RoleName", "r"}, {"PermissionsBoundary", attached}});
    prepare_users();
    world.must("CreateAccountAlias", {{"AccountAlias", "acme"}});
  }

  void prepare_users() {
    for (const char* name : {"u", "lone"}) {
      world.must("CreateUser", {{"UserName", name},
                                {"PermissionsBoundary", attached},
                                {"Tags.member.1.Key", "k"},
                                {"Tags.member.1.Value", "v"}});
    }
    for (const char* name : {"g", "vacant"}) world.must("CreateGroup", {{"GroupName", name}});
    world.must("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "u"}});
    world.must("AttachUserPolicy", {{"UserName", "u"}, {"PolicyArn", attached}});
    world.must("AttachGroupPolicy", {{"GroupName", "g"}, {"PolicyArn", attached}});
    world.must("PutUserPolicy", {{"UserName", "u"}, {"PolicyName", "inline"}, {"PolicyDocument", document}});
    world.must("PutGroupPolicy",
               {{"GroupName", "g"}, {"PolicyName", "inline"}, {"PolicyDocument", document}});
  }

  static Params plus(Params params, const Params& more) {
    params.insert(params.end(), more.begin(), more.end());
    return params;
  }

  std::map<std::string, Params> samples() const {
    auto all = samples_of_roles();
    all.merge(samples_of_users());
    return all;
  }

  // Of those that have to do with users, groups, boundaries and the account.
  std::map<std::string, Params> samples_of_users() const {
    const Params tags{{"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}};
    const Params untag{{"TagKeys.member.1", "k"}};
    const Params paged{{"MaxItems", "10"}};
    const Params by_user{{"UserName", "u"}};
    const Params by_group{{"GroupName", "g"}};
    const Params own{{"UserName", "admin"}};
    const Params key{{"AccessKeyId", world.admin.id}};
    const Params inline_policy{{"PolicyName", "inline"}};
    const Params body{{"PolicyDocument", document}};
    const Params boundary{{"PermissionsBoundary", policy}};
    return {
        {"AddUserToGroup", {{"GroupName", "vacant"}, {"UserName", "u"}}},
        {"AttachGroupPolicy", plus(by_group, {{"PolicyArn", plain}})},
        {"AttachUserPolicy", plus(by_user, {{"PolicyArn", plain}})},
        {"CreateAccessKey", own},
        {"CreateAccountAlias", {{"AccountAlias", "new-alias"}}},
        {"CreateGroup", {{"GroupName", "new"}, {"Path", "/x/"}}},
        {"CreateUser", plus(plus({{"UserName", "new"}, {"Path", "/x/"}}, boundary), tags)},
        {"DeleteAccessKey", plus(own, key)},
        {"DeleteAccountAlias", {{"AccountAlias", "acme"}}},
        {"DeleteGroup", {{"GroupName", "vacant"}}},
        {"DeleteGroupPolicy", plus(by_group, inline_policy)},
        {"DeleteRolePermissionsBoundary", {{"RoleName", "r"}}},
        {"DeleteUser", {{"UserName", "lone"}}},
        {"DeleteUserPermissionsBoundary", by_user},
        {"DeleteUserPolicy", plus(by_user, inline_policy)},
        {"DetachGroupPolicy", plus(by_group, {{"PolicyArn", attached}})},
        {"DetachUserPolicy", plus(by_user, {{"PolicyArn", attached}})},
        {"GetAccessKeyLastUsed", key},
        {"GetAccountAuthorizationDetails", plus({{"Filter.member.1", "User"}}, paged)},
        {"GetGroup", plus(by_group, paged)},
        {"GetGroupPolicy", plus(by_group, inline_policy)},
        {"GetUserPolicy", plus(by_user, inline_policy)},
        {"ListAccessKeys", plus(own, paged)},
        {"ListAccountAliases", paged},
        {"ListAttachedGroupPolicies", plus(plus(by_group, {{"PathPrefix", "/"}}), paged)},
        {"ListAttachedUserPolicies", plus(plus(by_user, {{"PathPrefix", "/"}}), paged)},
        {"ListGroupPolicies", plus(by_group, paged)},
        {"ListGroups", plus({{"PathPrefix", "/"}}, paged)},
        {"ListGroupsForUser", plus(by_user, paged)},
        {"ListUserPolicies", plus(by_user, paged)},
        {"ListUserTags", plus(by_user, paged)},
        {"PutGroupPolicy", plus(plus(by_group, inline_policy), body)},
        {"PutRolePermissionsBoundary", plus({{"RoleName", "r"}}, boundary)},
        {"PutUserPermissionsBoundary", plus(by_user, boundary)},
        {"PutUserPolicy", plus(plus(by_user, inline_policy), body)},
        {"RemoveUserFromGroup", plus(by_group, by_user)},
        {"TagUser", plus(by_user, tags)},
        {"UntagUser", plus(by_user, untag)},
        {"UpdateAccessKey", plus(plus(own, key), {{"Status", "Active"}})},
        {"UpdateGroup", plus(by_group, {{"NewPath", "/y/"}, {"NewGroupName", "h"}})},
        {"UpdateRoleDescription", {{"RoleName", "r"}, {"Description", "d"}}},
        {"UpdateUser", plus(by_user, {{"NewPath", "/y/"}, {"NewUserName", "w"}})},
    };
  }

  // One request for each operation, with every parameter that we take but Marker.
  std::map<std::string, Params> samples_of_roles() const {
    const std::string trust(trust_pods);
    const Params tags{{"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}};
    const Params by_provider{{"OpenIDConnectProviderArn", provider}};
    const Params by_role{{"RoleName", "r"}};
    const Params by_policy{{"PolicyArn", policy}};
    const Params paged{{"MaxItems", "10"}};
    const Params thumbprint{{"ThumbprintList.member.1", std::string(40, 'c')}};
    const Params inline_policy{{"PolicyName", "inline"}};
    const Params version{{"VersionId", "v2"}};
    const Params untag{{"TagKeys.member.1", "k"}};
    const Params simulated{{"PolicySourceArn", world.arn("user/admin")}};
    const Params simulation{{"PolicyInputList.member.1", document},
                            {"PermissionsBoundaryPolicyInputList.member.1", document},
                            {"ActionNames.member.1", "s3:GetObject"},
                            {"ResourceArns.member.1", "arn:aws:s3:::b/k"},
                            {"ResourcePolicy", resource_policy()},
                            {"ResourceOwner", world.arn("root")},
                            {"CallerArn", world.arn("user/admin")},
                            {"ContextEntries.member.1.ContextKeyName", "aws:SourceIp"},
                            {"ContextEntries.member.1.ContextKeyType", "ip"},
                            {"ContextEntries.member.1.ContextKeyValues.member.1", "192.0.2.1"},
                            {"ResourceHandlingOption", "EC2-VPC-EBS"}};
    return {
        {"AddClientIDToOpenIDConnectProvider", plus(by_provider, {{"ClientID", "c"}})},
        {"AttachRolePolicy", plus(by_role, {{"PolicyArn", plain}})},
        {"CreateOpenIDConnectProvider",
         plus({{"Url", "https://new.example"}, {"ClientIDList.member.1", "c"}}, plus(thumbprint, tags))},
        {"CreatePolicy",
         plus({{"PolicyName", "new"}, {"Path", "/x/"}, {"PolicyDocument", document}, {"Description", "d"}},
              tags)},
        {"CreatePolicyVersion", plus(by_policy, {{"PolicyDocument", document}, {"SetAsDefault", "true"}})},
        {"CreateRole", plus({{"RoleName", "new"},
                             {"Path", "/x/"},
                             {"AssumeRolePolicyDocument", trust},
                             {"Description", "d"},
                             {"PermissionsBoundary", policy},
                             {"MaxSessionDuration", "3600"}},
                            tags)},
        {"DeleteOpenIDConnectProvider", by_provider},
        {"DeletePolicy", {{"PolicyArn", plain}}},
        {"DeletePolicyVersion", plus(by_policy, version)},
        {"DeleteRole", {{"RoleName", "empty"}}},
        {"DeleteRolePolicy", plus(by_role, inline_policy)},
        {"DetachRolePolicy", plus(by_role, {{"PolicyArn", attached}})},
        {"GetAccountSummary", {}},
        {"GetContextKeysForCustomPolicy", {{"PolicyInputList.member.1", document}}},
        {"GetContextKeysForPrincipalPolicy", plus(simulated, {{"PolicyInputList.member.1", document}})},
        {"GetOpenIDConnectProvider", by_provider},
        {"GetPolicy", by_policy},
        {"GetPolicyVersion", plus(by_policy, version)},
        {"GetRole", by_role},
        {"GetRolePolicy", plus(by_role, inline_policy)},
        {"GetUser", {{"UserName", "admin"}}},
        {"ListAttachedRolePolicies", plus(plus(by_role, {{"PathPrefix", "/"}}), paged)},
        {"ListEntitiesForPolicy", plus({{"PolicyArn", attached},
                                        {"EntityFilter", "Role"},
                                        {"PathPrefix", "/"},
                                        {"PolicyUsageFilter", "PermissionsPolicy"}},
                                       paged)},
        {"ListInstanceProfilesForRole", plus(by_role, paged)},
        {"ListOpenIDConnectProviderTags", plus(by_provider, paged)},
        {"ListOpenIDConnectProviders", {}},
        {"ListPolicies", plus({{"Scope", "Local"},
                               {"OnlyAttached", "true"},
                               {"PathPrefix", "/"},
                               {"PolicyUsageFilter", "PermissionsPolicy"}},
                              paged)},
        {"ListPolicyTags", plus(by_policy, paged)},
        {"ListPolicyVersions", plus(by_policy, paged)},
        {"ListRolePolicies", plus(by_role, paged)},
        {"ListRoleTags", plus(by_role, paged)},
        {"ListRoles", plus({{"PathPrefix", "/"}}, paged)},
        {"ListUsers", plus({{"PathPrefix", "/"}}, paged)},
        {"PutRolePolicy", plus(plus(by_role, inline_policy), {{"PolicyDocument", document}})},
        {"RemoveClientIDFromOpenIDConnectProvider", plus(by_provider, {{"ClientID", "sts.amazonaws.com"}})},
        {"SetDefaultPolicyVersion", plus(by_policy, version)},
        {"SimulateCustomPolicy",
         plus(plus(simulation,
                   {{"OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList.member.1",
                     document}}),
              paged)},
        {"SimulatePrincipalPolicy",
         plus(plus(simulated, simulation),
              plus({{"PolicyExclusionList.member.1.PolicyType", "inline"}}, paged))},
        {"TagOpenIDConnectProvider", plus(by_provider, tags)},
        {"TagPolicy", plus(by_policy, tags)},
        {"TagRole", plus(by_role, tags)},
        {"UntagOpenIDConnectProvider", plus(by_provider, untag)},
        {"UntagPolicy", plus(by_policy, untag)},
        {"UntagRole", plus(by_role, untag)},
        {"UpdateAssumeRolePolicy", plus(by_role, {{"PolicyDocument", trust}})},
        {"UpdateOpenIDConnectProviderThumbprint", plus(by_provider, thumbprint)},
        {"UpdateRole", plus(by_role, {{"Description", "d"}, {"MaxSessionDuration", "3600"}})},
    };
  }

  std::string resource_policy() const {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" +
           world.arn("user/admin") + R"("},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}})";
  }

  World world;
  std::string document{allow_everything};
  std::string policy, attached, plain, provider;
};

}  // namespace openirsa::iam::test
