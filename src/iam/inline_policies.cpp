// The inline policies of users, groups and roles.
#include "base/text.h"
#include "iam/entity.h"
#include "iam/input.h"
#include "iam/page.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::Group;
using record::Role;
using record::User;
using wire::Call;
using wire::Error;

std::int64_t size_of(const record::Permissions& permissions) {
  std::size_t size = 0;
  for (const auto& [name, policy] : permissions.inline_policies) size += policy.size_without_whitespace();
  return static_cast<std::int64_t>(size);
}

template <class R>
HandlerAnswer put_policy(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::name_rule());
  const auto policy_name = input.required("PolicyName", rule::policy_name);
  const auto document = input.required("PolicyDocument", rule::document);
  if (auto fault = input.fault()) return *std::move(fault);
  if (find_entity<R>(call, name) == nullptr) return no_such_entity<R>(name);
  auto policy = policy::Policy::parse(document, policy::Kind::identity);
  if (!policy) return malformed_policy(std::move(policy).error().message);
  return edit_entity<R>(call, name, [&](R& entity, Transaction&) -> Result<Done, Error> {
    entity.permissions.inline_policies.insert_or_assign(std::string(policy_name), *policy);
    // IAM quotas: the sum over the entity's inline policies, white space not counted.
    const std::int64_t limit = Entity<R>::inline_limit(call.house.quotas);
    if (size_of(entity.permissions) > limit) return inline_size_exceeded(Entity<R>::noun, entity.name, limit);
    return Done{};
  });
}

template <class R>
HandlerAnswer get_policy_of(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::name_rule());
  const auto policy_name = input.required("PolicyName", rule::policy_name);
  if (auto fault = input.fault()) return *std::move(fault);
  const R* entity = find_entity<R>(call, name);
  if (entity == nullptr) return no_such_entity<R>(name);
  const auto found = entity->permissions.inline_policies.find(std::string(policy_name));
  if (found == entity->permissions.inline_policies.end())
    return no_such_inline_policy(Entity<R>::noun, policy_name);
  wire::Xml xml;
  xml.text(Entity<R>::name_parameter, entity->name);
  xml.text("PolicyName", found->first);
  xml.text("PolicyDocument", percent_encode(found->second.text()));
  return wire::xml_answer(xml.take());
}

template <class R>
HandlerAnswer list_policies_of(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::name_rule());
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const R* entity = find_entity<R>(call, name);
  if (entity == nullptr) return no_such_entity<R>(name);
  wire::Xml xml;
  xml.open("PolicyNames");
  const auto& policies = entity->permissions.inline_policies;
  for (auto at = policies.upper_bound(page.after()); at != policies.end() && page.take(at->first); ++at) {
    xml.text("member", at->first);
  }
  xml.close("PolicyNames");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

template <class R>
HandlerAnswer delete_policy_of(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::name_rule());
  const auto policy_name = input.required("PolicyName", rule::policy_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_entity<R>(call, name, [&](R& entity, Transaction&) -> Result<Done, Error> {
    if (entity.permissions.inline_policies.erase(std::string(policy_name)) == 0)
      return no_such_inline_policy(Entity<R>::noun, policy_name);
    return Done{};
  });
}

}  // namespace

HandlerAnswer put_role_policy(Call& call) { return put_policy<Role>(call); }
HandlerAnswer put_user_policy(Call& call) { return put_policy<User>(call); }
HandlerAnswer put_group_policy(Call& call) { return put_policy<Group>(call); }

HandlerAnswer get_role_policy(Call& call) { return get_policy_of<Role>(call); }
HandlerAnswer get_user_policy(Call& call) { return get_policy_of<User>(call); }
HandlerAnswer get_group_policy(Call& call) { return get_policy_of<Group>(call); }

HandlerAnswer list_role_policies(Call& call) { return list_policies_of<Role>(call); }
HandlerAnswer list_user_policies(Call& call) { return list_policies_of<User>(call); }
HandlerAnswer list_group_policies(Call& call) { return list_policies_of<Group>(call); }

HandlerAnswer delete_role_policy(Call& call) { return delete_policy_of<Role>(call); }
HandlerAnswer delete_user_policy(Call& call) { return delete_policy_of<User>(call); }
HandlerAnswer delete_group_policy(Call& call) { return delete_policy_of<Group>(call); }

}  // namespace openirsa::iam
