// The writing connection: several commits in one transaction and one fsync, each all or nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/retention.h"
#include "store/sqlite_database.h"

namespace openirsa::store {

// Not for concurrent use: one leader at a time (sqlite_store.cpp).
class SqliteWriter {
 public:
  static Result<std::unique_ptr<SqliteWriter>, Error> open(const std::string& path, LogBound bound);

  // One answer a commit, in order. A commit sees those before it. When the transaction cannot be made durable
  // every answer is Fault::unavailable: a conflict may have been with a commit that did not happen.
  std::vector<Result<Revision, Error>> commit(const std::vector<const Commit*>& commits);

  Revision revision() const { return revision_; }

 private:
  SqliteWriter(std::unique_ptr<SqliteDatabase> database, LogBound bound)
      : database_(std::move(database)), retention_(bound) {}

  Result<Done, Error> prepare();
  Result<Done, Error> load_state(LogBound bound);

  struct Batch;
  Result<Done, Error> begin(Batch& batch);
  Result<Done, Error> end(Batch& batch);
  Result<Revision, Error> apply(const Commit& commit, Batch& batch);
  Result<Done, Error> check(const Commit& commit);
  Result<std::int64_t, Error> write(const Commit& commit, Revision revision);
  Result<Done, Error> log(std::int64_t id, std::string_view key, const std::string* value);

  std::unique_ptr<SqliteDatabase> database_;
  SqliteStatement begin_, commit_, rollback_, savepoint_, release_, undo_;
  SqliteStatement revision_of_, put_, delete_, log_, compact_, set_state_;
  Revision revision_ = 0;
  Revision compacted_ = 0;  // in the database; retention_ may be ahead, and the next transaction follows it
  Retention retention_;
};

}  // namespace openirsa::store
