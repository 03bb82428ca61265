// When each long-lived access key was last used: noted in memory on the way of a request, written to the
// store by somebody else now and then.
#pragma once

#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "record/vault.h"
#include "store/mirror.h"
#include "wire/house.h"

namespace openirsa::iam {

class AccessKeyUses final : public wire::KeyUses {
 public:
  void used(std::string_view access_key_id, std::string_view service, std::string_view region,
            Time now) override;
  std::optional<wire::KeyUse> last(std::string_view access_key_id) const override;

  // Writes what the store does not know yet. A key that was written less than a quarter of an hour ago waits,
  // unless `all` (at shutdown). What could not be written is tried again at the next call; a key that does
  // not exist any more is forgotten.
  Result<Done, store::Error> write(store::Mirror& mirror, const record::Vault& vault, Time now, bool all);

 private:
  struct Noted {
    wire::KeyUse use;
    Time written{};         // when the store last heard of the key; the epoch: never
    bool unwritten = true;  // used since
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Keys = std::unordered_map<std::string, Noted, Hash, std::equal_to<>>;
  // Several, so that I/O threads seldom wait for each other.
  struct Shard {
    mutable std::mutex mutex;
    Keys keys;
  };
  Shard& shard_of(std::string_view id) { return shards_[Hash{}(id) % shards_.size()]; }
  const Shard& shard_of(std::string_view id) const { return shards_[Hash{}(id) % shards_.size()]; }
  // What is to be written. What the store has known for long is let go: the store tells it from now on.
  std::vector<std::pair<std::string, wire::KeyUse>> due(Time now, bool all);
  Result<Done, store::Error> write_one(store::Mirror& mirror, const record::Vault& vault, Time now,
                                       const std::string& id, const wire::KeyUse& use);

  std::array<Shard, 16> shards_;
};

}  // namespace openirsa::iam
