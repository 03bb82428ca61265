// A role that trusts somebody in another account of this server: is he saved by his id, shown by his name,
// let in, and shut out when he is gone?
#include <gtest/gtest.h>

#include "record/role.h"
#include "server/test_accounts.h"

namespace openirsa::server {
namespace {

using test::Account;
using test::Form;
using test::query;

struct CrossAccount : ::testing::Test {
  test::Accounts two;
  Account a = two.make("a");
  Account b = two.make("b");

  static std::string trusting(const std::string& principal) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" + principal +
           R"("},"Action":"sts:AssumeRole"}]})";
  }
  http::Response create(const Account& in, const std::string& name, const std::string& principal) {
    return two.send(
        query("iam", "CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", trusting(principal)}}),
        in.admin);
  }
  static std::string text(const http::Response& response, const std::string& name) {
    return wire::test::element(response, name);
  }
  std::string shown_trust(const Account& in, const std::string& name) {
    const auto response = two.send(query("iam", "GetRole", {{"RoleName", name}}), in.admin);
    return *percent_decode(text(response, "AssumeRolePolicyDocument"));
  }
  std::string saved_trust(const Account& in, const std::string& name) {
    snapshot_ = two.mirror->snapshot();
    return record::find<record::Role>(*snapshot_, record::role_key(in.id, name))->trust.text();
  }
  // Of b's role `guest`, made with b's own administrator.
  wire::test::Signature guest() {
    const auto response = assume(b.admin, b.iam_arn("role/guest"));
    EXPECT_EQ(response.status, 200) << response.body;
    return {.id = text(response, "AccessKeyId"),
            .secret = text(response, "SecretAccessKey"),
            .token = text(response, "SessionToken")};
  }
  http::Response assume(const wire::test::Signature& by, const std::string& role) {
    return two.send(query("sts", "AssumeRole", {{"RoleArn", role}, {"RoleSessionName", "visit"}}), by);
  }
  void allow_guest() {
    const auto response = two.send(
        query(
            "iam", "PutRolePolicy",
            {{"RoleName", "guest"}, {"PolicyName", "all"}, {"PolicyDocument", std::string(test::allow_all)}}),
        b.admin);
    EXPECT_EQ(response.status, 200) << response.body;
  }

 private:
  std::shared_ptr<const store::Snapshot> snapshot_;
};

TEST_F(CrossAccount, ARoleIsSavedByItsIdAndShownByItsName) {
  ASSERT_EQ(create(b, "guest", b.id).status, 200);
  allow_guest();
  ASSERT_EQ(create(a, "host", b.iam_arn("role/guest")).status, 200);
  EXPECT_NE(shown_trust(a, "host").find(b.iam_arn("role/guest")), std::string::npos);
  EXPECT_EQ(saved_trust(a, "host").find(b.id), std::string::npos);
  EXPECT_NE(saved_trust(a, "host").find("AROA"), std::string::npos);
  EXPECT_EQ(assume(guest(), a.iam_arn("role/host")).status, 200);
  EXPECT_EQ(assume(b.admin, a.iam_arn("role/host")).status, 403) << "only the role is named";
  EXPECT_EQ(assume(a.admin, a.iam_arn("role/host")).status, 403) << "and nobody of the role's own account";

  for (const auto& [action, more] :
       {std::pair<std::string, Form>{"DeleteRolePolicy", {{"PolicyName", "all"}}}, {"DeleteRole", {}}}) {
    Form form{{"RoleName", "guest"}};
    form.insert(form.end(), more.begin(), more.end());
    ASSERT_EQ(two.send(query("iam", action, form), b.admin).status, 200);
  }
  EXPECT_NE(shown_trust(a, "host").find("AROA"), std::string::npos) << "its owner is gone";
  ASSERT_EQ(create(b, "guest", b.id).status, 200);
  allow_guest();
  EXPECT_EQ(assume(guest(), a.iam_arn("role/host")).status, 403) << "a namesake is not trusted";
}

TEST_F(CrossAccount, APrincipalThatIsMissingInAnAccountHereIsRefused) {
  const auto refused = create(a, "host", b.iam_arn("user/nobody"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(text(refused, "Code"), "MalformedPolicyDocument");
  EXPECT_EQ(create(a, "host", "arn:aws:iam::999999999999:user/nobody").status, 200)
      << "of an account elsewhere nothing is known";
  EXPECT_EQ(create(a, "host2", b.iam_arn("user/admin")).status, 200);
  EXPECT_EQ(assume(b.admin, a.iam_arn("role/host2")).status, 200);
}

TEST_F(CrossAccount, SessionsAndFederatedUsersStayNames) {
  const std::string session = "arn:aws:sts::" + b.id + ":assumed-role/guest/visit";
  ASSERT_EQ(create(b, "guest", b.id).status, 200);
  allow_guest();
  ASSERT_EQ(create(a, "host", session).status, 200);
  EXPECT_NE(saved_trust(a, "host").find(session), std::string::npos);
  EXPECT_EQ(assume(guest(), a.iam_arn("role/host")).status, 200);
  ASSERT_EQ(create(a, "other", "arn:aws:sts::" + b.id + ":federated-user/visit").status, 200);
  EXPECT_EQ(assume(guest(), a.iam_arn("role/other")).status, 403);
}

}  // namespace
}  // namespace openirsa::server
