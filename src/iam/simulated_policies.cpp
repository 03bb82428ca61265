#include "iam/simulated_policies.h"

#include <algorithm>

#include "base/text.h"
#include "iam/faults.h"
#include "iam/managed.h"
#include "iam/policy_documents.h"
#include "record/identity.h"
#include "record/role.h"

namespace openirsa::iam {
namespace {

using policy::Source;
using wire::Call;
using wire::Error;

template <class Entity>
Result<PolicySource, Error> source_of(const Call& call, std::string_view arn, const EntityName& name,
                                      const std::string& key, Error absent) {
  const auto* entity = record::find<Entity>(*call.snapshot, key);
  if (entity == nullptr || entity->arn(call.house.names.partition) != arn) return absent;
  return PolicySource{.entity = name, .unique_id = entity->id, .permissions = &entity->permissions};
}

}  // namespace

void SimulatedPolicies::add(Source source, const policy::Policy* policy, std::string id,
                            std::string_view type) {
  const Name& name = names_.emplace_back(Name{std::move(id), type});
  attached_.push_back({.policy = policy, .source = source, .name = name.id});
}

void SimulatedPolicies::add_given(std::string_view list, Source source,
                                  const std::vector<policy::Policy>& policies) {
  for (std::size_t i = 0; i < policies.size(); ++i)
    add(source, &policies[i], concatenate({list, ".", std::to_string(i + 1)}), "none");
}

void SimulatedPolicies::add_held(const Call& call, const EntityName& entity,
                                 const record::Permissions& permissions, const PolicyExclusions& excluded) {
  for (const auto& [name, policy] : permissions.inline_policies) {
    if (excluded.excludes_inline(entity.kind, entity.name, name)) continue;
    add(Source::identity, &policy, concatenate({entity.kind, "_", entity.name, "_", name}), entity.kind);
  }
  const PolicyPlace place{
      .account = call.account(), .snapshot = *call.snapshot, .managed = managed_policies(call.house)};
  for (const std::string& arn : permissions.attached) {
    const std::string_view type = find_aws_managed(call, arn) != nullptr ? "aws-managed" : "user-managed";
    if (excluded.excludes_type(type) || excluded.excludes_managed(arn)) continue;
    add(Source::identity, document_of(arn, place), arn.substr(arn.rfind('/') + 1), type);
  }
}

const SimulatedPolicies::Name& SimulatedPolicies::name_of(std::string_view id) const {
  static const Name resource{"ResourcePolicy", "resource"};
  const auto found = std::ranges::find(names_, id, &Name::id);
  return found == names_.end() ? resource : *found;
}

Result<PolicySource, Error> find_policy_source(const Call& call, std::string_view arn) {
  const auto entity = entity_of_arn(arn);
  if (!entity) return unclear_entity(arn);
  if (entity->kind == "role") {
    const auto key = record::role_key(call.account(), entity->name);
    return source_of<record::Role>(call, arn, *entity, key, no_such_entity("role", entity->name));
  }
  if (entity->kind == "user") {
    const auto key = record::user_key(call.account(), entity->name);
    return source_of<record::User>(call, arn, *entity, key, no_such_entity("user", entity->name));
  }
  return no_such_entity("group", entity->name);
}

}  // namespace openirsa::iam
