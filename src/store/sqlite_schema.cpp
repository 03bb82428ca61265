#include "store/sqlite_schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace openirsa::store {
namespace {

constexpr std::int64_t application_id = 0x4f495253;  // "OIRS", at byte 68 of the file
constexpr std::int64_t format_version = 1;

// `state` has one row. `change` keeps the recent past for changes(); a null value there is a deletion.
constexpr const char* create_tables = R"sql(
  BEGIN IMMEDIATE;
  CREATE TABLE entry (key BLOB NOT NULL UNIQUE, value BLOB NOT NULL, revision INTEGER NOT NULL);
  CREATE TABLE change (id INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB);
  CREATE TABLE state (revision INTEGER NOT NULL, compacted INTEGER NOT NULL);
  INSERT INTO state VALUES (0, 0);
  PRAGMA application_id = 1330205267;
  PRAGMA user_version = 1;
  COMMIT;
)sql";
static_assert(application_id == 1330205267 && format_version == 1, "the statements above spell them out");

Error failure(const std::string& path, int code) {
  return {Fault::unavailable, "cannot make `" + path + "`: " + std::generic_category().message(code)};
}

Error refused(const std::string& path, const std::string& why) {
  return {Fault::unavailable, "`" + path + "` " + why};
}

// The new name itself must survive a power cut.
Result<Done, Error> sync_directory_of(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path().string();
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failure(path, errno);
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0) return failure(path, code);
  return Done{};
}

Result<Done, Error> check_identity(SqliteDatabase& database, const std::string& path) {
  const auto identity = database.number("PRAGMA application_id");
  if (!identity) return identity.error();
  const auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*identity == 0 && *version == 0 && *tables == 0) return database.execute(create_tables);
  if (*identity != application_id) return refused(path, "is a database of another program");
  if (*version > format_version) {
    return refused(path, "was made by a newer version of this program (format " + std::to_string(*version) +
                             "; this one knows format " + std::to_string(format_version) + ")");
  }
  if (*version != format_version) return refused(path, "has no known format");
  return Done{};
}

Result<Done, Error> check_integrity(SqliteDatabase& database, const std::string& path) {
  const auto found = database.text("PRAGMA quick_check(1)");
  if (!found) return found.error();
  if (*found != "ok") return refused(path, "is damaged: " + *found);
  return Done{};
}

}  // namespace

Result<Done, Error> make_database_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failure(path, errno);
  // SQLite gives its -wal and -shm files the mode of the database.
  const int code = ::fchmod(descriptor, S_IRUSR | S_IWUSR) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0) return failure(path, code);
  return sync_directory_of(path);
}

Result<std::unique_ptr<SqliteDatabase>, Error> open_for_writing(const std::string& path) {
  auto database = SqliteDatabase::open(path);
  if (!database) return database;
  const auto mode = (*database)->text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal")
    return refused(path, "cannot use a write-ahead log (it is on a file system without shared memory?)");
  // FULL: in WAL mode the log is synced at every commit (sqlite.org/pragma.html#pragma_synchronous).
  if (auto set = (*database)->execute("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; "
                                      "PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 67108864");
      !set) {
    return std::move(set).error();
  }
  if (auto checked = check_identity(**database, path); !checked) return std::move(checked).error();
  if (auto checked = check_integrity(**database, path); !checked) return std::move(checked).error();
  return database;
}

Result<std::unique_ptr<SqliteDatabase>, Error> open_for_reading(const std::string& path) {
  auto database = SqliteDatabase::open(path);
  if (!database) return database;
  if (auto set = (*database)->execute("PRAGMA query_only = ON; PRAGMA cell_size_check = ON"); !set) {
    return std::move(set).error();
  }
  return database;
}

}  // namespace openirsa::store
