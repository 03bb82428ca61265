#include "server/ring_keeper.h"

#include <spdlog/spdlog.h>

#include "record/key.h"
#include "record/secrets.h"
#include "sts/key_ring.h"

namespace openirsa::server {
namespace {

constexpr std::chrono::minutes look{10};

}  // namespace

Result<Done, DirectoryError> turn_ring(store::Mirror& mirror, const record::Vault& vault, Time now) {
  const sts::RingChange change = sts::plan_ring_change(*mirror.snapshot(), now);
  if (!change.fresh && change.ended.empty()) return Done{};
  store::Commit commit;
  if (change.fresh) {
    const std::string key = record::ring_key_key(change.fresh->id);
    commit.expect.push_back({key, 0});
    commit.puts.push_back({key, change.fresh->to_text(vault, key)});
  }
  for (const std::string& id : change.ended) commit.deletes.push_back(record::ring_key_key(id));
  if (auto done = mirror.commit(commit); !done) {
    return DirectoryError{"cannot keep the session ring key: " + done.error().message};
  }
  return Done{};
}

RingKeeper::RingKeeper(store::Mirror& mirror, const record::Vault& vault, const Clock& clock)
    : repeater_(look, [&mirror, &vault, &clock] {
        if (auto done = turn_ring(mirror, vault, clock.now()); !done)
          spdlog::error("{}", done.error().message);
      }) {}

}  // namespace openirsa::server
