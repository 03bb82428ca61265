// Keeps the ring of session keys turning while the server runs.
#pragma once

#include "base/clock.h"
#include "record/vault.h"
#include "server/data_directory.h"
#include "server/repeater.h"
#include "store/mirror.h"

namespace openirsa::server {

// Once: what the plan for `now` says, in one commit.
Result<Done, DirectoryError> turn_ring(store::Mirror& mirror, const record::Vault& vault, Time now);

// Looks every ten minutes; a failure is logged and tried again at the next look.
class RingKeeper {
 public:
  // REQUIRES: mirror, vault and clock outlive the keeper.
  RingKeeper(store::Mirror& mirror, const record::Vault& vault, const Clock& clock);
  void stop() { repeater_.stop(); }

 private:
  Repeater repeater_;
};

}  // namespace openirsa::server
