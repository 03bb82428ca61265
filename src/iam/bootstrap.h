// What a new data directory begins with: one account, its root, and the user `admin` who may do everything
// there.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "record/vault.h"
#include "store/store.h"

namespace openirsa::iam {

struct FirstIdentities {
  std::string account;
  std::string user;  // "admin"
  std::string access_key_id;
  Secret secret_access_key;
};

// With an empty `account` a random one is made. REQUIRES: else 12 digits. Makes account, server identity,
// `admin` (AdministratorAccess attached) and one access key in one commit. Refuses (store fault `conflict`)
// when the store already has a server identity.
Result<FirstIdentities, store::Error> make_first_identities(store::Store& store, const record::Vault& vault,
                                                            Time now, std::string_view account = {},
                                                            std::string_view partition = "aws");

}  // namespace openirsa::iam
