#include "sts/trust_question.h"

#include <gtest/gtest.h>

namespace openirsa::sts {
namespace {

constexpr std::string_view provider = "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A";
constexpr std::string_view role = "arn:aws:iam::111122223333:role/app";

policy::Policy trust_of(std::string_view subject) {
  auto policy = policy::Policy::parse(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
          std::string(provider) +
          R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"oidc.example/id/A:sub":")" +
          std::string(subject) + R"("}}}]})",
      policy::Kind::trust);
  EXPECT_TRUE(policy);
  return std::move(*policy);
}

TEST(TrustQuestion, a_kept_question_explains_what_the_first_one_decided) {
  TrustQuestion allowed(trust_of("me"), provider, role);
  allowed.context().add("oidc.example/id/A:sub", "me");
  EXPECT_TRUE(allowed.decide().allowed());

  TrustQuestion refused(trust_of("me"), provider, role);
  refused.context().add("oidc.example/id/A:sub", "you");
  EXPECT_FALSE(refused.decide().allowed());
  const auto explanation = KeptQuestion(refused).explain();
  ASSERT_EQ(explanation.statements.size(), 1U);
  EXPECT_EQ(explanation.statements[0].comparisons.back().expected, "me");
  EXPECT_EQ(explanation.statements[0].comparisons.back().actual, "you");
}

TEST(TrustQuestion, nobody_is_let_in_where_there_is_no_role_though_the_work_is_done) {
  TrustQuestion question(nobodys_trust(), provider, role);
  question.context().add("sts:RoleSessionName", "session");
  policy::Explanation explanation;
  EXPECT_FALSE(question.decide(&explanation).allowed());
  // Principal and action were compared and matched; the condition was not.
  ASSERT_EQ(explanation.statements.size(), 1U);
  EXPECT_EQ(explanation.statements[0].comparisons.back().element, "Condition");
}

}  // namespace
}  // namespace openirsa::sts
