#include "base/text.h"
#include "iam/service.h"
#include "record/identifier.h"
#include "record/identity.h"

namespace openirsa::iam {
namespace {

using wire::Caller;

// Whatever is wrong with the key, the caller reads the same.
wire::Error refuse(wire::Trace& trace, std::string code, std::string detail) {
  trace.fail(wire::Step::access_key_found, std::move(code), std::move(detail));
  return {wire::Code::invalid_client_token_id, "The security token included in the request is invalid."};
}

Caller root_of(const record::AccessKey& key, const std::string& partition) {
  return {.kind = Caller::Kind::root,
          .account = key.account,
          .arn = "arn:" + partition + ":iam::" + key.account + ":root",
          .user_id = key.account,
          .unique_id = key.account,
          .name = {},
          .role_arn = {},
          .access_key_id = key.id,
          .session = nullptr,
          .tags = {}};
}

Caller user_of(const record::AccessKey& key, const record::User& user, const std::string& partition) {
  return {.kind = Caller::Kind::user,
          .account = key.account,
          .arn = user.arn(partition),
          .user_id = user.id,
          .unique_id = user.id,
          .name = user.name,
          .role_arn = {},
          .access_key_id = key.id,
          .session = nullptr,
          .tags = {user.tags.begin(), user.tags.end()}};
}

}  // namespace

bool AccessKeySource::owns(std::string_view access_key_id) const { return access_key_id.starts_with("AKIA"); }

Result<wire::FoundKey, wire::Error> AccessKeySource::find(std::string_view access_key_id,
                                                          const std::optional<std::string>& session_token,
                                                          const store::Snapshot& snapshot, Time,
                                                          wire::Trace& trace) const {
  if (session_token) {
    return refuse(trace, "session_token_with_long_lived_key",
                  "a long-lived access key came with a session token");
  }
  const auto account = record::account_of_access_key(access_key_id);
  if (!account) return refuse(trace, "access_key_unknown", "the access key id does not name an account");
  const auto* key =
      record::find<record::AccessKey>(snapshot, record::access_key_key(*account, access_key_id));
  if (key == nullptr) return refuse(trace, "access_key_unknown", "there is no such access key");
  if (!key->active) return refuse(trace, "access_key_inactive", "the access key is inactive");
  if (key->user.empty()) return wire::FoundKey{.secret = key->secret, .caller = root_of(*key, partition_)};

  const auto* user = record::find<record::User>(snapshot, record::user_key(key->account, key->user));
  // A user made again under the same name does not inherit the keys of the one before.
  if (user == nullptr || user->id != key->user_id) {
    return refuse(trace, "access_key_without_user", "the access key's user does not exist any more");
  }
  return wire::FoundKey{.secret = key->secret, .caller = user_of(*key, *user, partition_)};
}

}  // namespace openirsa::iam
