// Does the data directory keep others out, and is the master key never lost in silence?
#include "server/data_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "server/test_server.h"
#include "store/test_directory.h"

namespace openirsa::server {
namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

void put(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

class DataDirectoryTest : public testing::Test {
 protected:
  DataDirectory open() {
    auto directory = DataDirectory::open(path_);
    EXPECT_TRUE(directory) << (directory ? "" : directory.error().message);
    return std::move(*directory);
  }
  std::string refusal() {
    const auto directory = DataDirectory::open(path_);
    return directory ? "accepted" : directory.error().message;
  }
  static std::string key_refusal(const DataDirectory& directory, const std::string& file,
                                 const std::string& command, bool data_exists = false) {
    const auto key = load_master_key(directory, file, command, data_exists);
    return key ? "accepted" : key.error().message;
  }

  store::TestDirectory parent_{store::Where::memory};
  const std::filesystem::path path_ = parent_.path("a/data");
  const std::string hex_ = std::string(64, 'a');
};

TEST_F(DataDirectoryTest, is_made_for_its_owner_alone_and_opened_again) {
  const auto directory = open();
  EXPECT_EQ(mode_of(path_), 0700U);
  EXPECT_EQ(read_all(path_ / "FORMAT"), "1\n");
  EXPECT_EQ(mode_of(path_ / "FORMAT"), 0600U);
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(DataDirectoryTest, a_relative_path_becomes_absolute) {
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(parent_.path(""));
  const auto directory = DataDirectory::open("relative/./data/");
  std::filesystem::current_path(here);
  ASSERT_TRUE(directory) << directory.error().message;
  EXPECT_EQ(directory->path(), std::filesystem::path(parent_.path("relative/data")));
  EXPECT_EQ(mode_of(parent_.path("relative/data")), 0700U);
}

TEST_F(DataDirectoryTest, one_that_others_may_enter_is_refused) {
  open();
  for (const unsigned mode : {0750U, 0701U, 0777U}) {
    ::chmod(path_.c_str(), mode);
    EXPECT_EQ(refusal(),
              "others may enter the data directory " + path_.string() + "; say: chmod 700 " + path_.string());
  }
}

TEST_F(DataDirectoryTest, what_is_something_else_is_refused) {
  std::filesystem::create_directories(path_);
  ::chmod(path_.c_str(), 0700);
  put(path_ / "photo.jpg", "x");
  EXPECT_NE(refusal().find("neither empty nor a data directory of openirsa"), std::string::npos);
  std::filesystem::rename(path_ / "photo.jpg", path_ / "lost+found");
  EXPECT_EQ(refusal(), "accepted");

  std::filesystem::remove_all(path_);
  put(path_, "a file");
  EXPECT_EQ(refusal(), path_.string() + " is not a directory");
}

TEST_F(DataDirectoryTest, a_start_that_was_cut_short_does_not_stand_in_the_way) {
  std::filesystem::create_directories(path_);
  ::chmod(path_.c_str(), 0700);
  put(path_ / "FORMAT.new", "");
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(DataDirectoryTest, another_format_is_refused) {
  open();
  put(path_ / "FORMAT", "2\n");
  EXPECT_EQ(refusal(),
            path_.string() +
                " has format 2, this program reads format 1; use the release that wrote it or a newer one");
  put(path_ / "FORMAT", "one\n");
  EXPECT_EQ(refusal(), (path_ / "FORMAT").string() + " does not hold a number");
  put(path_ / "FORMAT", "1\n");
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(DataDirectoryTest, a_second_server_is_refused_with_the_first_ones_process) {
  {
    auto first = open();
    ASSERT_TRUE(first.lock());
    auto moved = std::move(first);
    auto second = open();
    const auto locked = second.lock();
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.error().message, "another server (process " + std::to_string(::getpid()) +
                                          ") is using " + path_.string() +
                                          "; stop it, or give this one another data_dir");
  }
  auto third = open();
  EXPECT_TRUE(third.lock());
}

TEST_F(DataDirectoryTest, the_lock_of_a_dead_process_is_nobodys) {
  open();
  const pid_t child = ::fork();
  if (child == 0) {
    auto directory = DataDirectory::open(path_);
    ::_exit(directory && directory->lock() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(read_all(path_ / "lock"), std::to_string(child));
  auto next = open();
  EXPECT_TRUE(next.lock());
  EXPECT_EQ(read_all(path_ / "lock"), std::to_string(::getpid()));
}

TEST_F(DataDirectoryTest, writes_are_whole_and_private) {
  const auto directory = open();
  put(path_ / "credentials", "old and longer");
  put(path_ / "credentials.new", "left behind");
  ::chmod((path_ / "credentials.new").c_str(), 0644);
  ASSERT_TRUE(directory.write("credentials", "new"));
  EXPECT_EQ(read_all(path_ / "credentials"), "new");
  EXPECT_EQ(mode_of(path_ / "credentials"), 0600U);
  EXPECT_FALSE(std::filesystem::exists(path_ / "credentials.new"));

  std::filesystem::create_directory(path_ / "taken");
  const auto failed = directory.write("taken", "text");
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.starts_with("cannot write " + (path_ / "taken").string() + ": "));
  EXPECT_FALSE(std::filesystem::exists(path_ / "taken.new"));
}

TEST_F(DataDirectoryTest, reads_are_bounded) {
  put(parent_.path("file"), std::string(64, 'x'));
  EXPECT_TRUE(read_file(parent_.path("file"), 64));
  EXPECT_FALSE(read_file(parent_.path("file"), 63));
  EXPECT_FALSE(read_file(parent_.path("absent"), 63));
}

TEST_F(DataDirectoryTest, the_master_key_is_made_once) {
  const auto directory = open();
  const auto made = load_master_key(directory, "", "", false);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->inside);
  EXPECT_EQ(made->bytes.expose().size(), 32U);
  EXPECT_EQ(mode_of(path_ / "master.key"), 0600U);
  EXPECT_EQ(read_all(path_ / "master.key"), to_hex(made->bytes.expose()) + "\n");
  const auto again = load_master_key(directory, "", "", true);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->bytes.equals(made->bytes.expose()));
}

TEST_F(DataDirectoryTest, a_lost_master_key_is_not_replaced) {
  const auto directory = open();
  EXPECT_EQ(key_refusal(directory, "", "", true),
            (path_ / "master.key").string() +
                " is missing, and what the store holds cannot be read without it; put it back");
  EXPECT_FALSE(std::filesystem::exists(path_ / "master.key"));
}

TEST_F(DataDirectoryTest, a_master_key_of_another_form_is_refused) {
  const auto directory = open();
  const std::string file = parent_.path("key");
  for (const std::string& text :
       {hex_.substr(1), hex_ + "aa", std::string(64, 'g'), std::string(), " " + hex_}) {
    put(file, text);
    EXPECT_EQ(key_refusal(directory, file, ""), file + " does not hold 64 hex digits") << text;
  }
  put(file, hex_ + " \r\n");
  const auto key = load_master_key(directory, file, "", true);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_FALSE(key->inside);
  EXPECT_TRUE(key->bytes.equals(std::string(32, '\xaa')));
  EXPECT_FALSE(std::filesystem::exists(path_ / "master.key"));
  EXPECT_TRUE(key_refusal(directory, parent_.path("absent"), "").starts_with("cannot read "));
}

TEST_F(DataDirectoryTest, a_command_gives_the_master_key) {
  const auto directory = open();
  const auto key = load_master_key(directory, "", "printf '%064d\\n' 0", true);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_FALSE(key->inside);
  EXPECT_TRUE(key->bytes.equals(std::string(32, '\0')));
  EXPECT_EQ(key_refusal(directory, "", "echo abc"),
            "the output of master_key.command does not hold 64 hex digits");
  // A command may print a key and fail all the same: what it printed is not to be trusted.
  const std::string failing = "printf '%064d' 0; exit 3";
  EXPECT_EQ(key_refusal(directory, "", failing), "master_key.command failed with exit status 3: " + failing);
  EXPECT_EQ(key_refusal(directory, "/x", "echo"),
            "master_key.file and master_key.command are both set; leave one");
}

}  // namespace
}  // namespace openirsa::server
