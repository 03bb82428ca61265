// What every back end asks of a commit before it looks at its own state, and how keys are ordered and
// bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace openirsa::store {

// Why the commit can never succeed (too_large, invalid), or nothing.
std::optional<Error> check_commit(const Commit& commit);

std::size_t bytes_of(const Commit& commit);

Error closed_error();
Error compacted_error();
// REQUIRES: `found` differs from what was expected.
Error conflict_error(const Expectation& expected, Revision found);

// The smallest key that list(prefix, after) may answer.
std::string first_key(std::string_view prefix, std::string_view after);
// The smallest key above all keys with the prefix; nothing when there is none.
std::optional<std::string> end_of_prefix(std::string_view prefix);

}  // namespace openirsa::store
