// The managed policies that are attached to users, groups and roles.
#include <algorithm>

#include "iam/entity.h"
#include "iam/input.h"
#include "iam/managed.h"
#include "iam/page.h"
#include "iam/policy_use.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::Group;
using record::ManagedPolicy;
using record::Role;
using record::User;
using wire::Call;
using wire::Code;
using wire::Error;

template <class R>
Result<Done, Error> attach(const Call& call, Transaction& transaction, R& entity, const PolicyArn& arn) {
  const auto exists = count_use(call, transaction, arn, &ManagedPolicy::attachments, +1);
  if (!exists) return exists.error();
  if (!*exists) return not_attachable(arn.text);
  const std::string title(Entity<R>::title);
  if (const auto* managed = find_aws_managed(call, arn.text);
      managed != nullptr && !is_attachable(*managed)) {
    return Error{Code::policy_not_attachable,
                 "Cannot attach a Service Role Policy to a Customer " + title + "."};
  }
  const std::int64_t limit = Entity<R>::attached_limit(call.house.quotas);
  if (static_cast<std::int64_t>(entity.permissions.attached.size()) >= limit) {
    return quota_exceeded("PoliciesPer" + title, limit);
  }
  entity.permissions.attached.emplace_back(arn.text);
  return Done{};
}

bool is_attached(const record::Permissions& permissions, std::string_view arn) {
  return std::ranges::find(permissions.attached, arn) != permissions.attached.end();
}

template <class R>
HandlerAnswer attach_policy(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::attached_name_rule());
  const auto text = input.required("PolicyArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = parse_policy_arn(call, text);
  if (!arn) return arn.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto entity = read_entity<R>(call, transaction, name);
    if (!entity) return std::move(entity).error();
    if (is_attached(entity->permissions, text)) return wire::nothing();
    const auto attached = attach(call, transaction, *entity, *arn);
    if (!attached) return attached.error();
    write_entity(transaction, *entity);
    return wire::nothing();
  });
}

template <class R>
HandlerAnswer detach_policy(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::attached_name_rule());
  const auto text = input.required("PolicyArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = parse_policy_arn(call, text);
  if (!arn) return arn.error();
  return edit_entity<R>(call, name, [&](R& entity, Transaction& transaction) -> Result<Done, Error> {
    if (!is_attached(entity.permissions, text)) return no_such_policy(text);
    const auto counted = count_use(call, transaction, *arn, &ManagedPolicy::attachments, -1);
    if (!counted) return counted.error();
    std::erase(entity.permissions.attached, text);
    return Done{};
  });
}

template <class R>
HandlerAnswer list_attached(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::attached_name_rule());
  const auto path_prefix = input.optional("PathPrefix", rule::policy_path).value_or("/");
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const R* entity = find_entity<R>(call, name);
  if (entity == nullptr) return no_such_entity<R>(name);
  // By ARN, so that a marker keeps its place while others attach and detach.
  auto arns = entity->permissions.attached;
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

}  // namespace

HandlerAnswer attach_role_policy(Call& call) { return attach_policy<Role>(call); }
HandlerAnswer attach_user_policy(Call& call) { return attach_policy<User>(call); }
HandlerAnswer attach_group_policy(Call& call) { return attach_policy<Group>(call); }

HandlerAnswer detach_role_policy(Call& call) { return detach_policy<Role>(call); }
HandlerAnswer detach_user_policy(Call& call) { return detach_policy<User>(call); }
HandlerAnswer detach_group_policy(Call& call) { return detach_policy<Group>(call); }

HandlerAnswer list_attached_role_policies(Call& call) { return list_attached<Role>(call); }
HandlerAnswer list_attached_user_policies(Call& call) { return list_attached<User>(call); }
HandlerAnswer list_attached_group_policies(Call& call) { return list_attached<Group>(call); }

}  // namespace openirsa::iam
