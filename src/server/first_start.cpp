#include "server/first_start.h"

#include <spdlog/spdlog.h>

#include "iam/bootstrap.h"
#include "record/identity.h"
#include "record/key.h"
#include "record/record.h"
#include "record/secrets.h"
#include "server/ring_keeper.h"

namespace openirsa::server {
namespace {

// A wrong master key must be seen before anything is written: what it sealed, the right one could not read.
bool is_sealed_with_another_key(const store::Snapshot& snapshot) {
  std::size_t readable = 0;
  std::size_t unreadable = 0;
  snapshot.scan("", "", [&](const store::Item& item) {
    const std::string_view kind = record::kind_of(item.key);
    if (kind == record::AccessKey::kind || kind == record::RingKey::kind ||
        kind == record::AuthorityRecord::kind) {
      ++(item.decoded == nullptr ? unreadable : readable);
    }
    return readable == 0;
  });
  return readable == 0 && unreadable > 0;
}

Result<Done, DirectoryError> write_credentials(const store::Snapshot& snapshot,
                                               const DataDirectory& directory, const std::string& account) {
  const record::AccessKey* found = nullptr;
  record::scan<record::AccessKey>(snapshot, record::kind_prefix(account, "-", record::AccessKey::kind), "",
                                  [&](const record::AccessKey& key) {
                                    if (key.active && key.user == "admin") found = &key;
                                    return found == nullptr;
                                  });
  if (found == nullptr) {
    spdlog::warn("there is no credentials file and no active access key of `admin` to write one from");
    return Done{};
  }
  std::string text = "[default]\naws_access_key_id = " + found->id +
                     "\naws_secret_access_key = " + std::string(found->secret.expose()) + "\n";
  auto done = directory.write("credentials", text);
  wipe(text);
  return done;
}

}  // namespace

Result<std::string, DirectoryError> ensure_first_start(store::Mirror& mirror, const record::Vault& vault,
                                                       const DataDirectory& directory,
                                                       const std::string& account_id,
                                                       std::string_view partition, Time now) {
  if (is_sealed_with_another_key(*mirror.snapshot())) {
    return DirectoryError{
        "the store was written with another master key: none of its secrets can be read; give this server "
        "the "
        "key that it was made with (master.key, master_key.file or master_key.command)"};
  }
  bool first = false;
  if (mirror.snapshot()->find(record::server_key()) == nullptr) {
    auto made = iam::make_first_identities(mirror, vault, now, account_id, partition);
    if (!made) return DirectoryError{"cannot make the first identities: " + made.error().message};
    spdlog::info("first start: made account {} and user {}", made->account, made->user);
    first = true;
  }
  const auto snapshot = mirror.snapshot();
  const auto* server = record::find<record::ServerIdentity>(*snapshot, record::server_key());
  if (server == nullptr) {
    return DirectoryError{
        "the server's identity in the store cannot be read; was it written by a newer release?"};
  }
  if (!account_id.empty() && account_id != server->account) {
    return DirectoryError{"account_id is " + account_id + ", but this data directory belongs to account " +
                          server->account + "; leave account_id out or use another data_dir"};
  }
  if (auto done = iam::name_first_account(mirror, vault, server->account); !done)
    return DirectoryError{"cannot name the first account: " + done.error().message};
  if (auto done = turn_ring(mirror, vault, now); !done) return std::move(done).error();
  // Beside a new store an old file holds a key that nobody knows any more.
  if (first || !std::filesystem::exists(directory.file("credentials"))) {
    if (auto done = write_credentials(*snapshot, directory, server->account); !done)
      return std::move(done).error();
  }
  return server->account;
}

}  // namespace openirsa::server
