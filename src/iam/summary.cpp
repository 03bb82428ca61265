#include "iam/handlers.h"
#include "record/identity.h"
#include "record/policies.h"
#include "record/provider.h"
#include "record/role.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using wire::Call;

struct Figure {
  std::string_view name;
  std::int64_t value;
};

std::int64_t count_of(const Call& call, std::string_view kind) {
  return static_cast<std::int64_t>(call.snapshot->count(record::kind_prefix(call.account(), "-", kind)));
}

std::int64_t policy_versions(const Call& call) {
  std::int64_t count = 0;
  const auto prefix = record::kind_prefix(call.account(), "-", record::ManagedPolicy::kind);
  record::scan<record::ManagedPolicy>(*call.snapshot, prefix, {}, [&](const record::ManagedPolicy& policy) {
    count += static_cast<std::int64_t>(policy.versions.size());
    return true;
  });
  return count;
}

bool root_has_access_keys(const Call& call) {
  bool found = false;
  const auto prefix = record::kind_prefix(call.account(), "-", record::AccessKey::kind);
  record::scan<record::AccessKey>(*call.snapshot, prefix, {}, [&](const record::AccessKey& key) {
    found = found || key.user.empty();
    return !found;
  });
  return found;
}

}  // namespace

// What exists here and the quotas that are enforced here; nothing is said about quotas of things that do not
// exist.
HandlerAnswer get_account_summary(Call& call) {
  const wire::Quotas& quotas = call.house.quotas;
  const Figure figures[] = {
      {"AccessKeysPerUserQuota", quotas.access_keys_per_user},
      {"AccountAccessKeysPresent", root_has_access_keys(call) ? 1 : 0},
      {"AccountMFAEnabled", 0},
      {"AccountPasswordPresent", 0},
      {"AccountSigningCertificatesPresent", 0},
      {"AssumeRolePolicySizeQuota", quotas.trust_policy_characters},
      {"AttachedPoliciesPerGroupQuota", quotas.attached_policies_per_group},
      {"AttachedPoliciesPerRoleQuota", quotas.attached_policies_per_role},
      {"AttachedPoliciesPerUserQuota", quotas.attached_policies_per_user},
      {"GroupPolicySizeQuota", quotas.inline_policy_characters_per_group},
      {"Groups", count_of(call, record::Group::kind)},
      {"GroupsPerUserQuota", quotas.groups_per_user},
      {"GroupsQuota", quotas.groups_per_account},
      {"InstanceProfiles", 0},
      {"MFADevices", 0},
      {"MFADevicesInUse", 0},
      {"Policies", count_of(call, record::ManagedPolicy::kind)},
      {"PoliciesQuota", quotas.managed_policies_per_account},
      {"PolicySizeQuota", quotas.managed_policy_characters},
      {"PolicyVersionsInUse", policy_versions(call)},
      {"Providers", count_of(call, record::OpenIdConnectProvider::kind)},
      {"RolePolicySizeQuota", quotas.inline_policy_characters_per_role},
      {"Roles", count_of(call, record::Role::kind)},
      {"RolesQuota", quotas.roles_per_account},
      {"ServerCertificates", 0},
      {"UserPolicySizeQuota", quotas.inline_policy_characters_per_user},
      {"Users", count_of(call, record::User::kind)},
      {"UsersQuota", quotas.users_per_account},
      {"VersionsPerPolicyQuota", quotas.versions_per_policy},
  };
  wire::Xml xml;
  xml.open("SummaryMap");
  for (const Figure& figure : figures) {
    xml.open("entry").text("key", figure.name).number("value", figure.value).close("entry");
  }
  xml.close("SummaryMap");
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::iam
