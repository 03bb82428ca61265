// What users, groups and roles have in common: how AWS names each kind, and how one is found, read in a
// transaction and edited.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "iam/handlers.h"
#include "iam/resources.h"
#include "iam/rules.h"
#include "iam/transaction.h"
#include "record/identity.h"
#include "record/role.h"

namespace openirsa::iam {

// Also how a kind is walked: in the order of names, from the one after `after` on, until `visit` says false.
template <class R>
struct Entity;

// A kind whose records lie under the names of what they are about.
template <class R, std::string (*key_of)(std::string_view account, std::string_view name)>
struct NamedEntity {
  static std::string key(const R& entity) { return key_of(entity.account, entity.name); }
  static const R* find(const store::Snapshot& snapshot, std::string_view account, std::string_view name) {
    return record::find<R>(snapshot, key_of(account, name));
  }
  static Result<std::optional<R>, wire::Error> read(Transaction& transaction, std::string_view account,
                                                    std::string_view name) {
    return transaction.read<R>(key_of(account, name));
  }
  template <class Visit>
  static void scan(const store::Snapshot& snapshot, std::string_view account, std::string_view after,
                   Visit visit) {
    record::scan<R>(snapshot, record::kind_prefix(account, "-", R::kind),
                    after.empty() ? std::string() : key_of(account, after), visit);
  }
};

template <>
struct Entity<record::Role> : NamedEntity<record::Role, record::role_key> {
  static constexpr std::string_view name_parameter = "RoleName";  // also the element of answers
  static constexpr std::string_view noun = "role";
  static constexpr std::string_view title = "Role";
  static const TextRule& name_rule() { return rule::role_name; }
  static const TextRule& attached_name_rule() { return rule::role_name; }
  static std::string authorised(const wire::Call& call) { return resource::role(call); }
  static std::int64_t inline_limit(const wire::Quotas& quotas) {
    return quotas.inline_policy_characters_per_role;
  }
  static std::int64_t attached_limit(const wire::Quotas& quotas) { return quotas.attached_policies_per_role; }
};

template <>
struct Entity<record::User> : NamedEntity<record::User, record::user_key> {
  static constexpr std::string_view name_parameter = "UserName";
  static constexpr std::string_view noun = "user";
  static constexpr std::string_view title = "User";
  static const TextRule& name_rule() { return rule::user_name; }
  // The model is stricter in the operations that came later.
  static const TextRule& attached_name_rule() { return rule::new_user_name; }
  static std::string authorised(const wire::Call& call) { return resource::user(call); }
  static std::int64_t inline_limit(const wire::Quotas& quotas) {
    return quotas.inline_policy_characters_per_user;
  }
  static std::int64_t attached_limit(const wire::Quotas& quotas) { return quotas.attached_policies_per_user; }
};

template <>
struct Entity<record::Group> {
  static constexpr std::string_view name_parameter = "GroupName";
  static constexpr std::string_view noun = "group";
  static constexpr std::string_view title = "Group";
  static const TextRule& name_rule() { return rule::group_name; }
  static const TextRule& attached_name_rule() { return rule::group_name; }
  static std::string authorised(const wire::Call& call) { return resource::group(call); }
  static std::int64_t inline_limit(const wire::Quotas& quotas) {
    return quotas.inline_policy_characters_per_group;
  }
  static std::int64_t attached_limit(const wire::Quotas& quotas) {
    return quotas.attached_policies_per_group;
  }
  static std::string key(const record::Group& group) { return record::group_key(group.account, group.id); }
  static const record::Group* find(const store::Snapshot& snapshot, std::string_view account,
                                   std::string_view name) {
    const auto* named = record::find<record::GroupName>(snapshot, record::group_name_key(account, name));
    if (named == nullptr) return nullptr;
    return record::find<record::Group>(snapshot, record::group_key(account, named->group));
  }
  static Result<std::optional<record::Group>, wire::Error> read(Transaction& transaction,
                                                                std::string_view account,
                                                                std::string_view name) {
    auto named = transaction.read<record::GroupName>(record::group_name_key(account, name));
    if (!named) return std::move(named).error();
    if (!*named) return std::optional<record::Group>();
    return transaction.read<record::Group>(record::group_key(account, (*named)->group));
  }
  template <class Visit>
  static void scan(const store::Snapshot& snapshot, std::string_view account, std::string_view after,
                   Visit visit) {
    record::scan<record::GroupName>(snapshot, record::kind_prefix(account, "-", record::GroupName::kind),
                                    after.empty() ? std::string() : record::group_name_key(account, after),
                                    [&](const record::GroupName& named) {
                                      const auto* group = record::find<record::Group>(
                                          snapshot, record::group_key(account, named.group));
                                      return group == nullptr || visit(*group);
                                    });
  }
};

template <class R>
wire::Error no_such_entity(std::string_view name) {
  return no_such_entity(Entity<R>::noun, name);
}

// Null when there is none.
template <class R>
const R* find_entity(const wire::Call& call, std::string_view name) {
  return Entity<R>::find(*call.snapshot, call.account(), name);
}

// An entity that the call is not authorised for by itself.
template <class R>
Result<R, wire::Error> read_named(const wire::Call& call, Transaction& transaction, std::string_view name) {
  auto found = Entity<R>::read(transaction, call.account(), name);
  if (!found) return std::move(found).error();
  if (!*found) return no_such_entity<R>(name);
  return **std::move(found);
}

// The entity of the transaction. One that was made again under another path since the call was authorised is
// not the one that the caller may change.
template <class R>
Result<R, wire::Error> read_entity(const wire::Call& call, Transaction& transaction, std::string_view name) {
  auto found = read_named<R>(call, transaction, name);
  if (!found) return found;
  const bool authorised = found->arn(call.house.names.partition) == Entity<R>::authorised(call);
  if (!authorised) return of_store({store::Fault::conflict, {}});
  return found;
}

template <class R>
void write_entity(Transaction& transaction, const R& entity) {
  transaction.write(Entity<R>::key(entity), entity);
}

// Edits one entity and answers nothing: `edit(R&, Transaction&)` changes it or refuses.
template <class R, class Edit>
HandlerAnswer edit_entity(wire::Call& call, std::string_view name, Edit edit) {
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto entity = read_entity<R>(call, transaction, name);
    if (!entity) return std::move(entity).error();
    const Result<Done, wire::Error> edited = edit(*entity, transaction);
    if (!edited) return edited.error();
    write_entity(transaction, *entity);
    return wire::nothing();
  });
}

}  // namespace openirsa::iam
