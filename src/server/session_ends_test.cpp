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

struct SessionsOfAUser : SessionEnds {
  const Signature key = key_of("carol");
  const Signature token = ask(key, "GetSessionToken", {});
  const Signature federated = ask(key, "GetFederationToken", {{"Name", "fed"}});
  const Signature role = assume(key);
  const Signature role_of_token = assume(token);

  void expect_all(int expected) {
    for (const auto& by : {token, federated, role, role_of_token}) {
      const auto response = whoami(by);
      EXPECT_EQ(response.status, expected) << response.body;
    }
  }
};

TEST_F(SessionsOfAUser, GoOnWhenHeIsRenamed) {
  iam("UpdateUser", {{"UserName", "carol"}, {"NewUserName", "caroline"}, {"NewPath", "/team/"}});
  expect_all(200);
  EXPECT_EQ(wire::test::element(whoami(token), "Arn"), house.iam_arn("user/team/caroline"));
  EXPECT_EQ(status(assume(token)), 200) << "his policies are still his";
  EXPECT_EQ(accounts.send(query("iam", "ListRoles", {}), federated).status, 403);
  make_user("carol");
  expect_all(200);
  EXPECT_EQ(wire::test::element(whoami(token), "Arn"), house.iam_arn("user/team/caroline"));
}

TEST_F(SessionsOfAUser, EndWhenHeIsDeletedAndMadeAnewUnderHisName) {
  iam("UpdateUser", {{"UserName", "carol"}, {"NewUserName", "caroline"}});
  iam("DeleteAccessKey", {{"UserName", "caroline"}, {"AccessKeyId", key.id}});
  expect_all(403);
  iam("DeleteUserPolicy", {{"UserName", "caroline"}, {"PolicyName", "all"}});
  iam("DeleteUser", {{"UserName", "caroline"}});
  for (const char* name : {"carol", "caroline"}) make_user(name);
  expect_all(403);
}

// The key outlives him here, as no call of IAM leaves it.
TEST_F(SessionsOfAUser, EndWithHimThoughHisKeyIsStillThere) {
  const std::string user = record::user_key(house.id, "carol");
  record::User again = *record::find<record::User>(*accounts.mirror->snapshot(), user);
  again.id = "AIDAANOTHERANOTHERAN";
  accounts.put(user, again);
  expect_all(403);
  EXPECT_EQ(accounts.traces.last.failure->code, "user_gone");
}

}  // namespace
}  // namespace openirsa::server
