// Two accounts with clusters, providers and roles of the same names: whose token opens whose role?
#include <gtest/gtest.h>

#include "server/test_accounts.h"

namespace openirsa::server {
namespace {

using test::Account;
using test::Accounts;
using test::Ask;
using test::Form;
using test::query;
using test::rest;

std::string trust_of(const std::string& provider_arn, const std::string& issuer) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
         provider_arn + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" +
         issuer + R"(:sub":"system:serviceaccount:default:app"}}}]})";
}

class Exchanges : public ::testing::Test {
 protected:
  Exchanges() {
    for (const auto& owner : {two_.a, two_.b}) {
      two_.fill(owner);
      register_issuer(owner, issuer_name(owner));
      trust(owner, provider_of(owner, owner), issuer_name(owner));
    }
  }
  std::string issuer_name(const Account& of) { return two_.issuer_of(of).url.substr(8); }
  // The provider in `account` for the issuer of the cluster of `issuer`.
  std::string provider_of(const Account& account, const Account& issuer) {
    return account.iam_arn("oidc-provider/" + issuer_name(issuer));
  }
  void must(const Account& by, std::string_view action, const Form& form) {
    const auto response = two_.send(query("iam", action, form), by.admin);
    ASSERT_EQ(response.status, 200) << response.body;
  }
  void register_issuer(const Account& by, const std::string& name) {
    must(by, "CreateOpenIDConnectProvider",
         {{"Url", "https://" + name}, {"ClientIDList.member.1", "sts.amazonaws.com"}});
  }
  // Lets `provider_arn` assume the role `shared-role` of the account.
  void trust(const Account& in, const std::string& provider_arn, const std::string& issuer) {
    must(in, "UpdateAssumeRolePolicy",
         {{"RoleName", "shared-role"}, {"PolicyDocument", trust_of(provider_arn, issuer)}});
  }
  std::string token_of(const Account& account) {
    return *issuer::mint(two_.issuer_of(account),
                         {.name_space = "default",
                          .service_account = "app",
                          .service_account_uid = "11111111-1111-4111-8111-111111111111",
                          .audience = "sts.amazonaws.com"},
                         two_.clock.now());
  }
  // "OK" or the code.
  std::string exchange(const std::string& token, const Account& role_of) {
    last_ = two_.send_unsigned(query("sts", "AssumeRoleWithWebIdentity",
                                     {{"RoleArn", role_of.iam_arn("role/shared-role")},
                                      {"RoleSessionName", "pod"},
                                      {"WebIdentityToken", token}}));
    return last_.status == 200 ? "OK" : wire::test::element(last_, "Code");
  }

  struct Two : Accounts {
    Account a = make("a");
    Account b = make("b");
  };
  Two two_;
  http::Response last_;
};

TEST_F(Exchanges, OfEachAccountOpenItsOwnRole) {
  for (const auto& account : {two_.a, two_.b}) {
    ASSERT_EQ(exchange(token_of(account), account), "OK") << last_.body;
    wire::test::Signature session;
    session.id = wire::test::element(last_, "AccessKeyId");
    session.secret = wire::test::element(last_, "SecretAccessKey");
    session.token = wire::test::element(last_, "SessionToken");
    const auto who = two_.send(query("sts", "GetCallerIdentity", {}), session);
    EXPECT_EQ(wire::test::element(who, "Account"), account.id);
    // The role has the policies of its own account, whatever the other's role of this name may do.
    must(two_.b, "DetachRolePolicy",
         {{"RoleName", "shared-role"}, {"PolicyArn", two_.b.iam_arn("policy/shared-attached")}});
    must(two_.b, "DeleteRolePolicy", {{"RoleName", "shared-role"}, {"PolicyName", "shared-inline"}});
    const auto list = two_.send(query("iam", "ListRoles", {}), session);
    EXPECT_EQ(list.status, account.id == two_.a.id ? 200 : 403) << list.body;
    must(two_.b, "AttachRolePolicy",
         {{"RoleName", "shared-role"}, {"PolicyArn", two_.b.iam_arn("policy/shared-attached")}});
    must(two_.b, "PutRolePolicy",
         {{"RoleName", "shared-role"},
          {"PolicyName", "shared-inline"},
          {"PolicyDocument", std::string(test::allow_all)}});
  }
}

TEST_F(Exchanges, NeedAProviderInTheRolesOwnAccount) {
  EXPECT_EQ(exchange(token_of(two_.b), two_.a), "InvalidIdentityToken");
  // A trust policy that names the other account's provider is not enough.
  trust(two_.a, provider_of(two_.b, two_.b), issuer_name(two_.b));
  EXPECT_EQ(exchange(token_of(two_.b), two_.a), "InvalidIdentityToken");
  EXPECT_EQ(exchange(token_of(two_.a), two_.a), "AccessDenied");
  register_issuer(two_.a, issuer_name(two_.b));
  EXPECT_EQ(exchange(token_of(two_.b), two_.a), "AccessDenied") << "the trust policy names b's provider";
  // Roles of one account for a cluster of another: where the role's account says so, twice.
  trust(two_.a, provider_of(two_.a, two_.b), issuer_name(two_.b));
  EXPECT_EQ(exchange(token_of(two_.b), two_.a), "OK") << last_.body;
  EXPECT_EQ(exchange(token_of(two_.a), two_.b), "InvalidIdentityToken") << "and not the other way round";
}

TEST_F(Exchanges, OfOneAccountGoOnWhenTheOtherDeletesWhatHasTheSameName) {
  must(two_.b, "DeleteOpenIDConnectProvider", {{"OpenIDConnectProviderArn", provider_of(two_.b, two_.b)}});
  EXPECT_EQ(exchange(token_of(two_.b), two_.b), "InvalidIdentityToken");
  EXPECT_EQ(two_.send(rest("eks", "DELETE", "/clusters/shared-cluster"), two_.b.admin).status, 200);
  EXPECT_EQ(exchange(token_of(two_.a), two_.a), "OK") << last_.body;
}

TEST_F(Exchanges, AreExplainedToTheRolesAccountAlone) {
  ASSERT_EQ(exchange("no.token.atall", two_.a), "InvalidIdentityToken");
  const std::string refused = two_.traces.last.request_id;
  const Ask list = rest("openirsa", "GET", "/openirsa/v1/decisions?outcome=refused");
  EXPECT_NE(two_.send(list, two_.a.admin).body.find(refused), std::string::npos);
  EXPECT_EQ(two_.send(list, two_.b.admin).body.find(refused), std::string::npos);

  const Ask explain = rest("openirsa", "GET", "/openirsa/v1/decisions/" + refused);
  EXPECT_EQ(two_.send(explain, two_.b.admin).status, 404);
  EXPECT_EQ(two_.send(explain, two_.a.admin).status, 200);
  EXPECT_EQ(two_.administer(explain).status, 200);
}

}  // namespace
}  // namespace openirsa::server
