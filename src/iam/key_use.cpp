#include "iam/key_use.h"

#include "record/identifier.h"
#include "record/identity.h"

namespace openirsa::iam {
namespace {

constexpr std::chrono::minutes pause{15};

}  // namespace

void AccessKeyUses::used(std::string_view access_key_id, std::string_view service, std::string_view region,
                         Time now) {
  Shard& shard = shard_of(access_key_id);
  const std::scoped_lock lock(shard.mutex);
  auto found = shard.keys.find(access_key_id);
  if (found == shard.keys.end()) found = shard.keys.try_emplace(std::string(access_key_id)).first;
  Noted& noted = found->second;
  noted.use.used = now;
  noted.use.service = service;
  noted.use.region = region;
  noted.unwritten = true;
}

std::optional<wire::KeyUse> AccessKeyUses::last(std::string_view access_key_id) const {
  const Shard& shard = shard_of(access_key_id);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.keys.find(access_key_id);
  if (found == shard.keys.end()) return std::nullopt;
  return found->second.use;
}

std::vector<std::pair<std::string, wire::KeyUse>> AccessKeyUses::due(Time now, bool all) {
  std::vector<std::pair<std::string, wire::KeyUse>> due;
  for (Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    std::erase_if(shard.keys, [&](const auto& key) {
      return !key.second.unwritten && now - key.second.written >= pause;
    });
    for (const auto& [id, noted] : shard.keys) {
      if (noted.unwritten && (all || now - noted.written >= pause)) due.emplace_back(id, noted.use);
    }
  }
  return due;
}

Result<Done, store::Error> AccessKeyUses::write(store::Mirror& mirror, const record::Vault& vault, Time now,
                                                bool all) {
  for (const auto& [id, use] : due(now, all)) {
    if (auto done = write_one(mirror, vault, now, id, use); !done) return done;
  }
  return Done{};
}

// The commit expects the key as it is: the use of a key that is deleted meanwhile is not written after it.
Result<Done, store::Error> AccessKeyUses::write_one(store::Mirror& mirror, const record::Vault& vault,
                                                    Time now, const std::string& id,
                                                    const wire::KeyUse& use) {
  const std::string account = record::account_of_access_key(id).value_or("");
  const std::string owner = record::access_key_key(account, id);
  const auto snapshot = mirror.snapshot();
  const store::Item* item = snapshot->find(owner);
  if (item == nullptr) {
    Shard& shard = shard_of(id);
    const std::scoped_lock lock(shard.mutex);
    shard.keys.erase(id);
    return Done{};
  }
  const std::string key = record::access_key_use_key(account, id);
  const record::AccessKeyUse kept{
      .account = account, .id = id, .used = use.used, .service = use.service, .region = use.region};
  store::Commit commit;
  commit.expect.push_back({owner, item->revision});
  commit.puts.push_back({key, kept.to_text(vault, key)});
  const auto done = mirror.commit(commit);
  // Changed meanwhile: the next round sees what became of it.
  if (!done && done.error().code == store::Fault::conflict) return Done{};
  if (!done) return done.error();
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.keys.find(id);
  if (found == shard.keys.end()) return Done{};
  found->second.written = now;
  if (found->second.use.used == use.used) found->second.unwritten = false;
  return Done{};
}

}  // namespace openirsa::iam
