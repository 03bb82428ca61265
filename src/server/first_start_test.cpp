// Is what a first start makes made once, kept, and never made again over what another key has sealed?
#include "server/first_start.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/text.h"
#include "record/identity.h"
#include "record/secrets.h"
#include "server/test_server.h"
#include "server/test_store.h"

namespace openirsa::server {
namespace {

class FirstStart : public testing::Test {
 protected:
  Result<std::string, DirectoryError> ensure(const std::string& account_id = {}) {
    return ensure_first_start(store_.mirror(), store_.vault(), store_.directory(), account_id, "aws",
                              time_of_seconds(1'800'000'000));
  }
  std::string account(const std::string& account_id = {}) {
    const auto made = ensure(account_id);
    return made ? *made : made.error().message;
  }
  std::filesystem::path credentials() const { return store_.directory().file("credentials"); }

  TestStore store_;
};

TEST_F(FirstStart, makes_an_account_and_the_administrators_credentials) {
  const std::string id = account();
  EXPECT_TRUE(id.size() == 12 && is_digits(id)) << id;
  struct stat status{};
  ASSERT_EQ(::stat(credentials().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);

  const auto lines = read_all(credentials());
  const auto parts = split(lines, '\n');
  ASSERT_EQ(parts.size(), 4U) << "three lines, each with its end";
  EXPECT_EQ(parts[0], "[default]");
  ASSERT_TRUE(parts[1].starts_with("aws_access_key_id = AKIA"));
  const auto key = store_.copy_of<record::AccessKey>(
      record::access_key_key(id, parts[1].substr(std::string_view("aws_access_key_id = ").size())));
  EXPECT_EQ(parts[2], "aws_secret_access_key = " + std::string(key.secret.expose()));
  EXPECT_EQ(key.user, "admin");
}

TEST_F(FirstStart, the_account_has_a_name) {
  const std::string id = account();
  const auto named = store_.copy_of<record::AccountName>(record::account_name_key("default"));
  EXPECT_EQ(named.name, "default");
  EXPECT_EQ(named.account, id);
}

TEST_F(FirstStart, an_account_of_an_earlier_release_gets_its_name) {
  const std::string id = account();
  store::Commit commit;
  commit.deletes.push_back(record::account_name_key("default"));
  ASSERT_TRUE(store_.mirror().commit(commit));
  store_.open('m');
  EXPECT_EQ(account(), id);
  EXPECT_EQ(store_.copy_of<record::AccountName>(record::account_name_key("default")).account, id);
  EXPECT_EQ(store_.count("-/-/account-name/"), 1U);
}

TEST_F(FirstStart, a_second_start_changes_nothing) {
  const std::string id = account("111122223333");
  EXPECT_EQ(id, "111122223333");
  const std::string text = read_all(credentials());
  const auto revision = store_.mirror().snapshot()->revision();
  store_.open('m');
  EXPECT_EQ(account(), id);
  EXPECT_EQ(account("111122223333"), id);
  EXPECT_EQ(store_.mirror().snapshot()->revision(), revision);
  EXPECT_EQ(read_all(credentials()), text);
  EXPECT_EQ(store_.count("-/-/ring-key/"), 1U);
}

TEST_F(FirstStart, lost_credentials_are_written_again) {
  account();
  const std::string text = read_all(credentials());
  std::filesystem::remove(credentials());
  account();
  EXPECT_EQ(read_all(credentials()), text);
}

TEST_F(FirstStart, credentials_of_another_store_do_not_stay) {
  ASSERT_TRUE(store_.directory().write("credentials", "[default]\naws_access_key_id = AKIAOLD\n"));
  account();
  EXPECT_EQ(read_all(credentials()).find("AKIAOLD"), std::string::npos);
}

TEST_F(FirstStart, an_inactive_key_is_not_handed_out) {
  const std::string id = account();
  std::filesystem::remove(credentials());
  store::Commit commit;
  store_.mirror().snapshot()->scan(record::kind_prefix(id, "-", record::AccessKey::kind), "",
                                   [&](const auto& item) {
                                     auto key = *record::as<record::AccessKey>(item);
                                     key.active = false;
                                     commit.puts.push_back({item.key, key.to_text(store_.vault(), item.key)});
                                     return true;
                                   });
  ASSERT_EQ(commit.puts.size(), 1U);
  ASSERT_TRUE(store_.mirror().commit(commit));
  EXPECT_EQ(account(), id);
  EXPECT_FALSE(std::filesystem::exists(credentials()));
}

TEST_F(FirstStart, another_account_is_refused) {
  account("111122223333");
  EXPECT_EQ(
      account("444455556666"),
      "account_id is 444455556666, but this data directory belongs to account 111122223333; leave account_id "
      "out or use another data_dir");
}

TEST_F(FirstStart, another_master_key_is_refused_before_anything_is_written) {
  account("111122223333");
  std::filesystem::remove(credentials());
  store_.open('x');
  const auto revision = store_.mirror().snapshot()->revision();
  EXPECT_TRUE(account().starts_with(
      "the store was written with another master key: none of its secrets can be read;"))
      << account();
  EXPECT_EQ(store_.mirror().snapshot()->revision(), revision);
  EXPECT_FALSE(std::filesystem::exists(credentials()));
  store_.open('m');
  EXPECT_EQ(account(), "111122223333");
}

TEST_F(FirstStart, a_start_that_was_cut_short_is_completed) {
  account("111122223333");
  std::filesystem::remove(credentials());
  std::string ring_key;
  store_.mirror().snapshot()->scan("-/-/ring-key/", "", [&](const auto& item) {
    ring_key = item.key;
    return true;
  });
  store::Commit commit;
  commit.deletes.push_back(ring_key);
  ASSERT_TRUE(store_.mirror().commit(commit));
  EXPECT_EQ(account(), "111122223333");
  EXPECT_EQ(store_.count("-/-/ring-key/"), 1U);
  EXPECT_TRUE(std::filesystem::exists(credentials()));
}

}  // namespace
}  // namespace openirsa::server
