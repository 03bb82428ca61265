// Are accounts made and shown, and is a secret that is told once never lost?
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "cli/output.h"
#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

using Calls = std::vector<std::string>;

constexpr const char* path = "/openirsa/v1/accounts";

class AccountVerbs : public Desk {
 protected:
  AccountVerbs() {
    facts_["account"] = "111122223333";
    answer(std::string("POST ") + path, 200,
           R"({"account":{"name":"acme","accountId":"444455556666","createdAt":"2026-11-24T12:00:00Z"},)"
           R"("user":"admin","accessKey":{"accessKeyId":"AKIAACME","secretAccessKey":"s/e+c"}})");
    answer(std::string("GET ") + path + "/acme", 200,
           R"({"account":{"name":"acme","accountId":"444455556666","createdAt":"2026-11-24T12:00:00Z"}})");
    answer(std::string("GET ") + path + "/default", 200,
           R"({"account":{"name":"default","accountId":"111122223333","createdAt":"2026-11-01T12:00:00Z"}})");
  }
  std::string file() const { return directory_.file("credentials-acme"); }
};

TEST_F(AccountVerbs, create_writes_the_credentials_beside_the_first_accounts) {
  const auto ran = run({"create", "account", "acme"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(calls(), (Calls{R"(POST /openirsa/v1/accounts {"name":"acme"})"}));
  EXPECT_EQ(read_file(file()), "[default]\naws_access_key_id = AKIAACME\naws_secret_access_key = s/e+c\n");
  struct stat status{};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(ran.out.find("s/e+c"), std::string::npos);
  EXPECT_NE(ran.out.find("444455556666"), std::string::npos);
  EXPECT_NE(ran.out.find(file()), std::string::npos);
  EXPECT_NE(ran.out.find("openirsa env --account acme"), std::string::npos);
}

TEST_F(AccountVerbs, create_takes_an_id_and_prints_everything_as_json) {
  const auto ran = run({"create", "account", "--name", "acme", "--account-id", "444455556666", "-o", "json"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(calls(), (Calls{R"(POST /openirsa/v1/accounts {"name":"acme","accountId":"444455556666"})"}));
  const auto printed = parse_json_object(ran.out);
  ASSERT_TRUE(printed) << ran.out;
  EXPECT_EQ(printed->at("accessKey").at("secretAccessKey").as_string(), "s/e+c");
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(AccountVerbs, create_prints_what_it_cannot_write) {
  std::filesystem::create_directories(file() + "/in-the-way");
  const auto ran = run({"create", "account", "acme"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.error.find("the account is made, but cannot write " + file()), std::string::npos)
      << ran.error;
  const auto printed = parse_json_object(ran.out);
  ASSERT_TRUE(printed) << ran.out;
  EXPECT_EQ(printed->at("accessKey").at("secretAccessKey").as_string(), "s/e+c");
}

TEST_F(AccountVerbs, create_leaves_the_files_of_other_accounts) {
  ASSERT_TRUE(write_file(file() + ".new", "secret of acme.new", 0600));
  ASSERT_EQ(run({"create", "account", "acme"}).status, 0);
  EXPECT_EQ(read_file(file() + ".new"), "secret of acme.new");
  // Of an account that had the name in a store which is gone, say.
  ASSERT_TRUE(write_file(file(), "the only copy", 0600));
  const auto ran = run({"create", "account", "acme"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.error.find("the account is made, but cannot write " + file() + ": File exists"),
            std::string::npos)
      << ran.error;
  EXPECT_NE(ran.out.find("s/e+c"), std::string::npos) << ran.out;
  EXPECT_EQ(read_file(file()), "the only copy");
}

TEST_F(AccountVerbs, create_says_that_a_name_is_taken) {
  answer(std::string("POST ") + path, 409,
         R"({"message":"An account named `acme` exists already: 444455556666.","accountId":"444455556666"})",
         {{"x-amzn-ErrorType", "ResourceInUseException"}, {"x-amzn-RequestId", "r"}});
  const auto ran = run({"create", "account", "acme"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(
      ran.error,
      "Error: ResourceInUseException: An account named `acme` exists already: 444455556666. (request id "
      "r)\n");
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_EQ(run({"create", "account"}).status, 1);
  EXPECT_EQ(run({"create", "account", ""}).status, 1);
}

TEST_F(AccountVerbs, get_shows_one_or_all) {
  const auto one = run({"get", "account", "acme"});
  EXPECT_EQ(one.status, 0) << one.error;
  EXPECT_EQ(one.out, "Name:        acme\nAccount ID:  444455556666\nCreated:     2026-11-24T12:00:00Z\n");
  answer(std::string("GET ") + path, 200,
         R"({"accounts":[{"name":"acme","accountId":"444455556666","createdAt":"2026-11-24T12:00:00Z"}],)"
         R"("nextToken":"acme"})");
  answer(
      std::string("GET ") + path + "?nextToken=acme", 200,
      R"({"accounts":[{"name":"default","accountId":"111122223333","createdAt":"2026-11-01T12:00:00Z"}]})");
  const auto all = run({"get", "account"});
  EXPECT_EQ(all.status, 0) << all.error;
  EXPECT_EQ(all.out,
            "NAME      ACCOUNT ID     CREATED\n"
            "acme      444455556666   2026-11-24T12:00:00Z\n"
            "default   111122223333   2026-11-01T12:00:00Z\n");
  const auto printed = parse_json_object(run({"get", "account", "-o", "json"}).out);
  ASSERT_TRUE(printed);
  EXPECT_EQ(printed->at("accounts").as_array().size(), 2U);
  EXPECT_EQ(run({"get", "account", "missing"}).status, 1);
}

TEST_F(AccountVerbs, env_takes_the_keys_of_the_account) {
  ASSERT_EQ(run({"create", "account", "acme"}).status, 0);
  const auto key_of = [&](const std::string& account) {
    const auto ran = run({"env", "--account", account, "-o", "json"});
    EXPECT_EQ(ran.status, 0) << ran.error;
    const auto printed = parse_json_object(ran.out);
    return printed ? std::string(printed->at("AWS_ACCESS_KEY_ID").as_string()) : ran.out;
  };
  EXPECT_EQ(key_of("acme"), "AKIAACME");
  EXPECT_EQ(key_of("default"), key_id) << "the first account's file has no name of its own";
  EXPECT_EQ(parse_json_object(run({"env", "-o", "json"}).out)->at("AWS_ACCESS_KEY_ID").as_string(), key_id);

  EXPECT_EQ(run({"env", "--account", "missing"}).status, 1);
  std::filesystem::remove(file());
  const auto lost = run({"env", "--account", "acme"});
  EXPECT_EQ(lost.status, 1);
  EXPECT_EQ(lost.error, "Error: no credentials in " + file() +
                            "; run as the user that made the account, or put there what was printed then\n");
}

}  // namespace
}  // namespace openirsa::cli
