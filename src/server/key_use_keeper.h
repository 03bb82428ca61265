// Writes down now and then when access keys were last used, and once more at the end.
#pragma once

#include "base/clock.h"
#include "iam/key_use.h"
#include "record/vault.h"
#include "server/repeater.h"
#include "store/mirror.h"

namespace openirsa::server {

// Looks every minute; a failure is logged and tried again at the next look.
class KeyUseKeeper {
 public:
  // REQUIRES: all of them outlive the keeper.
  KeyUseKeeper(iam::AccessKeyUses& uses, store::Mirror& mirror, const record::Vault& vault,
               const Clock& clock);
  ~KeyUseKeeper() { stop(); }
  KeyUseKeeper(const KeyUseKeeper&) = delete;
  KeyUseKeeper& operator=(const KeyUseKeeper&) = delete;
  // REQUIRES: the mirror is still open: what is not written yet is written now.
  void stop();

 private:
  void write(bool all);

  iam::AccessKeyUses& uses_;
  store::Mirror& mirror_;
  const record::Vault& vault_;
  const Clock& clock_;
  Repeater repeater_;  // last: its work uses all the others
};

}  // namespace openirsa::server
