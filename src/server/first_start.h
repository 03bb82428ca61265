// What the first start makes and every start checks: account, administrator, session ring key, credentials
// file.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "record/vault.h"
#include "server/data_directory.h"
#include "store/mirror.h"

namespace openirsa::server {

// Answers the server's own account. Refuses an `account_id` setting that is not the account of the data
// directory, and a store whose secrets cannot be read with this master key. A lost credentials file is
// written again from the administrator's key, and an account that an earlier release left without a name is
// named. An empty `account_id` takes the store's, or a random one.
Result<std::string, DirectoryError> ensure_first_start(store::Mirror& mirror, const record::Vault& vault,
                                                       const DataDirectory& directory,
                                                       const std::string& account_id,
                                                       std::string_view partition, Time now);

}  // namespace openirsa::server
