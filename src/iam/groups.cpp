#include <algorithm>

#include "iam/entity.h"
#include "iam/input.h"
#include "iam/membership.h"
#include "iam/page.h"
#include "iam/views.h"
#include "record/identifier.h"
#include "wire/authorise.h"

namespace openirsa::iam {
namespace {

using record::Group;
using record::GroupName;
using record::User;
using wire::Call;

bool is_member(const User& user, const Group& group) {
  return std::ranges::find(user.groups, group.id) != user.groups.end();
}

void write_group_name(Transaction& transaction, const Group& group) {
  transaction.write(record::group_name_key(group.account, group.name),
                    GroupName{.account = group.account, .name = group.name, .group = group.id});
}

}  // namespace

HandlerAnswer create_group(Call& call) {
  Input input(call);
  const auto path = input.optional("Path", rule::path);
  const auto name = input.required("GroupName", rule::group_name);
  if (auto fault = input.fault()) return *std::move(fault);
  const Group group{.account = call.account(),
                    .name = std::string(name),
                    .path = std::string(path.value_or("/")),
                    .id = record::make_unique_id("AGPA"),
                    .created = call.now};
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto existing = Entity<Group>::read(transaction, call.account(), name);
    if (!existing) return existing.error();
    if (*existing) return already_exists("Group", name);
    const std::int64_t limit = call.house.quotas.groups_per_account;
    const auto prefix = record::kind_prefix(call.account(), "-", Group::kind);
    if (static_cast<std::int64_t>(call.house.mirror.snapshot()->count(prefix)) >= limit) {
      return quota_exceeded("GroupsPerAccount", limit);
    }
    write_entity(transaction, group);
    write_group_name(transaction, group);
    wire::Xml xml;
    write_group(xml, "Group", call, group);
    return wire::xml_answer(xml.take());
  });
}

HandlerAnswer get_group(Call& call) {
  Input input(call);
  const auto name = input.required("GroupName", rule::group_name);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const Group* group = find_entity<Group>(call, name);
  if (group == nullptr) return no_such_entity<Group>(name);
  wire::Xml xml;
  write_group(xml, "Group", call, *group);
  xml.open("Users");
  Entity<User>::scan(*call.snapshot, call.account(), page.after(), [&](const User& user) {
    if (!is_member(user, *group)) return true;
    if (!page.take(user.name)) return false;
    write_user(xml, "member", call, user, Detail::listed);
    return true;
  });
  xml.close("Users");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer list_groups(Call& call) {
  Input input(call);
  const auto path_prefix = input.optional("PathPrefix", rule::path_prefix).value_or("/");
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  wire::Xml xml;
  xml.open("Groups");
  Entity<Group>::scan(*call.snapshot, call.account(), page.after(), [&](const Group& group) {
    if (!group.path.starts_with(path_prefix)) return true;
    if (!page.take(group.name)) return false;
    write_group(xml, "member", call, group);
    return true;
  });
  xml.close("Groups");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer update_group(Call& call) {
  Input input(call);
  const auto name = input.required("GroupName", rule::group_name);
  const auto new_path = input.optional("NewPath", rule::path);
  const auto new_name = input.optional("NewGroupName", rule::group_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto before = read_entity<Group>(call, transaction, name);
    if (!before) return before.error();
    Group group = *before;
    if (new_path) group.path = *new_path;
    if (new_name) group.name = *new_name;
    // API reference, UpdateGroup: permission to update the group under the old name and under the new one.
    const auto allowed =
        wire::authorise_also(call, call.operation.action, group.arn(call.house.names.partition));
    if (!allowed) return allowed.error();
    const auto old_key = record::group_name_key(call.account(), before->name);
    if (record::group_name_key(call.account(), group.name) != old_key) {
      const auto taken = Entity<Group>::read(transaction, call.account(), group.name);
      if (!taken) return taken.error();
      if (*taken) return already_exists("Group", group.name);
      transaction.remove(old_key);
    }
    write_entity(transaction, group);
    write_group_name(transaction, group);
    return wire::nothing();
  });
}

HandlerAnswer delete_group(Call& call) {
  Input input(call);
  const auto name = input.required("GroupName", rule::group_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto group = read_entity<Group>(call, transaction, name);
    if (!group) return group.error();
    if (group->members > 0) return delete_conflict("remove users from group");
    if (!group->permissions.attached.empty()) return delete_conflict("detach all policies");
    if (!group->permissions.inline_policies.empty()) return delete_conflict("delete policies");
    transaction.remove(Entity<Group>::key(*group));
    transaction.remove(record::group_name_key(call.account(), group->name));
    return wire::nothing();
  });
}

HandlerAnswer add_user_to_group(Call& call) {
  Input input(call);
  const auto group_name = input.required("GroupName", rule::group_name);
  const auto user_name = input.required("UserName", rule::user_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto group = read_entity<Group>(call, transaction, group_name);
    if (!group) return std::move(group).error();
    auto user = read_named<User>(call, transaction, user_name);
    if (!user) return std::move(user).error();
    if (is_member(*user, *group)) return wire::nothing();
    const std::int64_t limit = call.house.quotas.groups_per_user;
    if (static_cast<std::int64_t>(user->groups.size()) >= limit) {
      return quota_exceeded("GroupsPerUser", limit);
    }
    user->groups.push_back(group->id);
    ++group->members;
    write_entity(transaction, *user);
    write_entity(transaction, *group);
    return wire::nothing();
  });
}

// A user who is no member is none afterwards either: no error on AWS.
HandlerAnswer remove_user_from_group(Call& call) {
  Input input(call);
  const auto group_name = input.required("GroupName", rule::group_name);
  const auto user_name = input.required("UserName", rule::user_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto group = read_entity<Group>(call, transaction, group_name);
    if (!group) return std::move(group).error();
    auto user = read_named<User>(call, transaction, user_name);
    if (!user) return std::move(user).error();
    if (!is_member(*user, *group)) return wire::nothing();
    std::erase(user->groups, group->id);
    --group->members;
    write_entity(transaction, *user);
    write_entity(transaction, *group);
    return wire::nothing();
  });
}

HandlerAnswer list_groups_for_user(Call& call) {
  Input input(call);
  const auto name = input.required("UserName", rule::user_name);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const User* user = find_entity<User>(call, name);
  if (user == nullptr) return no_such_entity<User>(name);
  auto groups = groups_of(*user, *call.snapshot);
  std::ranges::sort(groups, {}, [](const Group* group) { return group->id; });
  wire::Xml xml;
  xml.open("Groups");
  for (const Group* group : groups) {
    // By id, so that a marker keeps its place while groups are renamed.
    if (group->id <= page.after()) continue;
    if (!page.take(group->id)) break;
    write_group(xml, "member", call, *group);
  }
  xml.close("Groups");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::iam
