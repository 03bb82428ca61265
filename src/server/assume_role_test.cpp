// Who may assume which role, and what AWS says to the others?
#include <gtest/gtest.h>

#include "base/time_text.h"
#include "server/test_people.h"

namespace openirsa::server {
namespace {

namespace test = people;
using test::account;
using test::aws;
using test::Credentials;
using test::document;
using test::expect_refused;
using test::Fields;
using test::no_assumption;
using test::noon;
using test::other_account;
using test::Reply;
using test::statement;
using test::trusting;
using test::user_arn;
using wire::Step;

struct AssumeRole : ::testing::Test {
  test::People people;
  const std::string account_root = "arn:aws:iam::" + account + ":root";
};

TEST_F(AssumeRole, AnswersWhatTheModelSays) {
  const std::string role = people.make_role("worker", trusting(aws(account_root)));
  const Reply reply = people.assume(people.alice, role);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["AssumedRoleId"], people.role_id("worker") + ":shift");
  EXPECT_EQ(reply["Arn"], "arn:aws:sts::111122223333:assumed-role/worker/shift");
  EXPECT_EQ(reply["Expiration"], to_iso8601(time_of_seconds(noon + 3600)));
  EXPECT_EQ(reply["PackedPolicySize"], "<absent>");
  EXPECT_EQ(reply["SourceIdentity"], "<absent>");
  EXPECT_EQ(record::account_of_access_key(reply["AccessKeyId"]), account);
  EXPECT_EQ(reply["SecretAccessKey"].size(), 40U);
  const std::string start =
      R"(<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>)";
  EXPECT_EQ(reply.body.substr(0, start.size()), start);
  EXPECT_EQ(people.trace().action, "sts:AssumeRole");
  EXPECT_EQ(people.trace().resource, role);
  EXPECT_EQ(people.trace().role_arn, role);
  for (const Step step : {Step::action_authorised, Step::trust_policy_allowed, Step::duration_allowed})
    EXPECT_TRUE(people.trace().passed(step));

