// The accounts of this server. All three are for the host's administrator, over the admin socket: an account
// learns nothing of the others.
#pragma once

#include "wire/operation.h"

namespace openirsa::own {

// A new account with its root, its user `admin` and one access key, whose secret is told in this answer and
// never again.
Result<wire::Answer, wire::Error> create_account(wire::Call& call);
Result<wire::Answer, wire::Error> get_account(wire::Call& call);  // by name or id
Result<wire::Answer, wire::Error> list_accounts(wire::Call& call);

}  // namespace openirsa::own
