#include <algorithm>

#include "base/text.h"
#include "iam/input.h"
#include "iam/managed.h"
#include "iam/page.h"
#include "iam/policy_edit.h"
#include "iam/role_edit.h"
#include "record/identity.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::ManagedPolicy;
using record::Role;
using wire::Call;
using wire::Code;
using wire::Error;

// Moves the policy's own count in the same commit as the attachment. False when there is no such policy.
Result<bool, Error> count_attachment(const Call& call, Transaction& transaction, const PolicyArn& arn,
                                     int change) {
  if (arn.aws_managed) return find_aws_managed(call, arn.text) != nullptr;
  if (!is_of_caller(call, arn.text)) return false;
  auto policy = read_policy(call, transaction, arn);
  if (!policy) return std::move(policy).error();
  if (!*policy) return false;
  (*policy)->attachments += change;
  transaction.write(key_of(call, arn), **policy);
  return true;
}

Result<Done, Error> attach(const Call& call, Transaction& transaction, Role& role, const PolicyArn& arn) {
  const auto exists = count_attachment(call, transaction, arn, +1);
  if (!exists) return exists.error();
  if (!*exists) return not_attachable(arn.text);
  if (const auto* managed = find_aws_managed(call, arn.text);
      managed != nullptr && !is_attachable(*managed)) {
    return Error{Code::policy_not_attachable, "Cannot attach a Service Role Policy to a Customer Role."};
  }
  const std::int64_t limit = call.house.quotas.attached_policies_per_role;
  if (static_cast<std::int64_t>(role.permissions.attached.size()) >= limit) {
    return quota_exceeded("PoliciesPerRole", limit);
  }
  role.permissions.attached.emplace_back(arn.text);
  return Done{};
}

bool is_attached(const record::Permissions& permissions, std::string_view arn) {
  return std::ranges::find(permissions.attached, arn) != permissions.attached.end();
}

}  // namespace

HandlerAnswer attach_role_policy(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto text = input.required("PolicyArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = parse_policy_arn(call, text);
  if (!arn) return arn.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto role = read_role(call, transaction, name);
    if (!role) return std::move(role).error();
    if (is_attached(role->permissions, text)) return wire::nothing();
    const auto attached = attach(call, transaction, *role, *arn);
    if (!attached) return attached.error();
    transaction.write(record::role_key(call.account(), name), *role);
    return wire::nothing();
  });
}

HandlerAnswer detach_role_policy(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto text = input.required("PolicyArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = parse_policy_arn(call, text);
  if (!arn) return arn.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto role = read_role(call, transaction, name);
    if (!role) return std::move(role).error();
    if (!is_attached(role->permissions, text)) return no_such_policy(text);
    const auto counted = count_attachment(call, transaction, *arn, -1);
    if (!counted) return counted.error();
    std::erase(role->permissions.attached, text);
    transaction.write(record::role_key(call.account(), name), *role);
    return wire::nothing();
  });
}

HandlerAnswer list_attached_role_policies(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto path_prefix = input.optional("PathPrefix", rule::policy_path).value_or("/");
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const Role* role = find_role(call, name);
  if (role == nullptr) return no_such_role(name);
  // By ARN, so that a marker keeps its place while others attach and detach.
  auto arns = role->permissions.attached;
  std::ranges::sort(arns);
  wire::Xml xml;
  xml.open("AttachedPolicies");
  for (const std::string& text : arns) {
    const auto arn = parse_policy_arn(call, text);
    if (!arn || text <= page.after() || !arn->path.starts_with(path_prefix)) continue;
    if (!page.take(text)) break;
    xml.open("member").text("PolicyName", arn->name).text("PolicyArn", text).close("member");
  }
  xml.close("AttachedPolicies");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

namespace {

// Calls `write` for each entity of one kind that has the policy. The place of an entity in the whole list is
// its kind and its name in lower case, as in its key: roles come before users.
template <class Entity, class Write>
void list_entities(const Call& call, std::string_view arn, std::string_view path_prefix, Page& page,
                   Write write) {
  const auto prefix = record::kind_prefix(call.account(), "-", Entity::kind);
  record::scan<Entity>(*call.snapshot, prefix, {}, [&](const Entity& entity) {
    const std::string place = std::string(Entity::kind) + "/" + to_lower(entity.name);
    const bool wanted = is_attached(entity.permissions, arn) && entity.path.starts_with(path_prefix);
    if (!wanted || place <= page.after()) return true;
    if (!page.take(place)) return false;
    write(entity);
    return true;
  });
}

}  // namespace

HandlerAnswer list_entities_for_policy(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  const auto filter =
      input.choice("EntityFilter", {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"});
  const auto usage = input.choice("PolicyUsageFilter", {"PermissionsPolicy", "PermissionsBoundary"});
  const auto path_prefix = input.optional("PathPrefix", rule::path).value_or("/");
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto arn = own_policy_arn(call, text);
  if (!arn) return arn.error();
  if (find_aws_managed(call, text) == nullptr && find_policy(call, *arn) == nullptr)
    return no_such_policy(text);

  const bool any = usage != "PermissionsBoundary";  // nothing is used as a permissions boundary here
  wire::Xml roles;
  wire::Xml users;
  if (any && filter.value_or("Role") == "Role") {
    list_entities<Role>(call, text, path_prefix, page, [&](const Role& role) {
      roles.open("member").text("RoleName", role.name).text("RoleId", role.id).close("member");
    });
  }
  if (any && filter.value_or("User") == "User" && !page.full()) {
    list_entities<record::User>(call, text, path_prefix, page, [&](const record::User& user) {
      users.open("member").text("UserName", user.name).text("UserId", user.id).close("member");
    });
  }
  std::string xml = "<PolicyGroups></PolicyGroups><PolicyUsers>" + users.take() +
                    "</PolicyUsers><PolicyRoles>" + roles.take() + "</PolicyRoles>";
  wire::Xml end;
  page.write_end(end);
  return wire::xml_answer(xml + end.take());
}

}  // namespace openirsa::iam
