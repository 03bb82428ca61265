// SQLite with our manners: results instead of codes, statements that are always reset, keys and values as
// blobs. The only include of sqlite3.h. A connection is used by one thread at a time; its owner sees to that.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "store/store.h"

namespace openirsa::store {

class SqliteDatabase;

// One execution of a statement; ends the execution when it goes out of scope, so that no read transaction
// lingers.
class SqliteRun {
 public:
  SqliteRun(SqliteDatabase& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  SqliteRun(const SqliteRun&) = delete;
  SqliteRun& operator=(const SqliteRun&) = delete;
  ~SqliteRun();

  // Parameters count from 1. REQUIRES: the bytes stay until the run ends.
  SqliteRun& bind(int parameter, std::string_view bytes);
  SqliteRun& bind(int parameter, std::int64_t number);

  // Whether there is a row; to be called until there is none.
  Result<bool, Error> next();
  // For statements without rows.
  Result<Done, Error> finish();

  // Columns count from 0. REQUIRES: next() answered true.
  std::string blob(int column) const;
  std::int64_t number(int column) const;
  bool is_null(int column) const;

 private:
  SqliteDatabase& database_;
  sqlite3_stmt* statement_;
  int bind_code_ = SQLITE_OK;
};

class SqliteStatement {
 public:
  SqliteStatement() = default;
  SqliteStatement(SqliteDatabase& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement, &sqlite3_finalize) {}

  // REQUIRES: the statement came from prepare(), and an earlier run of it has ended.
  SqliteRun run() { return {*database_, statement_.get()}; }

 private:
  SqliteDatabase* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_{nullptr, &sqlite3_finalize};
};

class SqliteDatabase {
 public:
  // REQUIRES: the file exists.
  static Result<std::unique_ptr<SqliteDatabase>, Error> open(const std::string& path);

  Result<Done, Error> execute(const char* sql);
  Result<SqliteStatement, Error> prepare(std::string_view sql);
  // The first column of the first row.
  Result<std::int64_t, Error> number(std::string_view sql);
  Result<std::string, Error> text(std::string_view sql);

  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  std::int64_t rows_changed() const { return sqlite3_changes64(handle_.get()); }
  // Names the path and what SQLite says about the code.
  Error error(int code) const;

 private:
  SqliteDatabase(std::string path, sqlite3* handle)
      : path_(std::move(path)), handle_(handle, &sqlite3_close) {}

  std::string path_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

}  // namespace openirsa::store
