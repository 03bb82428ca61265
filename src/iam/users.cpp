#include "base/time_text.h"
#include "iam/arns.h"
#include "iam/entity.h"
#include "iam/input.h"
#include "iam/page.h"
#include "iam/policy_use.h"
#include "iam/tags.h"
#include "iam/user_edit.h"
#include "iam/views.h"
#include "record/identifier.h"
#include "wire/authorise.h"

namespace openirsa::iam {
namespace {

using record::User;
using wire::Call;
using wire::Error;

// The account's root shows itself as a user without a name.
HandlerAnswer root_as_user(const Call& call) {
  const auto* account = record::find<record::Account>(*call.snapshot, record::account_key(call.account()));
  wire::Xml xml;
  xml.open("User");
  xml.text("UserId", call.account());
  xml.text("Arn", iam_arn(call, "root"));
  if (account != nullptr) xml.text("CreateDate", to_iso8601(account->created));
  xml.close("User");
  return wire::xml_answer(xml.take());
}

Result<User, Error> requested_user(const Call& call) {
  Input input(call);
  const auto name = input.required("UserName", rule::new_user_name);
  const auto path = input.optional("Path", rule::path);
  const auto boundary = input.optional("PermissionsBoundary", rule::arn);
  const auto given_tags = input.tags("Tags");
  if (auto fault = input.fault()) return *std::move(fault);
  auto tags = new_tags(given_tags);
  if (!tags) return std::move(tags).error();
  return User{.account = call.account(),
              .name = std::string(name),
              .path = std::string(path.value_or("/")),
              .id = record::make_unique_id("AIDA"),
              .created = call.now,
              .boundary = std::string(boundary.value_or("")),
              .access_keys = std::vector<std::string>{},
              .tags = *std::move(tags)};
}

// API reference, DeleteUser: whatever is attached to the user must be removed before.
std::optional<Error> refuse_deletion(const User& user, const store::Snapshot& snapshot) {
  if (!user.permissions.attached.empty()) return delete_conflict("detach all policies");
  if (!user.permissions.inline_policies.empty()) return delete_conflict("delete policies");
  if (!user.groups.empty()) return delete_conflict("remove users from group");
  if (!key_ids_of(user, snapshot).empty()) return delete_conflict("delete access keys");
  return std::nullopt;
}

// The keys name their user: they take the new name in the same commit.
Result<Done, Error> rename_keys(const Call& call, Transaction& transaction, const User& user,
                                const std::string& name) {
  for (const std::string& id : key_ids_of(user, *call.house.mirror.snapshot())) {
    const auto key = record::access_key_key(call.account(), id);
    auto access_key = transaction.read<record::AccessKey>(key);
    if (!access_key) return std::move(access_key).error();
    if (!*access_key) continue;
    (*access_key)->user = name;
    transaction.write(key, **access_key);
  }
  return Done{};
}

}  // namespace

HandlerAnswer create_user(Call& call) {
  const auto requested = requested_user(call);
  if (!requested) return requested.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto existing = Entity<User>::read(transaction, call.account(), requested->name);
    if (!existing) return existing.error();
    if (*existing) return already_exists("User", requested->name);
    const std::int64_t limit = call.house.quotas.users_per_account;
    const auto prefix = record::kind_prefix(call.account(), "-", User::kind);
    if (static_cast<std::int64_t>(call.house.mirror.snapshot()->count(prefix)) >= limit) {
      return quota_exceeded("UsersPerAccount", limit);
    }
    const auto bounded = change_boundary(call, transaction, {}, requested->boundary);
    if (!bounded) return bounded.error();
    write_entity(transaction, *requested);
    wire::Xml xml;
    write_user(xml, "User", call, *requested, Detail::created);
    return wire::xml_answer(xml.take());
  });
}

HandlerAnswer get_user(Call& call) {
  Input input(call);
  const auto given = input.optional("UserName", rule::user_name);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto owner = key_owner(call, given);
  if (!owner) return owner.error();
  if (owner->user.empty()) return root_as_user(call);
  const auto* user = find_entity<User>(call, owner->user);
  if (user == nullptr) return no_such_entity<User>(owner->user);
  wire::Xml xml;
  write_user(xml, "User", call, *user, Detail::full);
  return wire::xml_answer(xml.take());
}

HandlerAnswer list_users(Call& call) {
  Input input(call);
  const auto path_prefix = input.optional("PathPrefix", rule::path_prefix).value_or("/");
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  wire::Xml xml;
  xml.open("Users");
  Entity<User>::scan(*call.snapshot, call.account(), page.after(), [&](const User& user) {
    if (!user.path.starts_with(path_prefix)) return true;
    if (!page.take(user.name)) return false;
    write_user(xml, "member", call, user, Detail::listed);
    return true;
  });
  xml.close("Users");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer update_user(Call& call) {
  Input input(call);
  const auto name = input.required("UserName", rule::user_name);
  const auto new_path = input.optional("NewPath", rule::path);
  const auto new_name = input.optional("NewUserName", rule::new_user_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto before = read_entity<User>(call, transaction, name);
    if (!before) return before.error();
    User user = *before;
    if (new_path) user.path = *new_path;
    if (new_name) user.name = *new_name;
    // API reference, UpdateUser: permission on both the source object and the target object.
    const auto allowed =
        wire::authorise_also(call, call.operation.action, user.arn(call.house.names.partition));
    if (!allowed) return allowed.error();
    if (Entity<User>::key(user) != Entity<User>::key(*before)) {
      const auto taken = Entity<User>::read(transaction, call.account(), user.name);
      if (!taken) return taken.error();
      if (*taken) return already_exists("User", user.name);
      transaction.remove(Entity<User>::key(*before));
    }
    if (user.name != before->name) {
      const auto renamed = rename_keys(call, transaction, *before, user.name);
      if (!renamed) return renamed.error();
    }
    write_entity(transaction, user);
    return wire::nothing();
  });
}

HandlerAnswer delete_user(Call& call) {
  Input input(call);
  const auto name = input.required("UserName", rule::user_name);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto user = read_entity<User>(call, transaction, name);
    if (!user) return std::move(user).error();
    if (auto refused = refuse_deletion(*user, *call.house.mirror.snapshot())) return *std::move(refused);
    const auto unbounded = change_boundary(call, transaction, user->boundary, {});
    if (!unbounded) return unbounded.error();
    transaction.remove(Entity<User>::key(*user));
    return wire::nothing();
  });
}

}  // namespace openirsa::iam