  const Reply who = people.whoami(test::credentials_of(reply));
  ASSERT_EQ(who.status, 200) << who.body;
  EXPECT_EQ(who["Arn"], reply["Arn"]);
  EXPECT_EQ(who["UserId"], reply["AssumedRoleId"]);
}

// Each row: whom the trust policy names, and who may come in then.
TEST_F(AssumeRole, FollowsTheTrustPolicyAndTheCallersOwn) {
  struct Case {
    const char* what;
    std::string trust;
    bool alice;    // has sts:AssumeRole
    bool bob;      // has nothing
    bool mallory;  // has it, in the other account
  };
  const std::string other_root = "arn:aws:iam::" + other_account + ":root";
  const std::vector<Case> cases{
      {"the account: its policies decide", trusting(aws(account_root)), true, false, false},
      {"the account by its number", trusting(aws(account)), true, false, false},
      {"a user by id: nothing else is asked", trusting(aws(people.user_id("bob"))), false, true, false},
      {"a user by ARN", trusting(aws(user_arn("bob"))), false, true, false},
      {"everyone: own account without, others with a policy", trusting(aws("*")), true, true, true},
      {"the other account", trusting(aws(other_root)), false, false, true},
      {"the other account's user", trusting(aws(user_arn("mallory", other_account))), false, false, true},
      {"a service", trusting(R"({"Service":"pods.eks.amazonaws.com"})"), false, false, false},
      {"a web identity", test::trust_text(), false, false, false},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    const std::string role = people.make_role("worker", one.trust);
    EXPECT_EQ(people.assume(people.alice, role).status, one.alice ? 200 : 403);
    EXPECT_EQ(people.assume(people.bob, role).status, one.bob ? 200 : 403);
    EXPECT_EQ(people.assume(people.mallory, role).status, one.mallory ? 200 : 403);
  }
}

TEST_F(AssumeRole, AcrossAccountsNeedsTheCallersOwnPolicyEvenWhereNamed) {
  const Credentials nobody = people.make_user("nobody", {}, other_account);
  const std::string role = people.make_role("worker", trusting(aws(user_arn("nobody", other_account))));
  expect_refused(people.assume(nobody, role), 403, "AccessDenied",
                 no_assumption(user_arn("nobody", other_account), role) +
                     " because no identity-based policy allows the sts:AssumeRole action");
  EXPECT_EQ(people.trace().account, other_account) << "the caller's owner may see it";
  people.make_user("nobody", document(statement("Allow", "sts:AssumeRole")), other_account);
  EXPECT_EQ(people.assume(nobody, role).status, 200);
  EXPECT_EQ(people.trace().account, account) << "the role's owner may see it";
}

TEST_F(AssumeRole, LooksAlikeWhereTheRoleIsMissing) {
  const std::string refusing = people.make_role("worker", trusting(R"({"Service":"ec2.amazonaws.com"})"));
  const std::string missing = "arn:aws:iam::" + account + ":role/missing";
  for (const Credentials& by : {people.alice, people.mallory}) {
    const Reply there = people.assume(by, refusing);
    EXPECT_EQ(there.status, 403);
    EXPECT_EQ(people.trace().failure->step, Step::trust_policy_allowed);
    EXPECT_TRUE(people.trace().explanation);
    EXPECT_EQ(people.trace().account, account);
    EXPECT_FALSE(people.trace().role_unknown);
    const Reply absent = people.assume(by, missing);
    EXPECT_EQ(absent.code, there.code);
    EXPECT_EQ(absent.message.substr(0, absent.message.rfind(':')),
              there.message.substr(0, there.message.rfind(':')));
    EXPECT_EQ(people.trace().failure->code, "role_missing");
    EXPECT_EQ(people.trace().role_unknown, by.id == people.mallory.id)
        << "nobody learns by asking for a trace";
  }
  expect_refused(people.assume(people.alice, refusing), 403, "AccessDenied",
                 no_assumption(user_arn("alice"), refusing));
}

TEST_F(AssumeRole, ShowsNoAccountTheOthersPolicies) {
  const std::string role = people.make_role("worker", trusting(R"({"Service":"ec2.amazonaws.com"})"));
  ASSERT_EQ(people.assume(people.mallory, role).status, 403);
  for (const auto& one : people.trace().explanation->statements) EXPECT_EQ(one.source, policy::Source::trust);
  const std::string open = people.make_role("open", trusting(aws("*")));
  const Credentials nobody =
      people.make_user("nobody", document(statement("Allow", "s3:GetObject")), other_account);
  ASSERT_EQ(people.assume(nobody, open).status, 403);
  ASSERT_FALSE(people.trace().explanation->statements.empty());
  for (const auto& one : people.trace().explanation->statements)
    EXPECT_EQ(one.source, policy::Source::identity);
}

TEST_F(AssumeRole, IsRefusedByAnyDeny) {
  const std::string denied =
      document(R"({"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"},)"
               R"({"Effect":"Deny","Principal":{"AWS":")" +
               user_arn("alice") + R"("},"Action":"sts:AssumeRole"})");
  const std::string role = people.make_role("worker", denied);
  expect_refused(people.assume(people.alice, role), 403, "AccessDenied",
                 no_assumption(user_arn("alice"), role));
  EXPECT_EQ(people.trace().failure->code, "explicit_deny");
  EXPECT_EQ(people.assume(people.bob, role).status, 200);
  people.make_user("bob", document(statement("Deny", "sts:*")));
  expect_refused(people.assume(people.bob, role), 403, "AccessDenied",
                 no_assumption(user_arn("bob"), role) + " with an explicit deny in an identity-based policy");
}

TEST_F(AssumeRole, IsNotForRoot) {
  const std::string role = people.make_role("worker", trusting(aws(account_root)));
  expect_refused(people.assume(people.root, role), 403, "AccessDenied",
                 "Roles may not be assumed by root accounts.");
  const std::string theirs = people.make_role("theirs", trusting(aws("*")), {}, other_account);
  EXPECT_EQ(people.assume(people.root, theirs).message, "Roles may not be assumed by root accounts.");
}

