// The permissions boundaries of users and roles.
#include "iam/entity.h"
#include "iam/input.h"
#include "iam/policy_use.h"

namespace openirsa::iam {
namespace {

using record::Role;
using record::User;
using wire::Call;

template <class R>
Result<Done, wire::Error> move_boundary(const Call& call, Transaction& transaction, R& entity,
                                        std::string_view arn) {
  auto changed = change_boundary(call, transaction, entity.boundary, arn);
  if (changed) entity.boundary = arn;
  return changed;
}

template <class R>
HandlerAnswer put_boundary(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::attached_name_rule());
  const auto arn = input.required("PermissionsBoundary", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_entity<R>(call, name, [&](R& entity, Transaction& transaction) {
    return move_boundary(call, transaction, entity, arn);
  });
}

// One that has no boundary has none afterwards either.
template <class R>
HandlerAnswer delete_boundary(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::attached_name_rule());
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_entity<R>(call, name, [&](R& entity, Transaction& transaction) {
    return move_boundary(call, transaction, entity, {});
  });
}

}  // namespace

HandlerAnswer put_role_permissions_boundary(Call& call) { return put_boundary<Role>(call); }
HandlerAnswer put_user_permissions_boundary(Call& call) { return put_boundary<User>(call); }
HandlerAnswer delete_role_permissions_boundary(Call& call) { return delete_boundary<Role>(call); }
HandlerAnswer delete_user_permissions_boundary(Call& call) { return delete_boundary<User>(call); }

}  // namespace openirsa::iam
