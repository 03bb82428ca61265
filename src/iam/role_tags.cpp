#include "iam/input.h"
#include "iam/page.h"
#include "iam/role_edit.h"
#include "iam/tags.h"

namespace openirsa::iam {

using record::Role;
using wire::Call;
using wire::Error;

HandlerAnswer tag_role(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto tags = input.required_tags("Tags");
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = refuse_tags(tags)) return *std::move(refused);
  return edit_role(
      call, name, [&](Role& role) { return merge_tags(role.tags, tags, call.house.quotas.tags_per_entity); });
}

HandlerAnswer untag_role(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  const auto keys = input.required_list("TagKeys", rule::tag_key, 50);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_role(call, name, [&](Role& role) -> Result<Done, Error> {
    remove_tags(role.tags, keys);
    return Done{};
  });
}

HandlerAnswer list_role_tags(Call& call) {
  Input input(call);
  const auto name = input.required("RoleName", rule::role_name);
  Page page(call, input, tag_marker);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const Role* role = find_role(call, name);
  if (role == nullptr) return no_such_role(name);
  return tags_page(role->tags, page);
}

}  // namespace openirsa::iam
