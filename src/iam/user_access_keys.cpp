// The access keys of users and of the account's root.
#include <algorithm>

#include "base/time_text.h"
#include "iam/input.h"
#include "iam/page.h"
#include "iam/user_edit.h"
#include "record/identifier.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::AccessKey;
using record::User;
using wire::Call;
using wire::Caller;
using wire::Code;
using wire::Error;

template <class Belongs>
std::vector<std::string> scan_keys(const store::Snapshot& snapshot, const std::string& account,
                                   Belongs belongs) {
  std::vector<std::string> ids;
  const auto prefix = record::kind_prefix(account, "-", AccessKey::kind);
  record::scan<AccessKey>(snapshot, prefix, {}, [&](const AccessKey& key) {
    if (belongs(key)) ids.push_back(key.id);
    return true;
  });
  return ids;
}

std::vector<std::string> root_key_ids(const store::Snapshot& snapshot, const std::string& account) {
  return scan_keys(snapshot, account, [](const AccessKey& key) { return key.user.empty(); });
}

std::string_view status_of(const AccessKey& key) { return key.active ? "Active" : "Inactive"; }

// One list of keys that a transaction may change: a user's, counted in the user's record, so that two callers
// at once do not exceed the quota; or the root's.
struct Keys {
  std::optional<User> user;  // nothing: the root's
  std::vector<std::string> ids;

  std::string name() const { return user ? user->name : std::string(); }
  void write(Transaction& transaction) {
    if (!user) return;
    user->access_keys = ids;
    write_entity(transaction, *user);
  }
};

Result<Keys, Error> read_keys(const Call& call, Transaction& transaction, const KeyOwner& owner) {
  const auto snapshot = call.house.mirror.snapshot();
  if (owner.user.empty()) return Keys{.user = {}, .ids = root_key_ids(*snapshot, call.account())};
  auto user = read_entity<User>(call, transaction, owner.user);
  if (!user) return std::move(user).error();
  Keys keys{.user = *std::move(user), .ids = {}};
  keys.ids = key_ids_of(*keys.user, *snapshot);
  return keys;
}

// Only a key of this owner: another's looks as one that is not there.
Result<AccessKey, Error> read_key(const Call& call, Transaction& transaction, const Keys& keys,
                                  std::string_view id) {
  if (std::ranges::find(keys.ids, id) == keys.ids.end()) return no_such_access_key(id);
  auto key = transaction.read<AccessKey>(record::access_key_key(call.account(), id));
  if (!key) return std::move(key).error();
  if (!*key) return no_such_access_key(id);
  return **std::move(key);
}

}  // namespace

std::vector<std::string> key_ids_of(const User& user, const store::Snapshot& snapshot) {
  if (!user.access_keys) {
    return scan_keys(snapshot, user.account, [&](const AccessKey& key) { return key.user_id == user.id; });
  }
  auto ids = *user.access_keys;
  std::ranges::sort(ids);
  return ids;
}

Result<KeyOwner, Error> key_owner(const Call& call, std::optional<std::string_view> given) {
  if (given) return KeyOwner{std::string(*given)};
  if (call.caller->kind == Caller::Kind::root) return KeyOwner{};
  if (call.caller->kind == Caller::Kind::user) return KeyOwner{call.caller->name};
  return Error{Code::validation_error, "Must specify userName when calling with non-User credentials"};
}

HandlerAnswer create_access_key(Call& call) {
  Input input(call);
  const auto given = input.optional("UserName", rule::user_name);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto owner = key_owner(call, given);
  if (!owner) return owner.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto keys = read_keys(call, transaction, *owner);
    if (!keys) return std::move(keys).error();
    const std::int64_t limit = call.house.quotas.access_keys_per_user;
    if (static_cast<std::int64_t>(keys->ids.size()) >= limit) {
      return quota_exceeded("AccessKeysPerUser", limit);
    }
    const AccessKey key{.id = record::make_access_key_id("AKIA", call.account()),
                        .account = call.account(),
                        .user = keys->name(),
                        .user_id = keys->user ? keys->user->id : std::string(),
                        .secret = record::make_secret_access_key(),
                        .created = call.now};
    transaction.write(record::access_key_key(call.account(), key.id), key);
    keys->ids.push_back(key.id);
    keys->write(transaction);
    wire::Xml xml;
    xml.open("AccessKey");
    if (!key.user.empty()) xml.text("UserName", key.user);
    xml.text("AccessKeyId", key.id);
    xml.text("Status", status_of(key));
    xml.text("SecretAccessKey", key.secret.expose());
    xml.text("CreateDate", to_iso8601(key.created));
    xml.close("AccessKey");
    return wire::xml_answer(xml.take());
  });
}

