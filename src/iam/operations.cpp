#include "iam/handlers.h"
#include "iam/resources.h"
#include "iam/service.h"

namespace openirsa::iam {
namespace {

using wire::Access;
using wire::Who;

constexpr wire::Operation read(std::string_view name, std::string_view action, wire::Resource resource,
                               wire::Handler handler, wire::Keys keys = nullptr) {
  return {name, {}, Who::signed_by_account, Access::read, action, resource, handler, keys};
}

constexpr wire::Operation write(std::string_view name, std::string_view action, wire::Resource resource,
                                wire::Handler handler, wire::Keys keys = nullptr) {
  return {name, {}, Who::signed_by_account, Access::write, action, resource, handler, keys};
}

constexpr wire::Operation operations[] = {
    write("AddClientIDToOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider", resource::provider,
          add_client_id_to_open_id_connect_provider, keys::of_provider),
    write("AttachRolePolicy", "iam:AttachRolePolicy", resource::role, attach_role_policy,
          keys::of_attachment),
    write("CreateOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", resource::new_provider,
          create_open_id_connect_provider, keys::of_request),
    write("CreatePolicy", "iam:CreatePolicy", resource::new_policy, create_policy, keys::of_request),
    write("CreatePolicyVersion", "iam:CreatePolicyVersion", resource::policy, create_policy_version,
          keys::of_policy),
    write("CreateRole", "iam:CreateRole", resource::new_role, create_role, keys::of_request),
    write("DeleteOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", resource::provider,
          delete_open_id_connect_provider, keys::of_provider),
    write("DeletePolicy", "iam:DeletePolicy", resource::policy, delete_policy, keys::of_policy),
    write("DeletePolicyVersion", "iam:DeletePolicyVersion", resource::policy, delete_policy_version,
          keys::of_policy),
    write("DeleteRole", "iam:DeleteRole", resource::role, delete_role, keys::of_role),
    write("DeleteRolePolicy", "iam:DeleteRolePolicy", resource::role, delete_role_policy, keys::of_role),
    write("DetachRolePolicy", "iam:DetachRolePolicy", resource::role, detach_role_policy,
          keys::of_attachment),
    read("GetAccountSummary", "iam:GetAccountSummary", resource::anything, get_account_summary),
    read("GetContextKeysForCustomPolicy", "iam:GetContextKeysForCustomPolicy", resource::anything,
         get_context_keys_for_custom_policy),
    read("GetContextKeysForPrincipalPolicy", "iam:GetContextKeysForPrincipalPolicy", resource::policy_source,
         get_context_keys_for_principal_policy),
    read("GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", resource::provider,
         get_open_id_connect_provider, keys::of_provider),
    read("GetPolicy", "iam:GetPolicy", resource::policy, get_policy, keys::of_policy),
    read("GetPolicyVersion", "iam:GetPolicyVersion", resource::policy, get_policy_version, keys::of_policy),
    read("GetRole", "iam:GetRole", resource::role, get_role, keys::of_role),
    read("GetRolePolicy", "iam:GetRolePolicy", resource::role, get_role_policy, keys::of_role),
    read("GetUser", "iam:GetUser", resource::user, get_user),
    read("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", resource::role,
         list_attached_role_policies, keys::of_role),
    read("ListEntitiesForPolicy", "iam:ListEntitiesForPolicy", resource::policy, list_entities_for_policy,
         keys::of_policy),
    read("ListInstanceProfilesForRole", "iam:ListInstanceProfilesForRole", resource::role,
         list_instance_profiles_for_role, keys::of_role),
    read("ListOpenIDConnectProviderTags", "iam:ListOpenIDConnectProviderTags", resource::provider,
         list_open_id_connect_provider_tags, keys::of_provider),
    read("ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders", resource::providers,
         list_open_id_connect_providers),
    read("ListPolicies", "iam:ListPolicies", resource::anything, list_policies),
    read("ListPolicyTags", "iam:ListPolicyTags", resource::policy, list_policy_tags, keys::of_policy),
    read("ListPolicyVersions", "iam:ListPolicyVersions", resource::policy, list_policy_versions,
         keys::of_policy),
    read("ListRolePolicies", "iam:ListRolePolicies", resource::role, list_role_policies, keys::of_role),
    read("ListRoleTags", "iam:ListRoleTags", resource::role, list_role_tags, keys::of_role),
    read("ListRoles", "iam:ListRoles", resource::roles, list_roles),
    read("ListUsers", "iam:ListUsers", resource::users, list_users),
    write("PutRolePolicy", "iam:PutRolePolicy", resource::role, put_role_policy, keys::of_role),
    write("RemoveClientIDFromOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider",
          resource::provider, remove_client_id_from_open_id_connect_provider, keys::of_provider),
    write("SetDefaultPolicyVersion", "iam:SetDefaultPolicyVersion", resource::policy,
          set_default_policy_version, keys::of_policy),
    read("SimulateCustomPolicy", "iam:SimulateCustomPolicy", resource::anything, simulate_custom_policy),
    read("SimulatePrincipalPolicy", "iam:SimulatePrincipalPolicy", resource::policy_source,
         simulate_principal_policy),
    write("TagOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", resource::provider,
          tag_open_id_connect_provider, keys::of_provider),
    write("TagPolicy", "iam:TagPolicy", resource::policy, tag_policy, keys::of_policy),
    write("TagRole", "iam:TagRole", resource::role, tag_role, keys::of_role),
    write("UntagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider", resource::provider,
          untag_open_id_connect_provider, keys::of_provider),
    write("UntagPolicy", "iam:UntagPolicy", resource::policy, untag_policy, keys::of_policy),
    write("UntagRole", "iam:UntagRole", resource::role, untag_role, keys::of_role),
    write("UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", resource::role, update_assume_role_policy,
          keys::of_role),
    write("UpdateOpenIDConnectProviderThumbprint", "iam:UpdateOpenIDConnectProviderThumbprint",
          resource::provider, update_open_id_connect_provider_thumbprint, keys::of_provider),
    write("UpdateRole", "iam:UpdateRole", resource::role, update_role, keys::of_role),
};
static_assert(wire::complete(operations),
              "every row states its caller and its action, and the table is sorted");

}  // namespace

const wire::Service service{.name = "iam",
                            .protocol = wire::Protocol::query,
                            .version = "2010-05-08",
                            .xml_namespace = "https://iam.amazonaws.com/doc/2010-05-08/",
                            .operations = operations};

}  // namespace openirsa::iam
