// The SQLite store's own promises: one process, private files, and nothing believed that is not ours and
// whole.
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "store/store.h"
#include "store/test_directory.h"

namespace openirsa::store {
namespace {

class SqliteStore : public ::testing::Test {
 protected:
  void fill() {
    auto store = open_sqlite_store(path_);
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE((*store)->commit({{}, {{"k" + std::to_string(i), std::string(2000, 'v')}}, {}}));
    }
  }
  // Runs SQL on the closed database, as another program would.
  void tamper(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
  void expect_refused(const std::string& reason) {
    const auto refused = open_sqlite_store(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Fault::unavailable);
    EXPECT_NE(refused.error().message.find(path_), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find(reason), std::string::npos) << refused.error().message;
  }
  static mode_t mode_of(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }

  TestDirectory directory_;
  std::string path_ = std::filesystem::canonical(directory_.path(".")).string() + "/store.db";
};

TEST_F(SqliteStore, files_are_private_whatever_the_umask_and_the_past) {
  std::ofstream(path_).close();
  ::chmod(path_.c_str(), 0666);
  const auto umask = ::umask(0);
  const auto store = open_sqlite_store(path_);
  ::umask(umask);
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE((*store)->commit({{}, {{"a", "1"}}, {}}));
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"})
    EXPECT_EQ(mode_of(path_ + suffix), 0600U) << suffix;
}

TEST_F(SqliteStore, second_open_is_refused_and_names_the_holder) {
  {
    const auto first = open_sqlite_store(path_);
    ASSERT_TRUE(first) << first.error().message;
    expect_refused("is held by process " + std::to_string(::getpid()));
    std::filesystem::create_symlink(path_, directory_.path("alias.db"));
    EXPECT_FALSE(open_sqlite_store(directory_.path("alias.db")))
        << "one database has one lock, whatever its name";
    (*first)->close();
    EXPECT_TRUE(open_sqlite_store(path_)) << "closing lets go";
  }
  EXPECT_TRUE(open_sqlite_store(directory_.path("alias.db")));
}

TEST_F(SqliteStore, a_dead_holder_holds_nothing) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto held = open_sqlite_store(path_);
    const char answer = held ? 'y' : 'n';
    if (::write(pipe[1], &answer, 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(pipe[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  expect_refused("is held by process " + std::to_string(child));
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const auto store = open_sqlite_store(path_);
  EXPECT_TRUE(store) << store.error().message;
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(SqliteStore, a_good_database_opens_again) {
  fill();
  const auto store = open_sqlite_store(path_);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(*(*store)->revision(), 100);
}

TEST_F(SqliteStore, the_log_does_not_grow_without_end) {
  {
    const auto store = open_sqlite_store(path_, {.revisions = 8, .bytes = 1024 * 1024});
    ASSERT_TRUE(store);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE((*store)->commit({{}, {{"k", std::to_string(i)}}, {}}));
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
  sqlite3_stmt* count = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(database, "SELECT count(*) FROM change", -1, &count, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(count), SQLITE_ROW);
  EXPECT_GE(sqlite3_column_int(count, 0), 8);
  EXPECT_LE(sqlite3_column_int(count, 0), 10);
  sqlite3_finalize(count);
  sqlite3_close(database);
}

TEST_F(SqliteStore, another_programs_database_is_refused) {
  tamper("CREATE TABLE theirs (x)");
  expect_refused("is a database of another program");
  tamper("PRAGMA application_id = 7");
  expect_refused("is a database of another program");
}

TEST_F(SqliteStore, a_newer_database_is_refused_and_left_alone) {
  fill();
  tamper("PRAGMA user_version = 2");
  expect_refused("was made by a newer version");
  tamper("PRAGMA user_version = 1");
  EXPECT_TRUE(open_sqlite_store(path_));
}

TEST_F(SqliteStore, a_database_without_its_tables_is_refused) {
  fill();
  tamper("DROP TABLE change");
  expect_refused("SQL logic error");
}

TEST_F(SqliteStore, a_database_without_its_state_is_refused) {
  fill();
  tamper("DELETE FROM state");
  expect_refused("malformed");
}

TEST_F(SqliteStore, a_gap_in_the_log_is_refused) {
  fill();
  tamper("DELETE FROM change WHERE id / 128 = 50");
  expect_refused("malformed");
}

TEST_F(SqliteStore, a_file_that_is_no_database_is_refused) {
  std::ofstream(path_) << std::string(10'000, 'x');
  expect_refused("not a database");
}

TEST_F(SqliteStore, a_truncated_database_is_refused) {
  fill();
  std::filesystem::resize_file(path_, 20 * 4096);
  expect_refused("malformed");
}

TEST_F(SqliteStore, a_damaged_page_is_refused) {
  fill();
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(10 * 4096);
  file << std::string(4096, '\x5a');
  file.close();
  expect_refused("damaged");
}

TEST_F(SqliteStore, a_place_that_cannot_hold_a_file_is_refused) {
  path_ = path_ + ".absent/store.db";
  expect_refused("No such file or directory");
}

}  // namespace
}  // namespace openirsa::store
