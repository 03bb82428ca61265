#include "base/text.h"
#include "iam/input.h"
#include "iam/page.h"
#include "iam/role_edit.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::Role;
using wire::Call;
using wire::Code;
using wire::Error;

std::int64_t size_of_inline_policies(const Role& role) {
  std::size_t size = 0;
  for (const auto& [name, policy] : role.permissions.inline_policies)
    size += policy.size_without_whitespace();
  return static_cast<std::int64_t>(size);
}

}  // namespace

HandlerAnswer put_role_policy(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto policy_name = input.required("PolicyName", rule::policy_name);
  const auto document = input.required("PolicyDocument", rule::document);
  if (auto fault = input.fault()) return *std::move(fault);
  if (find_role(call, name) == nullptr) return no_such_role(name);
  auto policy = policy::Policy::parse(document, policy::Kind::identity);
  if (!policy) return malformed_policy(std::move(policy).error().message);
  return edit_role(call, name, [&](Role& role) -> Result<Done, Error> {
    role.permissions.inline_policies.insert_or_assign(std::string(policy_name), *policy);
    // IAM quotas: the sum over the role's inline policies, white space not counted.
    const std::int64_t limit = call.house.quotas.inline_policy_characters_per_role;
    if (size_of_inline_policies(role) > limit) {
      return Error{Code::limit_exceeded, "Maximum policy size of " + std::to_string(limit) +
                                             " bytes exceeded for role " + role.name};
    }
    return Done{};
  });
}

HandlerAnswer get_role_policy(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto policy_name = input.required("PolicyName", rule::policy_name);
  if (auto fault = input.fault()) return *std::move(fault);
  const Role* role = find_role(call, name);
  if (role == nullptr) return no_such_role(name);
  const auto found = role->permissions.inline_policies.find(std::string(policy_name));
  if (found == role->permissions.inline_policies.end()) return no_such_role_policy(policy_name);
  wire::Xml xml;
  xml.text("RoleName", role->name);
  xml.text("PolicyName", found->first);
  xml.text("PolicyDocument", percent_encode(found->second.text()));
  return wire::xml_answer(xml.take());
}

HandlerAnswer list_role_policies(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const Role* role = find_role(call, name);
  if (role == nullptr) return no_such_role(name);
  wire::Xml xml;
  xml.open("PolicyNames");
  const auto& policies = role->permissions.inline_policies;
  for (auto at = policies.upper_bound(page.after()); at != policies.end() && page.take(at->first); ++at) {
    xml.text("member", at->first);
  }
  xml.close("PolicyNames");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer delete_role_policy(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto policy_name = input.required("PolicyName", rule::policy_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_role(call, name, [&](Role& role) -> Result<Done, Error> {
    if (role.permissions.inline_policies.erase(std::string(policy_name)) == 0)
      return no_such_role_policy(policy_name);
    return Done{};
  });
}

}  // namespace openirsa::iam
