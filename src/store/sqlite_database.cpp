#include "store/sqlite_database.h"

namespace openirsa::store {
namespace {

constexpr int busy_timeout_milliseconds = 5000;

}  // namespace

SqliteRun::~SqliteRun() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

SqliteRun& SqliteRun::bind(int parameter, std::string_view bytes) {
  // SQLite takes a null pointer for NULL, and an empty value is a value.
  const char* data = bytes.empty() ? "" : bytes.data();
  const int code = sqlite3_bind_blob64(statement_, parameter, data, bytes.size(), nullptr);
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

SqliteRun& SqliteRun::bind(int parameter, std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_, parameter, number);
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

Result<bool, Error> SqliteRun::next() {
  if (bind_code_ != SQLITE_OK) return database_.error(bind_code_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_.error(code);
}

Result<Done, Error> SqliteRun::finish() {
  while (true) {
    const auto row = next();
    if (!row) return row.error();
    if (!*row) return Done{};
  }
}

std::string SqliteRun::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (!data || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::int64_t SqliteRun::number(int column) const { return sqlite3_column_int64(statement_, column); }

bool SqliteRun::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<std::unique_ptr<SqliteDatabase>, Error> SqliteDatabase::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path, handle));
  if (code != SQLITE_OK) return database->error(code);
  sqlite3_busy_timeout(handle, busy_timeout_milliseconds);
  // A file that somebody prepared must not make SQLite run anything (sqlite.org/security.html).
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Result<Done, Error> SqliteDatabase::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return Done{};
}

Result<SqliteStatement, Error> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return error(code);
  return SqliteStatement(*this, statement);
}

Result<std::int64_t, Error> SqliteDatabase::number(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::move(statement).error();
  auto run = statement->run();
  const auto row = run.next();
  if (!row) return row.error();
  return *row ? run.number(0) : 0;
}

Result<std::string, Error> SqliteDatabase::text(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::move(statement).error();
  auto run = statement->run();
  const auto row = run.next();
  if (!row) return row.error();
  return *row ? run.blob(0) : std::string();
}

Error SqliteDatabase::error(int code) const {
  std::string message =
      "`" + path_ + "`: " + sqlite3_errstr(code) + " (SQLite code " + std::to_string(code) + ")";
  return {Fault::unavailable, std::move(message)};
}

}  // namespace openirsa::store
