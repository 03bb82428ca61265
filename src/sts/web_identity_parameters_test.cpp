// Does the exchange refuse what the service model refuses, with AWS's texts?
#include <gtest/gtest.h>

#include "sts/test_desk.h"

namespace openirsa::sts {
namespace {

using test::claims;
using test::Desk;
using test::expect_refused;
using test::Fields;
using test::Reply;
using test::sign;

std::string violation(const std::string& subject, const std::string& field, const std::string& constraint) {
  return "1 validation error detected: " + subject + " at '" + field +
         "' failed to satisfy constraint: " + constraint;
}

struct Parameters : ::testing::Test {
  Desk desk;
  std::string token = sign(claims());

  void refused(const Fields& changes, std::string_view code, const std::string& message) {
    expect_refused(desk.exchange(token, changes), 400, code, message);
    EXPECT_EQ(desk.trace().failure->step, wire::Step::parameters_valid);
  }
  void accepted(const Fields& changes) {
    const Reply reply = desk.exchange(token, changes);
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
};

TEST_F(Parameters, AreAllNamedWhenTheyAreMissing) {
  const Reply reply =
      desk.handle(wire::test::form_request("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"));
  expect_refused(
      reply, 400, "ValidationError",
      "3 validation errors detected: Value at 'roleArn' failed to satisfy constraint: Member must not be "
      "null; Value at 'roleSessionName' failed to satisfy constraint: Member must not be null; Value at "
      "'webIdentityToken' failed to satisfy constraint: Member must not be null");
}

TEST_F(Parameters, NameTheSession) {
  const std::string longest(64, 'x');
  accepted({{"RoleSessionName", "ab"}});
  accepted({{"RoleSessionName", longest}});
  accepted({{"RoleSessionName", "aZ0_+=,.@-"}});
  const std::string pattern = "Member must satisfy regular expression pattern: [\\w+=,.@-]*";
  refused({{"RoleSessionName", "Session1:2"}}, "ValidationError",
          violation("Value 'Session1:2'", "roleSessionName", pattern));
  refused({{"RoleSessionName", "a b"}}, "ValidationError",
          violation("Value 'a b'", "roleSessionName", pattern));
  refused({{"RoleSessionName", "a"}}, "ValidationError",
          violation("Value 'a'", "roleSessionName", "Member must have length greater than or equal to 2"));
  refused({{"RoleSessionName", longest + "x"}}, "ValidationError",
          violation("Value", "roleSessionName", "Member must have length less than or equal to 64"));
}

TEST_F(Parameters, NameTheRole) {
  refused({{"RoleArn", "this-is-not-an-arn-at-all"}}, "ValidationError",
          "this-is-not-an-arn-at-all is invalid");
  refused({{"RoleArn", "arn:aws:iam::1:x"}}, "ValidationError",
          violation("Value 'arn:aws:iam::1:x'", "roleArn",
                    "Member must have length greater than or equal to 20"));
  refused({{"RoleArn", "arn:aws:iam::111122223333:role/" + std::string(2018, 'x')}}, "ValidationError",
          violation("Value", "roleArn", "Member must have length less than or equal to 2048"));
  for (const std::string arn :
       {"arn:aws:iam::111122223333:user/my-role", "arn:aws:sts::111122223333:role/my-role",
        "arn:aws:iam::111122223333:role/", "arn:aws-cn:iam::111122223333:role/my-role",
        "arn:aws:iam:us-east-1:111122223333:role/x", "arn:aws:iam::11112222333:role/my-role",
        "arn:aws:iam::11112222333x:role/my-role"}) {
    refused({{"RoleArn", arn}}, "ValidationError", "Request ARN is invalid");
  }
}

TEST_F(Parameters, BoundTheDuration) {
  refused({{"DurationSeconds", "899"}}, "ValidationError",
          violation("Value '899'", "durationSeconds", "Member must have value greater than or equal to 900"));
  refused(
      {{"DurationSeconds", "43201"}}, "ValidationError",
      violation("Value '43201'", "durationSeconds", "Member must have value less than or equal to 43200"));
  for (const std::string given : {"", "1h", "9e2", "3600.0", " 3600", "99999999999"}) {
    EXPECT_EQ(desk.exchange(token, {{"DurationSeconds", given}}).code, "MalformedInput") << given;
  }
}

TEST_F(Parameters, KnowNoLegacyProviders) {
  EXPECT_EQ(desk.exchange(token, {{"ProviderId", "www.amazon.com"}}).code, "ValidationError");
}

// --- session policies ---

std::string policy_of(std::size_t characters) {
  std::string text =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}})";
  text.insert(1, std::string(characters - text.size(), ' '));
  return text;
}

