// The reading connection: sees what is durable, never waits for a writer.
#pragma once

#include <memory>
#include <string>

#include "store/sqlite_database.h"

namespace openirsa::store {

// Not for concurrent use.
class SqliteReader {
 public:
  static Result<std::unique_ptr<SqliteReader>, Error> open(const std::string& path);

  Result<std::optional<Entry>, Error> get(std::string_view key);
  Result<std::vector<Entry>, Error> list(std::string_view prefix, std::string_view after, std::size_t limit);
  Result<Changes, Error> changes(std::string_view prefix, Revision revision);

 private:
  explicit SqliteReader(std::unique_ptr<SqliteDatabase> database) : database_(std::move(database)) {}

  Result<Changes, Error> changes_in_transaction(std::string_view prefix, Revision revision);

  std::unique_ptr<SqliteDatabase> database_;
  SqliteStatement begin_, end_, get_, list_, state_, changes_;
};

}  // namespace openirsa::store
