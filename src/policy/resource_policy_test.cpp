// Policies that a resource carries: who may stand in them, what is refused with which text, and what an
// explanation of NotPrincipal says.
#include <gtest/gtest.h>

#include "policy/evaluate.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

constexpr std::string_view user = "arn:aws:iam::444455556666:user/Bob";
constexpr std::string_view root = "arn:aws:iam::444455556666:root";
constexpr std::string_view role = "arn:aws:iam::444455556666:role/reader";
constexpr std::string_view session = "arn:aws:sts::444455556666:assumed-role/reader/audit";

std::string document(const std::string& members) {
  return R"({"Version":"2012-10-17","Statement":{)" + members + "}}";
}

std::string message_of(const std::string& members, Kind kind = Kind::resource) {
  const auto policy = Policy::parse(document(members), kind);
  return policy ? "accepted" : policy.error().message;
}

const std::string allow = R"("Effect":"Allow")";
const std::string any_action = R"("Action":"*")";
const std::string whom = R"("Principal":{"AWS":"444455556666"})";

TEST(ResourcePolicy, is_accepted_in_its_usual_forms) {
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"s3:GetObject")"), "accepted");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"NotAction":["s3:*","kms:*"],"Resource":"arn:aws:s3:::b/*")"),
            "accepted");
  EXPECT_EQ(message_of(allow + R"(,"Principal":"*","Action":"*","NotResource":["arn:aws:s3:::b"])"),
            "accepted");
  EXPECT_EQ(message_of(R"("Effect":"Deny","NotPrincipal":{"AWS":["444455556666"]},"Action":"s3:*")"),
            "accepted");
  EXPECT_EQ(message_of(R"("Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Sid":"a","Condition":{})"),
            "accepted");
  EXPECT_EQ(message_of(allow + R"(,"NotPrincipal":{"Service":"ec2.amazonaws.com"},"Action":"s3:*")"),
            "accepted");
}

TEST(ResourcePolicy, is_refused_with_the_text_of_the_element) {
  EXPECT_EQ(message_of(whom + "," + any_action), "Missing required field Effect");
  EXPECT_EQ(message_of(allow + "," + any_action), "Missing required field Principal");
  EXPECT_EQ(message_of(allow + R"(,"Principal":{},"Action":"*")"),
            "Missing required field Principal cannot be empty!");
  EXPECT_EQ(message_of(allow + R"(,"NotPrincipal":{"AWS":[]},"Action":"*")"),
            "Missing required field Principal cannot be empty!");
  EXPECT_EQ(message_of(allow + R"(,"Principal":["*"],"Action":"*")"), "Principal must be a JSON object.");
  EXPECT_EQ(message_of(allow + R"(,"Principal":"444455556666","Action":"*")"),
            R"(Invalid principal in policy: "444455556666")");
  EXPECT_EQ(
      message_of(allow +
                 R"(,"NotPrincipal":{"AWS":"arn:aws:sts::444455556666:assumed-role/reader/*"},"Action":"*")"),
      R"(Invalid principal in policy: "AWS":"arn:aws:sts::444455556666:assumed-role/reader/*")");
  EXPECT_EQ(message_of(allow + R"(,"NotPrincipal":{"CanonicalUser":"x"},"Action":"*")"),
            R"(Invalid principal in policy: "CanonicalUser")");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"NotPrincipal":"*","Action":"*")"),
            "Syntax error in policy.");
  EXPECT_EQ(message_of(allow + "," + whom), "Missing required field Action");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"GetObject")"),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"*","NotAction":"s3:*")"),
            "Syntax error in policy.");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"*","Resource":"bucket")"),
            R"(Resource bucket must be in ARN format or "*".)");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"*","Resource":[])"), "Syntax error in policy.");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"*","Resource":"*","NotResource":"*")"),
            "Syntax error in policy.");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"*","Condition":{"StringSame":{"a":"b"}})"),
            "Syntax error in policy.");
  EXPECT_EQ(message_of(allow + "," + whom + R"(,"Action":"*","Extra":1)"), "Syntax error in policy.");
  const auto broken = Policy::parse("{", Kind::resource);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message, "This policy contains invalid Json");
}

TEST(NotPrincipal, stays_out_of_the_other_kinds) {
  const std::string deny = R"("Effect":"Deny","NotPrincipal":{"AWS":"444455556666"},)";
  EXPECT_EQ(message_of(deny + R"("Action":"sts:AssumeRole")", Kind::trust),
            "AssumeRole policy must not contain NotPrincipal field.");
  for (const Kind kind : {Kind::identity, Kind::managed, Kind::session}) {
    EXPECT_EQ(message_of(deny + R"("Action":"s3:*","Resource":"*")", kind),
              "Policy document should not specify a principal.");
  }
}

TEST(ResourceDecision, takes_no_document_of_another_kind) {
  const auto trust =
      Policy::parse(document(allow + R"(,"Principal":{"AWS":"*"},"Action":"sts:AssumeRole")"), Kind::trust);
  const auto resource =
      Policy::parse(document(allow + R"(,"Principal":"*","Action":"sts:AssumeRole")"), Kind::resource);
  ASSERT_TRUE(trust);
  ASSERT_TRUE(resource);
  const Facts facts{.principal = {.kind = Principal::Kind::user,
                                  .arn = user,
                                  .account = "444455556666",
                                  .role_arn = {},
                                  .unique_id = {}},
                    .action = "sts:AssumeRole",
                    .resource = role,
                    .context = nullptr};
  EXPECT_FALSE(decide_resource(*trust, facts).allowed());
  EXPECT_FALSE(decide_trust(*resource, facts).allowed());
  EXPECT_TRUE(decide_trust(*trust, facts).allowed());
  const Decision decision = decide_resource(*resource, facts);
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.source(), Source::resource);
  EXPECT_EQ(decision.policy_name(), "ResourcePolicy");
  EXPECT_EQ(decision.statement(), 0U);
}

// The comparison of the one statement's NotPrincipal.
Comparison explained(const std::string& effect, const std::vector<std::string_view>& listed,
                     const Principal& principal) {
  std::string names;
  for (const std::string_view name : listed)
    names += (names.empty() ? "\"" : ",\"") + std::string(name) + "\"";
  const auto policy = Policy::parse(
      document(R"("Effect":")" + effect + R"(","NotPrincipal":{"AWS":[)" + names + R"(]},"Action":"s3:*")"),
      Kind::resource);
  if (!policy) {
    ADD_FAILURE() << policy.error().message;
    return {};
  }
  const Facts facts{.principal = principal, .action = "s3:GetObject", .resource = "*", .context = nullptr};
  Explanation explanation;
  const Decision decision = decide_resource(*policy, facts, &explanation);
  const StatementTrace& statement = explanation.statements.at(0);
  EXPECT_EQ(decision.effect() != Effect::implicit_deny, statement.matched);
  EXPECT_EQ(statement.source, Source::resource);
  EXPECT_EQ(statement.comparisons.at(0).matched, statement.matched);
  EXPECT_EQ(statement.comparisons.at(0).element, "NotPrincipal");
  return statement.comparisons.at(0);
}

TEST(NotPrincipal, is_explained) {
  const Principal bob{
      .kind = Principal::Kind::user, .arn = user, .account = "444455556666", .role_arn = {}, .unique_id = {}};
  const Principal audit{.kind = Principal::Kind::assumed_role,
                        .arn = session,
                        .account = "444455556666",
                        .role_arn = role,
                        .unique_id = {}};
  const Principal stranger{.kind = Principal::Kind::user,
                           .arn = "arn:aws:iam::111122223333:user/ann",
                           .account = "111122223333",
                           .role_arn = {},
                           .unique_id = {}};
  Principal bounded = bob;
  bounded.bounded = true;

  const Comparison denied = explained("Deny", {user}, bob);
  EXPECT_EQ(denied.expected, user);
  EXPECT_EQ(denied.actual, user);
  EXPECT_TRUE(denied.matched);
  EXPECT_EQ(denied.hint, "NotPrincipal spares a principal only where it and its account are both listed");
  EXPECT_EQ(explained("Deny", {session, root}, audit).hint,
            "NotPrincipal spares a session only where its account, its role and the session are all listed");
  EXPECT_EQ(explained("Deny", {user, root}, bounded).hint,
            "NotPrincipal spares nobody who has a permissions boundary");
  const Comparison spared = explained("Deny", {session, role, root}, audit);
  EXPECT_FALSE(spared.matched);
  EXPECT_EQ(spared.expected, std::string(session) + " | " + std::string(role) + " | " + std::string(root));
  EXPECT_EQ(spared.hint, "the principal is one of those that NotPrincipal leaves out");
  EXPECT_EQ(explained("Deny", {user, root}, stranger).hint, "");
  EXPECT_EQ(explained("Allow", {root}, bob).hint,
            "the principal is one of those that NotPrincipal leaves out");
  EXPECT_TRUE(explained("Allow", {root}, stranger).matched);
}

}  // namespace
}  // namespace openirsa::policy