HandlerAnswer update_access_key(Call& call) {
  Input input(call);
  const auto given = input.optional("UserName", rule::user_name);
  const auto id = input.required("AccessKeyId", rule::access_key_id);
  const auto status = input.required_choice("Status", {"Active", "Inactive", "Expired"});
  if (auto fault = input.fault()) return *std::move(fault);
  if (status == "Expired") {
    return Error{Code::invalid_input, "The status of an access key can be set to Active or Inactive only."};
  }
  const auto owner = key_owner(call, given);
  if (!owner) return owner.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto keys = read_keys(call, transaction, *owner);
    if (!keys) return keys.error();
    auto key = read_key(call, transaction, *keys, id);
    if (!key) return std::move(key).error();
    key->active = status == "Active";
    transaction.write(record::access_key_key(call.account(), key->id), *key);
    return wire::nothing();
  });
}

HandlerAnswer delete_access_key(Call& call) {
  Input input(call);
  const auto given = input.optional("UserName", rule::user_name);
  const auto id = input.required("AccessKeyId", rule::access_key_id);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto owner = key_owner(call, given);
  if (!owner) return owner.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto keys = read_keys(call, transaction, *owner);
    if (!keys) return std::move(keys).error();
    const auto key = read_key(call, transaction, *keys, id);
    if (!key) return key.error();
    transaction.remove(record::access_key_key(call.account(), key->id));
    transaction.remove(record::access_key_use_key(call.account(), key->id));
    std::erase(keys->ids, key->id);
    keys->write(transaction);
    return wire::nothing();
  });
}

HandlerAnswer list_access_keys(Call& call) {
  Input input(call);
  const auto given = input.optional("UserName", rule::user_name);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto owner = key_owner(call, given);
  if (!owner) return owner.error();
  std::vector<std::string> ids;
  if (owner->user.empty()) {
    ids = root_key_ids(*call.snapshot, call.account());
  } else {
    const auto* user = find_entity<User>(call, owner->user);
    if (user == nullptr) return no_such_entity<User>(owner->user);
    ids = key_ids_of(*user, *call.snapshot);
  }
  wire::Xml xml;
  xml.open("AccessKeyMetadata");
  for (const std::string& id : ids) {
    const auto* key = record::find<AccessKey>(*call.snapshot, record::access_key_key(call.account(), id));
    if (key == nullptr || id <= page.after()) continue;
    if (!page.take(id)) break;
    xml.open("member");
    if (!key->user.empty()) xml.text("UserName", key->user);
    xml.text("AccessKeyId", key->id);
    xml.text("Status", status_of(*key));
    xml.text("CreateDate", to_iso8601(key->created));
    xml.close("member");
  }
  xml.close("AccessKeyMetadata");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer get_access_key_last_used(Call& call) {
  Input input(call);
  const auto id = input.required("AccessKeyId", rule::access_key_id);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto* key = record::find<AccessKey>(*call.snapshot, record::access_key_key(call.account(), id));
  // A key of another account and one that was never made look alike.
  if (key == nullptr) return not_authorized(call, "access key " + std::string(id));
  auto use = call.house.key_uses == nullptr ? std::nullopt : call.house.key_uses->last(id);
  if (!use) {
    const auto* kept =
        record::find<record::AccessKeyUse>(*call.snapshot, record::access_key_use_key(call.account(), id));
    if (kept != nullptr) use = {.used = kept->used, .service = kept->service, .region = kept->region};
  }
  wire::Xml xml;
  if (!key->user.empty()) xml.text("UserName", key->user);
  xml.open("AccessKeyLastUsed");
  if (use) xml.text("LastUsedDate", to_iso8601(use->used));
  xml.text("ServiceName", use ? use->service : "N/A");
  xml.text("Region", use ? use->region : "N/A");
  xml.close("AccessKeyLastUsed");
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::iam
