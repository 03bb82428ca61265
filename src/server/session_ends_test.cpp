// What do calls of IAM and of our own service end, and what goes on? Everything is asked as a client asks it.
#include <gtest/gtest.h>

#include "server/test_accounts.h"

namespace openirsa::server {
namespace {

using test::Form;
using test::query;
using test::rest;
using wire::test::Signature;

constexpr std::int64_t hour = 3600;

struct SessionEnds : ::testing::Test {
  test::Accounts accounts;
  test::Account house = accounts.make("house");

  SessionEnds() {
    iam("CreateRole",
        {{"RoleName", "long"}, {"AssumeRolePolicyDocument", trust()}, {"MaxSessionDuration", "43200"}});
    make_user("carol");
  }
  std::string trust() const {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" + house.id +
           R"("},"Action":"sts:AssumeRole"}]})";
  }
  http::Response iam(std::string_view action, const Form& form) {
    auto response = accounts.send(query("iam", action, form), house.admin);
    EXPECT_EQ(response.status, 200) << response.body;
    return response;
  }
  static Signature signature_of(const http::Response& response, bool of_session) {
    EXPECT_EQ(response.status, 200) << response.body;
    Signature by;
    by.id = wire::test::element(response, "AccessKeyId");
    by.secret = wire::test::element(response, "SecretAccessKey");
    if (of_session) by.token = wire::test::element(response, "SessionToken");
    return by;
  }
  void make_user(const std::string& name) {
    iam("CreateUser", {{"UserName", name}});
    iam("PutUserPolicy",
        {{"UserName", name}, {"PolicyName", "all"}, {"PolicyDocument", std::string(test::allow_all)}});
  }
  Signature key_of(const std::string& user) {
    return signature_of(iam("CreateAccessKey", {{"UserName", user}}), false);
  }
  Signature ask(const Signature& by, std::string_view action, const Form& form) {
    return signature_of(accounts.send(query("sts", action, form), by), true);
  }
  Signature assume(const Signature& by, const std::string& duration = "3600") {
    return ask(by, "AssumeRole",
               {{"RoleArn", house.iam_arn("role/long")},
                {"RoleSessionName", "shift"},
                {"DurationSeconds", duration}});
  }
  http::Response whoami(const Signature& by) {
    return accounts.send(query("sts", "GetCallerIdentity", {}), by);
  }
  int status(const Signature& by) { return whoami(by).status; }
  void revoke(json::object body) {
    const auto response = accounts.send(
        rest("openirsa", "POST", "/openirsa/v1/revocations", json::value(std::move(body))), house.admin);
    EXPECT_EQ(response.status, 200) << response.body;
  }
  void at(double hours) { accounts.clock.set(test::noon + static_cast<std::int64_t>(hours * hour)); }
};

// What was made late from a session that a cut-off ended outlives the cut-off by far more than a session.
TEST_F(SessionEnds, ARevocationHoldsForWhatWasMadeLateFromWhatItEnded) {
  const Signature carol = key_of("carol");
  const Signature token = ask(carol, "GetSessionToken", {{"DurationSeconds", "129600"}});
  at(35);
  const Signature late = assume(token, "43200");
  ASSERT_EQ(status(late), 200);
  at(36);
  revoke({{"kind", "user"}, {"subject", "carol"}, {"until", "2026-11-24T12:30:00Z"}});
  EXPECT_EQ(status(late), 403);
  at(37.6);
  revoke({{"kind", "user"}, {"subject", "admin"}, {"until", "2026-11-24T12:00:00Z"}});
  EXPECT_EQ(status(late), 403);
  at(46.9);
  EXPECT_EQ(status(late), 403);
}

}  // namespace
}  // namespace openirsa::server
