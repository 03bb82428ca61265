// The database file: made when absent, and believed only after it proved to be ours, whole, and not from the
// future.
#pragma once

#include <memory>
#include <string>

#include "store/sqlite_database.h"

namespace openirsa::store {

// A log row's id is its revision times this, plus its place in the commit.
constexpr std::int64_t log_ids_per_revision = 128;
static_assert(max_operations_per_commit <= log_ids_per_revision);

// REQUIRES: the caller holds the lock on the path.
Result<Done, Error> make_database_file(const std::string& path);

// A connection for writing, after all checks; makes the tables in an empty file.
Result<std::unique_ptr<SqliteDatabase>, Error> open_for_writing(const std::string& path);

// REQUIRES: open_for_writing() succeeded on the path.
Result<std::unique_ptr<SqliteDatabase>, Error> open_for_reading(const std::string& path);

}  // namespace openirsa::store