TEST_F(AssumeRole, SeesTheRequest) {
  const std::string role = people.make_role(
      "worker",
      trusting(aws("*"), R"({"StringEquals":{"sts:ExternalId":"secret-7","sts:RoleSessionName":"shift",
                                       "aws:ResourceTag/team":"apps","aws:PrincipalTag/team":"apps"},
                                       "NumericLessThan":{"sts:DurationSeconds":"3601"}})"),
      {}, account, {{"team", "apps"}});
  const Credentials carol = people.make_user("carol", {}, account, {{"team", "apps"}});
  const Fields right{{"ExternalId", "secret-7"}};
  EXPECT_EQ(people.assume(carol, role, right).status, 200);
  EXPECT_EQ(people.assume(carol, role).status, 403);
  EXPECT_EQ(people.assume(carol, role, {{"ExternalId", "secret-8"}}).status, 403);
  EXPECT_EQ(people.trace().failure->expected, "secret-7");
  EXPECT_EQ(people.trace().failure->actual, "secret-8");
  EXPECT_EQ(people.assume(people.bob, role, right).status, 403) << "without the tag";
  EXPECT_EQ(people.assume(carol, role, {{"ExternalId", "secret-7"}, {"RoleSessionName", "other"}}).status,
            403);
  EXPECT_EQ(people.assume(carol, role, {{"ExternalId", "secret-7"}, {"DurationSeconds", "3601"}}).status,
            403);
}

