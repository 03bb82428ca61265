#include "iam/entity.h"
#include "iam/input.h"
#include "iam/page.h"
#include "iam/policy_use.h"
#include "iam/tags.h"
#include "iam/views.h"
#include "record/identifier.h"

namespace openirsa::iam {
namespace {

using record::Role;
using wire::Call;
using wire::Error;

constexpr std::int64_t least_session = 3600;
constexpr std::int64_t most_session = 43'200;

Result<Role, Error> requested_role(const Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto document = input.required("AssumeRolePolicyDocument", rule::document);
  const auto path = input.optional("Path", rule::path);
  const auto description = input.optional("Description", rule::role_description);
  const auto max_session = input.integer("MaxSessionDuration", least_session, most_session);
  const auto boundary = input.optional("PermissionsBoundary", rule::arn);
  const auto given_tags = input.tags("Tags");
  if (auto fault = input.fault()) return *std::move(fault);
  auto tags = new_tags(given_tags);
  if (!tags) return std::move(tags).error();
  auto trust = trust_to_save(call, document);
  if (!trust) return std::move(trust).error();
  return Role{.account = call.account(),
              .name = std::string(name),
              .path = std::string(path.value_or("/")),
              .id = record::make_unique_id("AROA"),
              .description = std::string(description.value_or("")),
              .created = call.now,
              .trust = *std::move(trust),
              .max_session_seconds = max_session.value_or(least_session),
              .boundary = std::string(boundary.value_or("")),
              .tags = *std::move(tags)};
}

}  // namespace

HandlerAnswer create_role(Call& call) {
  const auto requested = requested_role(call);
  if (!requested) return requested.error();
  const std::string key = record::role_key(call.account(), requested->name);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto existing = transaction.read<Role>(key);
    if (!existing) return existing.error();
    if (*existing) {
      return already_exists("Role", requested->name);
    }
    const std::int64_t limit = call.house.quotas.roles_per_account;
    const auto snapshot = call.house.mirror.snapshot();
    if (static_cast<std::int64_t>(snapshot->count(record::kind_prefix(call.account(), "-", Role::kind))) >=
        limit) {
      return quota_exceeded("RolesPerAccount", limit);
    }
    const auto bounded = change_boundary(call, transaction, {}, requested->boundary);
    if (!bounded) return bounded.error();
    transaction.write(key, *requested);
    TrustView trust(call, *snapshot);
    wire::Xml xml;
    write_role(xml, "Role", call, *requested, trust, Detail::created);
    return wire::xml_answer(xml.take());
  });
}

HandlerAnswer get_role(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  if (auto fault = input.fault()) return *std::move(fault);
  const Role* role = find_entity<Role>(call, name);
  if (role == nullptr) return no_such_entity<Role>(name);
  TrustView trust(call, *call.snapshot);
  wire::Xml xml;
  write_role(xml, "Role", call, *role, trust, Detail::full);
  return wire::xml_answer(xml.take());
}

HandlerAnswer list_roles(Call& call) {
  Input input(call);
  const auto path_prefix = input.optional("PathPrefix", rule::path_prefix).value_or("/");
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  TrustView trust(call, *call.snapshot);
  wire::Xml xml;
  xml.open("Roles");
  const auto prefix = record::kind_prefix(call.account(), "-", Role::kind);
  const auto after = page.after().empty() ? std::string() : record::role_key(call.account(), page.after());
  record::scan<Role>(*call.snapshot, prefix, after, [&](const Role& role) {
    if (!role.path.starts_with(path_prefix)) return true;
    if (!page.take(role.name)) return false;
    write_role(xml, "member", call, role, trust, Detail::listed);
    return true;
  });
  xml.close("Roles");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer update_role(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto description = input.optional("Description", rule::role_description);
  const auto max_session = input.integer("MaxSessionDuration", least_session, most_session);
  if (auto fault = input.fault()) return *std::move(fault);
  auto answer = edit_entity<Role>(call, name, [&](Role& role, Transaction&) -> Result<Done, Error> {
    if (description) role.description = *description;
    // API reference, UpdateRole: without a value "the default value of one hour is applied".
    role.max_session_seconds = max_session.value_or(least_session);
    return Done{};
  });
  if (!answer) return answer;
  return wire::xml_answer({});  // the one change with a Result element in the model
}

HandlerAnswer update_role_description(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto description = input.required("Description", rule::role_description);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto role = read_entity<Role>(call, transaction, name);
    if (!role) return std::move(role).error();
    role->description = description;
    write_entity(transaction, *role);
    TrustView trust(call, *call.snapshot);
    wire::Xml xml;
    write_role(xml, "Role", call, *role, trust, Detail::full);
    return wire::xml_answer(xml.take());
  });
}

HandlerAnswer delete_role(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto role = read_entity<Role>(call, transaction, name);
    if (!role) return role.error();
    if (!role->permissions.attached.empty()) return delete_conflict("detach all policies");
    if (!role->permissions.inline_policies.empty()) return delete_conflict("delete policies");
    const auto unbounded = change_boundary(call, transaction, role->boundary, {});
    if (!unbounded) return unbounded.error();
    transaction.remove(record::role_key(call.account(), name));
    return wire::nothing();
  });
}

HandlerAnswer update_assume_role_policy(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto document = input.required("PolicyDocument", rule::document);
  if (auto fault = input.fault()) return *std::move(fault);
  if (find_entity<Role>(call, name) == nullptr) return no_such_entity<Role>(name);
  const auto trust = trust_to_save(call, document);
  if (!trust) return trust.error();
  return edit_entity<Role>(call, name, [&](Role& role, Transaction&) -> Result<Done, Error> {
    role.trust = *trust;
    return Done{};
  });
}

// There are no instance profiles here, and so none has the role; clients ask before they delete a role.
HandlerAnswer list_instance_profiles_for_role(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  if (find_entity<Role>(call, name) == nullptr) return no_such_entity<Role>(name);
  wire::Xml xml;
  xml.open("InstanceProfiles").close("InstanceProfiles");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::iam
