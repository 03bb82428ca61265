// What the operations on users and their access keys share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "iam/entity.h"

namespace openirsa::iam {

// The ids of the user's access keys, sorted.
std::vector<std::string> key_ids_of(const record::User& user, const store::Snapshot& snapshot);

// Whose access keys a call is about: the user that it names, or the caller.
struct KeyOwner {
  std::string user;  // empty: the account's root
};
// Refuses a caller that is no user and names none.
Result<KeyOwner, wire::Error> key_owner(const wire::Call& call, std::optional<std::string_view> given);

}  // namespace openirsa::iam
