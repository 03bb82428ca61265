// Are all the keys named that a policy asks for, and of those that a request lacks only what matters to it?
#include "policy/context_keys.h"

#include <gtest/gtest.h>

namespace openirsa::policy {
namespace {

using Names = std::vector<std::string>;

// The example of boto/boto3#3111, and more.
constexpr std::string_view document = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b",
   "Condition":{"StringLike":{"aws:PrincipalTag/allowed":["s3","${aws:PrincipalTag/other}"]},
                "NumericLessThan":{"s3:max-keys":"10"}}},
  {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*"},
  {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/${AWS:UserName, 'nobody'}/${*}",
   "Condition":{"Bool":{"aws:SecureTransport":"false"},"IpAddress":{"aws:SourceIp":"${not:aVariable}/8"}}}]})";

Policy parse(std::string_view text) {
  auto policy = Policy::parse(text, Kind::identity);
  EXPECT_TRUE(policy) << policy.error().message;
  return *std::move(policy);
}

TEST(ContextKeys, AreNamedOnceInOrder) {
  KeyNames keys;
  add_context_keys(parse(document), keys);
  EXPECT_EQ(keys.names(), (Names{"aws:PrincipalTag/allowed", "aws:PrincipalTag/other", "s3:max-keys",
                                 "aws:username", "aws:SecureTransport", "aws:SourceIp"}));
}

// A variable counts where a decision looks at its value: not in the first five parts of a resource's ARN, nor
// in a text that can match no ARN.
TEST(ContextKeys, AreThoseThatADecisionLooksUp) {
  KeyNames keys;
  add_context_keys(parse(R"({"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:${my:region}:111122223333:${my:queue}",
     "Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:s3:::${my:bucket}","${my:arn}"]}}}]})"),
                   keys);
  EXPECT_EQ(keys.names(), (Names{"aws:SourceArn", "my:bucket", "my:queue"}));
}

TEST(ContextKeys, OfAnOldVersionAreConditionsAlone) {
  std::string old(document);
  old.replace(old.find("2012"), 4, "2008");
  KeyNames keys;
  add_context_keys(parse(old), keys);
  EXPECT_EQ(keys.names(),
            (Names{"aws:PrincipalTag/allowed", "s3:max-keys", "aws:SecureTransport", "aws:SourceIp"}));
}

Names missing(std::string_view action, std::string_view resource, const Context& context) {
  const Policy policy = parse(document);
  KeyNames keys;
  add_missing_keys(policy, {.principal = {}, .action = action, .resource = resource, .context = &context},
                   keys);
  return keys.names();
}

TEST(MissingKeys, AreThoseOfStatementsAboutTheRequest) {
  Context context;
  EXPECT_EQ(missing("s3:ListBucket", "arn:aws:s3:::b", context),
            (Names{"aws:PrincipalTag/allowed", "aws:PrincipalTag/other", "s3:max-keys"}));
  EXPECT_EQ(missing("s3:GetObject", "arn:aws:s3:::b/x/y", context), (Names{"aws:username"}));
  EXPECT_EQ(missing("s3:GetObject", "arn:aws:s3:::b/nobody/*", context),
            (Names{"aws:username", "aws:SecureTransport", "aws:SourceIp"}));
  EXPECT_EQ(missing("sqs:SendMessage", "*", context), Names{});
  context.add("AWS:USERNAME", "x");
  context.add("s3:max-keys", "1");
  EXPECT_EQ(missing("s3:GetObject", "arn:aws:s3:::b/x/y", context), Names{});
  EXPECT_EQ(missing("s3:ListBucket", "arn:aws:s3:::b", context),
            (Names{"aws:PrincipalTag/allowed", "aws:PrincipalTag/other"}));
}

}  // namespace
}  // namespace openirsa::policy
