// What do decisions say about themselves, and do they fail closed at the edges of the seam?
#include "policy/evaluate.h"

#include <gtest/gtest.h>

#include "policy/statement.h"

namespace openirsa::policy {
namespace {

Policy parsed(std::string_view statements, Kind kind = Kind::identity) {
  auto policy =
      Policy::parse(R"({"Version":"2012-10-17","Statement":)" + std::string(statements) + "}", kind);
  if (!policy) throw std::runtime_error(policy.error().message);
  return std::move(*policy);
}

const Facts facts{.principal = {.kind = Principal::Kind::user,
                                .arn = "arn:aws:iam::111122223333:user/ann",
                                .account = "111122223333",
                                .role_arn = {},
                                .unique_id = {}},
                  .action = "iam:GetRole",
                  .resource = "*",
                  .context = nullptr};

constexpr std::string_view allow_all = R"([{"Effect":"Allow","Action":"*","Resource":"*"}])";

TEST(Decision, names_the_deciding_statement) {
  const Policy other = parsed(R"([{"Effect":"Allow","Action":"s3:*","Resource":"*"}])");
  const Policy both = parsed(R"([{"Effect":"Allow","Action":"s3:*","Resource":"*"},
                                 {"Effect":"Allow","Action":"iam:*","Resource":"*"},
                                 {"Effect":"Allow","Action":"*","Resource":"*"}])");
  const Attached attached[] = {{&other, Source::identity, "other"}, {&both, Source::identity, "both"}};
  const Decision decision = decide(attached, facts);
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.policy_name(), "both");
  EXPECT_EQ(decision.statement(), 1U);
}

TEST(Decision, names_the_denying_statement) {
  const Policy allow = parsed(allow_all);
  const Policy deny = parsed(R"([{"Effect":"Allow","Action":"*","Resource":"*"},
                                 {"Effect":"Deny","Action":"iam:*","Resource":"*"}])");
  const Attached attached[] = {{&allow, Source::identity, "a"}, {&deny, Source::boundary, "b"}};
  const Decision decision = decide(attached, facts);
  EXPECT_EQ(decision.effect(), Effect::explicit_deny);
  EXPECT_EQ(decision.source(), Source::boundary);
  EXPECT_EQ(decision.policy_name(), "b");
  EXPECT_EQ(decision.statement(), 1U);
}

TEST(Decision, of_silence_names_no_statement) {
  const Decision decision = decide({}, facts);
  EXPECT_EQ(decision.effect(), Effect::implicit_deny);
  EXPECT_EQ(decision.source(), Source::identity);
  EXPECT_EQ(decision.policy_name(), "");
  EXPECT_FALSE(decision.statement());
}

TEST(Decision, has_the_simulators_names) {
  EXPECT_EQ(name_of(Effect::allowed), "allowed");
  EXPECT_EQ(name_of(Effect::explicit_deny), "explicitDeny");
  EXPECT_EQ(name_of(Effect::implicit_deny), "implicitDeny");
}

TEST(Decision, root_is_allowed) {
  EXPECT_TRUE(root_allows().allowed());
  EXPECT_FALSE(root_allows().statement());
}

TEST(Decide, a_boundary_that_could_not_be_read_allows_nothing) {
  const Policy allow = parsed(allow_all);
  const Attached attached[] = {{&allow, Source::identity, "a"}, {nullptr, Source::boundary, "gone"}};
  const Decision decision = decide(attached, facts);
  EXPECT_EQ(decision.effect(), Effect::implicit_deny);
  EXPECT_EQ(decision.source(), Source::boundary);
}

TEST(DecideTrust, a_document_without_principals_lets_nobody_in) {
  const Policy identity = parsed(allow_all);
  EXPECT_EQ(decide_trust(identity, facts).effect(), Effect::implicit_deny);
  const Policy trust = parsed(
      R"([{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111122223333"}}])", Kind::trust);
  Facts assume = facts;
  assume.action = "sts:AssumeRole";
  EXPECT_TRUE(decide_trust(trust, assume).allowed());
}

TEST(Explanation, of_a_deny_goes_on_to_the_end) {
  const Policy deny = parsed(
      R"([{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}])");
  const Attached attached[] = {{&deny, Source::identity, "a"}, {&deny, Source::session, "s"}};
  Explanation explanation;
  const Decision decision = decide(attached, facts, &explanation);
  EXPECT_EQ(decision.effect(), Effect::explicit_deny);
  EXPECT_EQ(decision.source(), Source::identity);
  EXPECT_EQ(explanation.statements.size(), 4U);
}

}  // namespace
}  // namespace openirsa::policy
