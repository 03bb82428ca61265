// Does an account that the host's administrator makes work at once over real TLS, and after a restart?
#include <gtest/gtest.h>

#include "server/test_server.h"

namespace openirsa::server {
namespace {

std::string account_of(const http::Response& response) {
  EXPECT_EQ(response.status, 200) << response.body;
  return element(response.body, "Account");
}

TEST(Accounts, work_at_once_and_after_a_restart) {
  TestServer server;
  const json::object made = server.administer("/openirsa/v1/accounts", {{"name", "acme"}});
  const std::string id(made.at("account").at("accountId").as_string());
  const sigv4::Credentials acme{std::string(made.at("accessKey").at("accessKeyId").as_string()),
                                Secret(std::string(made.at("accessKey").at("secretAccessKey").as_string())),
                                std::nullopt};
  ASSERT_NE(id, server.account());
  EXPECT_EQ(account_of(server.query(acme, "sts", "GetCallerIdentity", {})), id);
  EXPECT_EQ(account_of(server.query(server.credentials(), "sts", "GetCallerIdentity", {})), server.account());

  const json::object cluster{{"name", "my-cluster"},
                             {"roleArn", "arn:aws:iam::111122223333:role/eks"},
                             {"resourcesVpcConfig", json::object{}}};
  const auto theirs = server.rest(acme, "eks", "POST", "/clusters", cluster);
  EXPECT_EQ(theirs.status, 200) << theirs.body;
  EXPECT_NE(theirs.body.find(id), std::string::npos);
  EXPECT_EQ(server.rest(server.credentials(), "eks", "GET", "/clusters/my-cluster").status, 404);

  server.start();
  EXPECT_EQ(account_of(server.query(acme, "sts", "GetCallerIdentity", {})), id);
  EXPECT_EQ(server.rest(acme, "eks", "GET", "/clusters/my-cluster").status, 200);
  json::array listed = server.admin("/openirsa/v1/accounts").at("accounts").as_array();
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].at("name"), "acme");
  EXPECT_EQ(listed[1].at("name"), "default");
  EXPECT_EQ(listed[1].at("accountId").as_string(), server.account());
}

}  // namespace
}  // namespace openirsa::server
