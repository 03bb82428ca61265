// The tags of users and roles.
#include "iam/entity.h"
#include "iam/input.h"
#include "iam/page.h"
#include "iam/tags.h"

namespace openirsa::iam {
namespace {

using record::Role;
using record::User;
using wire::Call;
using wire::Error;

template <class R>
HandlerAnswer tag(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::name_rule());
  const auto tags = input.required_tags("Tags");
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = refuse_tags(tags)) return *std::move(refused);
  return edit_entity<R>(call, name, [&](R& entity, Transaction&) {
    return merge_tags(entity.tags, tags, call.house.quotas.tags_per_entity);
  });
}

template <class R>
HandlerAnswer untag(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::name_rule());
  const auto keys = input.required_list("TagKeys", rule::tag_key, 50);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_entity<R>(call, name, [&](R& entity, Transaction&) -> Result<Done, Error> {
    remove_tags(entity.tags, keys);
    return Done{};
  });
}

template <class R>
HandlerAnswer list_tags(Call& call) {
  Input input(call);
  const auto name = input.required(Entity<R>::name_parameter, Entity<R>::name_rule());
  Page page(call, input, tag_marker);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const R* entity = find_entity<R>(call, name);
  if (entity == nullptr) return no_such_entity<R>(name);
  return tags_page(entity->tags, page);
}

}  // namespace

HandlerAnswer tag_role(Call& call) { return tag<Role>(call); }
HandlerAnswer untag_role(Call& call) { return untag<Role>(call); }
HandlerAnswer list_role_tags(Call& call) { return list_tags<Role>(call); }

HandlerAnswer tag_user(Call& call) { return tag<User>(call); }
HandlerAnswer untag_user(Call& call) { return untag<User>(call); }
HandlerAnswer list_user_tags(Call& call) { return list_tags<User>(call); }

}  // namespace openirsa::iam
