#include "iam/simulated_policies.h"

#include <algorithm>

#include "base/text.h"
#include "iam/entity.h"
#include "iam/faults.h"
#include "iam/managed.h"
#include "iam/membership.h"
#include "iam/policy_documents.h"

namespace openirsa::iam {
namespace {

using policy::Source;
using wire::Call;
using wire::Error;

template <class R>
Result<PolicySource, Error> source_of(const Call& call, std::string_view arn, const EntityName& name) {
  const R* entity = find_entity<R>(call, name.name);
  if (entity == nullptr || entity->arn(call.house.names.partition) != arn) {
    return no_such_entity<R>(name.name);
  }
  PolicySource source{.entity = name, .unique_id = entity->id, .permissions = &entity->permissions};
  if constexpr (requires { entity->boundary; }) source.boundary = entity->boundary;
  if constexpr (requires { entity->groups; }) source.groups = groups_of(*entity, *call.snapshot);
  return source;
}

std::string_view type_of(const Call& call, std::string_view arn) {
  return find_aws_managed(call, arn) != nullptr ? "aws-managed" : "user-managed";
}

}  // namespace

void SimulatedPolicies::add(Source source, const policy::Policy* policy, std::string id,
                            std::string_view type) {
  const Name& name = names_.emplace_back(Name{std::move(id), type});
  by_id_.emplace(name.id, &name);
  attached_.push_back({.policy = policy, .source = source, .name = name.id});
}

void SimulatedPolicies::add_given(std::string_view list, Source source,
                                  const std::vector<policy::Policy>& policies) {
  for (std::size_t i = 0; i < policies.size(); ++i)
    add(source, &policies[i], concatenate({list, ".", std::to_string(i + 1)}), "none");
}

void SimulatedPolicies::add_held(const Call& call, const PolicySource& source,
                                 const PolicyExclusions& excluded) {
  add_of(call, source.entity, *source.permissions, excluded);
  for (const record::Group* group : source.groups) {
    add_of(call, {.kind = "group", .name = group->name, .account = group->account}, group->permissions,
           excluded);
  }
}

void SimulatedPolicies::add_boundary(const Call& call, const PolicySource& source) {
  if (source.boundary.empty()) return;
  add_managed(call, Source::boundary, source.boundary, type_of(call, source.boundary));
}

void SimulatedPolicies::add_managed(const Call& call, Source source, std::string_view arn,
                                    std::string_view type) {
  const PolicyPlace place{
      .account = call.account(), .snapshot = *call.snapshot, .managed = managed_policies(call.house)};
  add(source, document_of(arn, place), std::string(arn.substr(arn.rfind('/') + 1)), type);
}

void SimulatedPolicies::add_of(const Call& call, const EntityName& entity,
                               const record::Permissions& permissions, const PolicyExclusions& excluded) {
  for (const auto& [name, policy] : permissions.inline_policies) {
    if (excluded.excludes_inline(entity.kind, entity.name, name)) continue;
    add(Source::identity, &policy, concatenate({entity.kind, "_", entity.name, "_", name}), entity.kind);
  }
  for (const std::string& arn : permissions.attached) {
    const std::string_view type = type_of(call, arn);
    if (excluded.excludes_type(type) || excluded.excludes_managed(arn)) continue;
    add_managed(call, Source::identity, arn, type);
  }
}

const SimulatedPolicies::Name& SimulatedPolicies::name_of(std::string_view id) const {
  static const Name resource{"ResourcePolicy", "resource"};
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? resource : *found->second;
}

Result<PolicySource, Error> find_policy_source(const Call& call, std::string_view arn) {
  const auto entity = entity_of_arn(arn);
  if (!entity) return unclear_entity(arn);
  if (entity->kind == "role") return source_of<record::Role>(call, arn, *entity);
  if (entity->kind == "user") return source_of<record::User>(call, arn, *entity);
  return source_of<record::Group>(call, arn, *entity);
}

}  // namespace openirsa::iam
