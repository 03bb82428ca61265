// What a session comes from: the role or user itself, and every identity before it. A session lives only as
// long as all of them do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/identity.h"
#include "store/mirror.h"
#include "sts/session_seal.h"
#include "wire/caller.h"

namespace openirsa::sts {

// Why a session has ended, for its owner's trace.
struct Ended {
  std::string code;
  std::string detail;
};
std::optional<Ended> end_of(const Statement& statement, const store::Snapshot& snapshot);

// The user that the session's line began with, as he is now: his access key goes with him through a rename,
// the sealed name does not. Null where it began with another, or he is gone.
const record::User* user_of(const Statement& statement, const store::Snapshot& snapshot);

// The ancestors of a session that `caller` makes now: himself first, then his own.
std::vector<wire::Ancestor> ancestors_below(const wire::Caller& caller, Time now);

}  // namespace openirsa::sts