TEST_F(Parameters, BoundTheSessionPolicy) {
  const Reply reply = desk.exchange(token, {{"Policy", policy_of(2048)}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["PackedPolicySize"], "89");
  EXPECT_LE(reply["SessionToken"].size(), max_packed_token_bytes);
  EXPECT_GT(reply["SessionToken"].size(), max_plain_token_bytes);
  refused({{"Policy", policy_of(2049)}}, "ValidationError",
          violation("Value", "policy", "Member must have length less than or equal to 2048"));
  refused({{"Policy", ""}}, "ValidationError",
          violation("Value ''", "policy", "Member must have length greater than or equal to 1"));
}

TEST_F(Parameters, CountTheSessionPolicyInCharacters) {
  std::string wide =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",)"
      R"("Condition":{"StringEquals":{"aws:PrincipalTag/x":")";
  const std::string end = R"("}}}})";
  while (scalar_count(wide) + end.size() < 2048) wide += "ä";
  const Reply reply = desk.exchange(token, {{"Policy", wide + end}});
  // 2,048 characters are allowed; their bytes do not fit the packed form.
  expect_refused(reply, 400, "PackedPolicyTooLarge",
                 "Packed policy consumes 172% of allotted space, please use smaller policy");
  EXPECT_EQ(desk.trace().failure->step, wire::Step::session_policy_valid);
}

TEST_F(Parameters, KeepTheSessionPolicyToItsAlphabet) {
  const std::string policy = policy_of(200);
  for (const std::string_view foreign : {"\xE2\x82\xAC", "\xC4\x80", "\x01", "\x1F"}) {
    refused(
        {{"Policy", policy + std::string(foreign)}}, "ValidationError",
        violation("Value", "policy",
                  "Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"));
  }
  accepted({{"Policy", "\t\r\n " + policy}});
}

TEST_F(Parameters, RefuseASessionPolicyThatIsNone) {
  for (const std::string policy : {"{", "[]", R"({"Version":"2012-10-17"})",
                                   R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*",)"
                                   R"("Action":"*","Resource":"*"}})"}) {
    const Reply reply = desk.exchange(token, {{"Policy", policy}});
    EXPECT_EQ(reply.status, 400) << policy;
    EXPECT_EQ(reply.code, "MalformedPolicyDocument") << policy;
    EXPECT_FALSE(reply.message.empty());
  }
}

Fields arns(int count, const std::string& start = "arn:aws:iam::aws:policy/P") {
  Fields fields;
  for (int i = 1; i <= count; ++i) {
    fields.emplace_back("PolicyArns.member." + std::to_string(i) + ".arn", start + std::to_string(i));
  }
  return fields;
}

TEST_F(Parameters, TakeTenPolicyArns) {
  accepted(arns(10));
  refused(arns(11), "ValidationError",
          violation("Value", "policyArns", "Member must have length less than or equal to 10"));
  for (const std::string arn : {"arn:aws:iam::444455556666:policy/P", "arn:aws:iam::111122223333:role/P",
                                "arn:aws:s3::aws:policy/P", "policy", "arn:aws-cn:iam::aws:policy/P"}) {
    refused({{"PolicyArns.member.1.arn", arn}}, "ValidationError", "Invalid ARN: " + arn);
  }
}

TEST_F(Parameters, CountPoliciesAndArnsTogether) {
  const std::string arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  accepted({{"PolicyArns.member.1.arn", arn}, {"Policy", policy_of(2048 - arn.size())}});
  refused({{"PolicyArns.member.1.arn", arn}, {"Policy", policy_of(2049 - arn.size())}},
          "PackedPolicyTooLarge", "Packed policy consumes 101% of allotted space, please use smaller policy");
}

TEST_F(Parameters, AreRefusedAlikeWhateverTheRoleAndTheToken) {
  for (const Fields& changes : {Fields{{"DurationSeconds", "1"}}, Fields{{"Policy", "{"}}, arns(11)}) {
    Fields missing = changes;
    missing.emplace_back("RoleArn", "arn:aws:iam::111122223333:role/missing");
    EXPECT_EQ(desk.exchange(token, changes).body, desk.exchange("abcd", missing).body);
  }
}

}  // namespace
}  // namespace openirsa::sts
