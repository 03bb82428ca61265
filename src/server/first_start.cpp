#include "server/first_start.h"

#include <spdlog/spdlog.h>

#include "iam/bootstrap.h"
#include "record/identity.h"
#include "record/key.h"
#include "record/record.h"
#include "sts/session_seal.h"

namespace openirsa::server {
namespace {

Result<Done, DirectoryError> ensure_ring_key(store::Mirror& mirror, const record::Vault& vault, Time now) {
  if (sts::newest_ring_key(*mirror.snapshot()) != nullptr) return Done{};
  const record::RingKey ring_key = sts::make_ring_key(now);
  const std::string key = record::ring_key_key(ring_key.id);
  store::Commit commit;
  commit.expect.push_back({key, 0});
  commit.puts.push_back({key, ring_key.to_text(vault, key)});
  if (auto done = mirror.commit(commit); !done) {
    return DirectoryError{"cannot keep the session ring key: " + done.error().message};
  }
  return Done{};
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
                                                       const std::string& account_id, Time now) {
  if (mirror.snapshot()->find(record::server_key()) == nullptr) {
    auto made = iam::make_first_identities(mirror, vault, now, account_id);
    if (!made) return DirectoryError{"cannot make the first identities: " + made.error().message};
    spdlog::info("first start: made account {} and user {}", made->account, made->user);
  }
  const auto snapshot = mirror.snapshot();
  const auto* server = record::find<record::ServerIdentity>(*snapshot, record::server_key());
  if (server == nullptr) return DirectoryError{"the server's identity in the store cannot be read"};
  if (!account_id.empty() && account_id != server->account) {
    return DirectoryError{"account_id is " + account_id + ", but this data directory belongs to account " +
                          server->account + "; leave account_id out or use another data_dir"};
  }
  if (auto done = ensure_ring_key(mirror, vault, now); !done) return std::move(done).error();
  if (!std::filesystem::exists(directory.file("credentials"))) {
    if (auto done = write_credentials(*snapshot, directory, server->account); !done)
      return std::move(done).error();
  }
  return server->account;
}

}  // namespace openirsa::server