TEST_F(AssumeRole, LastsAsLongAsTheRoleAllowsAndAChainAnHour) {
  const std::string role =
      people.make_role("worker", trusting(aws(account_root)), std::string(test::allow_all));
  const Credentials session = people.assumed(people.alice, role, {{"DurationSeconds", "7200"}});
  expect_refused(people.assume(people.alice, role, {{"DurationSeconds", "7201"}}), 400, "ValidationError",
                 "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_EQ(people.assume(session, role, {{"DurationSeconds", "3600"}}).status, 200);
  expect_refused(people.assume(session, role, {{"DurationSeconds", "3601"}}), 400, "ValidationError",
                 "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
                 "chaining.");
  EXPECT_EQ(people.trace().failure->step, Step::duration_allowed);
  EXPECT_EQ(people.assume(session, role, {{"DurationSeconds", "7201"}}).message,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_F(AssumeRole, ChainsByWhatTheSessionMay) {
  const std::string first = people.make_role("first", trusting(aws(account_root)));
  const std::string second = people.make_role("second", trusting(aws(account_root)));
  const Credentials session = people.assumed(people.alice, first);
  EXPECT_EQ(people.assume(session, second).status, 403) << "the role has no policy of its own";
  people.make_role("second", trusting(aws(people.role_id("first"))));
  EXPECT_EQ(people.assume(session, second).status, 200) << "named itself";
  people.make_role("second", trusting(aws("arn:aws:sts::111122223333:assumed-role/first/shift")));
  EXPECT_EQ(people.assume(session, second).status, 200) << "this very session";
  EXPECT_EQ(people.assume(people.assumed(people.alice, first, {{"RoleSessionName", "night"}}), second).status,
            403);
  people.make_role("first", trusting(aws(account_root)), std::string(test::allow_all));
  people.make_role("second", trusting(aws(account_root)));
  EXPECT_EQ(people.assume(session, second).status, 200);
}

TEST_F(AssumeRole, ASessionPolicyLimitsItUnlessTheSessionIsNamed) {
  people.make_role("first", trusting(aws(account_root)), std::string(test::allow_all));
  const Credentials limited = people.assumed(people.alice, "arn:aws:iam::111122223333:role/first",
                                             {{"Policy", document(statement("Allow", "s3:*"))}});
  const std::string second = people.make_role("second", trusting(aws(account_root)));
  EXPECT_EQ(people.assume(limited, second).status, 403);
  people.make_role("second", trusting(aws(people.role_id("first"))));
  EXPECT_EQ(people.assume(limited, second).status, 403) << "the role is named, not the session";
  people.make_role("second", trusting(aws("*")));
  EXPECT_EQ(people.assume(limited, second).status, 403);
  people.make_role("second", trusting(aws("arn:aws:sts::111122223333:assumed-role/first/shift")));
  EXPECT_EQ(people.assume(limited, second).status, 200);
}

TEST_F(AssumeRole, ChecksItsParameters) {
  const std::string role = people.make_role("worker", trusting(aws(account_root)));
  const auto refused = [&](const Fields& fields, const std::string& text) {
    expect_refused(people.assume(people.alice, role, fields), 400, "ValidationError",
                   "1 validation error detected: " + text);
  };
  const std::string letters = "Member must satisfy regular expression pattern: ";
  refused({{"RoleSessionName", "a b"}},
          "Value 'a b' at 'roleSessionName' failed to satisfy constraint: " + letters + R"([\w+=,.@-]*)");
  refused(
      {{"DurationSeconds", "899"}},
      "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or "
      "equal to 900");
  refused(
      {{"DurationSeconds", "43201"}},
      "Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or "
      "equal to 43200");
  refused({{"ExternalId", "a b"}},
          "Value 'a b' at 'externalId' failed to satisfy constraint: " + letters + R"([\w+=,.@:\/-]*)");
  refused(
      {{"SourceIdentity", "x"}},
      "Value 'x' at 'sourceIdentity' failed to satisfy constraint: Member must have length greater than or "
      "equal to 2");
  expect_refused(
      people.call(people.alice, "AssumeRole"), 400, "ValidationError",
      "2 validation errors detected: Value at 'roleArn' failed to satisfy constraint: Member must not "
      "be null; Value at 'roleSessionName' failed to satisfy constraint: Member must not be null");
  expect_refused(people.assume(people.alice, "arn:aws:iam::111122223333:user/alice"), 400, "ValidationError",
                 "Request ARN is invalid");
  expect_refused(people.assume(people.alice, "this-is-not-an-arn-at-all"), 400, "ValidationError",
                 "this-is-not-an-arn-at-all is invalid");
  expect_refused(
      people.assume(people.alice, role,
                    {{"SerialNumber", "arn:aws:iam::111122223333:mfa/alice"}, {"TokenCode", "123456"}}),
      403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ");
  EXPECT_EQ(people.assume(people.alice, role).status, 200);
}

TEST_F(AssumeRole, PacksPoliciesAndSaysHowMuchTheyTake) {
  const std::string role = people.make_role("worker", trusting(aws(account_root)));
  const Reply packed = people.assume(people.alice, role, {{"Policy", document(statement("Allow", "s3:*"))}});
  ASSERT_EQ(packed.status, 200) << packed.body;
  EXPECT_NE(packed["PackedPolicySize"], "<absent>");
  expect_refused(people.assume(people.alice, role, {{"Policy", "{"}}), 400, "MalformedPolicyDocument",
                 "This policy contains invalid Json");
  const std::string big = document(statement("Allow", "s3:" + std::string(2100, 'a')));
  const Reply large = people.assume(people.alice, role, {{"Policy", big}});
  EXPECT_EQ(large.code, "PackedPolicyTooLarge");
  EXPECT_EQ(large.message.substr(0, 23), "Packed policy consumes ");
  Fields tags;
  for (int i = 1; i <= 50; ++i) {
    const std::string at = "Tags.member." + std::to_string(i) + ".";
    tags.emplace_back(at + "Key", "k" + std::to_string(i));
    tags.emplace_back(at + "Value", std::string(256, 'v'));
  }
  EXPECT_EQ(people.assume(people.alice, role, tags).code, "PackedPolicyTooLarge");
}

}  // namespace
}  // namespace openirsa::server
