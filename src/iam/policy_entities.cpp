// Who uses a managed policy.
#include <algorithm>

#include "base/text.h"
#include "iam/entity.h"
#include "iam/input.h"
#include "iam/managed.h"
#include "iam/page.h"
#include "iam/policy_edit.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::Group;
using record::Role;
using record::User;
using wire::Call;

struct Wanted {
  std::string_view arn;
  std::string_view path_prefix;
  bool attached = true;
  bool as_boundary = true;

  template <class R>
  bool matches(const R& entity) const {
    if (!entity.path.starts_with(path_prefix)) return false;
    if (attached && std::ranges::find(entity.permissions.attached, arn) != entity.permissions.attached.end())
      return true;
    if constexpr (requires { entity.boundary; }) return as_boundary && entity.boundary == arn;
    return false;
  }
};

// The members of one kind. The place of an entity in the whole list is its kind and its name in lower case:
// groups come before roles, and those before users.
template <class R>
std::string list_entities(const Call& call, const Wanted& wanted, Page& page) {
  wire::Xml xml;
  Entity<R>::scan(*call.snapshot, call.account(), {}, [&](const R& entity) {
    const std::string place = std::string(Entity<R>::noun) + "/" + to_lower(entity.name);
    if (!wanted.matches(entity) || place <= page.after()) return true;
    if (!page.take(place)) return false;
    xml.open("member").text(Entity<R>::name_parameter, entity.name);
    xml.text(std::string(Entity<R>::title) + "Id", entity.id).close("member");
    return true;
  });
  return xml.take();
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

  const Wanted wanted{.arn = text,
                      .path_prefix = path_prefix,
                      .attached = usage != "PermissionsBoundary",
                      .as_boundary = usage != "PermissionsPolicy"};
  const auto listed = [&](std::string_view kind) { return filter.value_or(kind) == kind && !page.full(); };
  const std::string groups = listed("Group") ? list_entities<Group>(call, wanted, page) : "";
  const std::string roles = listed("Role") ? list_entities<Role>(call, wanted, page) : "";
  const std::string users = listed("User") ? list_entities<User>(call, wanted, page) : "";
  wire::Xml end;
  page.write_end(end);
  return wire::xml_answer("<PolicyGroups>" + groups + "</PolicyGroups><PolicyUsers>" + users +
                          "</PolicyUsers><PolicyRoles>" + roles + "</PolicyRoles>" + end.take());
}

}  // namespace openirsa::iam
