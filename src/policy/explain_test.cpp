// Does an explanation name what a person would have to change?
#include <gtest/gtest.h>

#include "policy/evaluate.h"

namespace openirsa::policy {
namespace {

const std::string issuer = "oidc.example/id/A";
const std::string provider = "arn:aws:iam::111122223333:oidc-provider/" + issuer;

struct Near {
  std::string policy_principal = R"({"Federated":")" + provider + R"("})";
  std::string condition = "{}";
  std::string action = "sts:AssumeRoleWithWebIdentity";
  std::string version = "2012-10-17";
};

Context web_identity() {
  Context context;
  context.add("oidc.example/id/A:aud", "sts.amazonaws.com");
  context.add("oidc.example/id/A:sub", "system:serviceaccount:shop:cart");
  context.add_list("oidc.example/id/A:amr", {"pwd", "mfa"});
  return context;
}

StatementTrace trace_of(const Near& near, const Principal& principal, const Context& context) {
  const auto trust =
      Policy::parse(R"({"Version":")" + near.version +
                        R"(","Statement":[{"Sid":"S","Effect":"Allow","Principal":)" + near.policy_principal +
                        R"(,"Action":")" + near.action + R"(","Condition":)" + near.condition + "}]}",
                    Kind::trust);
  if (!trust) {
    ADD_FAILURE() << trust.error().message;
    return {};
  }
  const Facts facts{.principal = principal,
                    .action = "sts:AssumeRoleWithWebIdentity",
                    .resource = "arn:aws:iam::111122223333:role/app",
                    .context = &context};
  Explanation explanation;
  const Decision decision = decide_trust(*trust, facts, &explanation);
  EXPECT_EQ(decision.allowed(), explanation.statements.at(0).matched);
  EXPECT_EQ(decision.source(), Source::trust);
  return explanation.statements.at(0);
}

StatementTrace trace_of(const Near& near) {
  const Context context = web_identity();
  return trace_of(
      near,
      {.kind = Principal::Kind::federated, .arn = provider, .account = {}, .role_arn = {}, .unique_id = {}},
      context);
}

Comparison last(const StatementTrace& trace) {
  EXPECT_FALSE(trace.comparisons.empty());
  return trace.comparisons.empty() ? Comparison{} : trace.comparisons.back();
}

Near with_condition(const std::string& op, const std::string& key, const std::string& value) {
  Near near;
  near.condition = R"({")" + op + R"(":{")" + key + R"(":")" + value + R"("}})";
  return near;
}

std::string hint_of(const std::string& op, const std::string& key, const std::string& value) {
  const StatementTrace trace = trace_of(with_condition(op, key, value));
  EXPECT_FALSE(trace.matched);
  return last(trace).hint;
}

TEST(Explanation, of_a_statement_that_matches_shows_every_comparison) {
  const StatementTrace trace =
      trace_of(with_condition("StringEquals", issuer + ":sub", "system:serviceaccount:shop:cart"));
  EXPECT_TRUE(trace.matched);
  EXPECT_FALSE(trace.deny);
  EXPECT_EQ(trace.sid, "S");
  EXPECT_EQ(trace.policy, "AssumeRolePolicyDocument");
  ASSERT_EQ(trace.comparisons.size(), 3U);
  for (const Comparison& comparison : trace.comparisons) {
    EXPECT_TRUE(comparison.matched);
    EXPECT_EQ(comparison.hint, "");
  }
  EXPECT_EQ(trace.comparisons[0].element, "Principal");
  EXPECT_EQ(trace.comparisons[1].element, "Action");
  EXPECT_EQ(trace.comparisons[2].element, "Condition");
}

TEST(Explanation, stops_at_the_first_comparison_that_fails) {
  Near near = with_condition("StringEquals", issuer + ":sub", "system:serviceaccount:shop:pay");
  near.condition =
      R"({"StringEquals":{")" + issuer + R"(:sub":["a","b"],")" + issuer + R"(:aud":"never looked at"}})";
  const StatementTrace trace = trace_of(near);
  ASSERT_EQ(trace.comparisons.size(), 3U);
  const Comparison& failed = trace.comparisons.back();
  EXPECT_FALSE(failed.matched);
  EXPECT_EQ(failed.op, "StringEquals");
  EXPECT_EQ(failed.key, issuer + ":sub");
  EXPECT_EQ(failed.expected, "a | b");
  EXPECT_EQ(failed.actual, "system:serviceaccount:shop:cart");
  EXPECT_EQ(failed.hint, "");
}

TEST(Explanation, names_near_misses_of_values) {
  const std::string sub = issuer + ":sub";
  EXPECT_EQ(hint_of("StringEquals", sub, "system:serviceaccount:shop:Cart"), "differs only in case");
  EXPECT_EQ(hint_of("StringLike", sub, "system:serviceaccount:SHOP:*"), "differs only in case");
  EXPECT_EQ(hint_of("StringEquals", sub, "system:serviceaccount:shop:cart "), "differs only in white space");
  EXPECT_EQ(hint_of("StringEquals", sub, "system:serviceaccount:shop:cart/"),
            "differs only in a trailing slash");
  EXPECT_EQ(hint_of("StringEquals", sub, "system:serviceaccount:shop:*"),
            "`*` and `?` under StringEquals are literal: StringLike reads them as wildcards");
  EXPECT_EQ(hint_of("StringEquals", sub, "${aws:username}"),
            "a policy variable in `${aws:username}` has no value here");
  EXPECT_EQ(hint_of("NumericEquals", sub, "5"), "the request's value is not a number");
  EXPECT_EQ(hint_of("NumericEquals", sub, "five"), "`five` is not a number");
  EXPECT_EQ(hint_of("DateLessThan", sub, "2026-11-24"), "the request's value is not a date");
  EXPECT_EQ(hint_of("IpAddress", sub, "10.0.0.0/8"), "the request's value is not an IP address");
  EXPECT_EQ(hint_of("ArnLike", sub, "*"), "`*` is not an ARN pattern: six parts between colons are needed");
  EXPECT_EQ(hint_of("Bool", sub, "yes"), "`yes` is neither true nor false");
  EXPECT_EQ(hint_of("StringEquals", issuer + ":amr", "mfa"),
            "the key has several values: ForAnyValue: or ForAllValues: is needed");
  EXPECT_EQ(hint_of("StringNotEquals", sub, "system:serviceaccount:shop:cart"), "");
}

TEST(Explanation, names_near_misses_of_keys) {
  const std::string value = "system:serviceaccount:shop:cart";
  EXPECT_EQ(hint_of("StringEquals", issuer + "/:sub", value),
            "the request has `oidc.example/id/A:sub`: differs only in a trailing slash of the issuer");
  EXPECT_EQ(hint_of("StringEquals", "https://" + issuer + ":sub", value),
            "the request has `oidc.example/id/A:sub`: the key is written without https://");
  EXPECT_EQ(hint_of("StringEquals", "oidc.example/id/B:aud", value),
            "the request has `oidc.example/id/A:aud`: another issuer");
  EXPECT_EQ(hint_of("StringEquals", issuer + ":sub ", value),
            "the request has `oidc.example/id/A:sub`: differs only in white space");
  EXPECT_EQ(hint_of("StringEquals", issuer + ":email", value), "");
  const StatementTrace trace = trace_of(with_condition("StringEquals", issuer + ":email", value));
  EXPECT_EQ(last(trace).actual, "(absent)");
  EXPECT_TRUE(trace_of(with_condition("StringEquals", "OIDC.example/id/a:SUB", value)).matched);
}

TEST(Explanation, names_a_version_without_variables) {
  Near near = with_condition("StringEquals", issuer + ":sub", "${aws:username}");
  near.version = "2008-10-17";
  EXPECT_EQ(last(trace_of(near)).hint, "policy variables need \"Version\": \"2012-10-17\"");
}

TEST(Explanation, names_near_misses_of_actions) {
  Near near;
  near.action = "sts:AssumeRole";
  const Comparison failed = last(trace_of(near));
  EXPECT_EQ(failed.element, "Action");
  EXPECT_EQ(failed.hint, "`sts:AssumeRole` is another action with the same beginning");
}

std::string principal_hint(const std::string& json, const Principal& principal) {
  Near near;
  near.policy_principal = json;
  const Context context = web_identity();
  const StatementTrace trace = trace_of(near, principal, context);
  EXPECT_FALSE(trace.matched);
  EXPECT_EQ(last(trace).element, "Principal");
  return last(trace).hint;
}

TEST(Explanation, names_near_misses_of_providers) {
  const Principal caller{
      .kind = Principal::Kind::federated, .arn = provider, .account = {}, .role_arn = {}, .unique_id = {}};
  const auto federated = [](const std::string& arn) { return R"({"Federated":")" + arn + R"("})"; };
  EXPECT_EQ(principal_hint(federated(provider + "/"), caller), "differs only in a trailing slash");
  EXPECT_EQ(principal_hint(federated("arn:aws:iam::111122223333:oidc-provider/oidc.example/id/a"), caller),
            "differs only in case");
  EXPECT_EQ(principal_hint(federated("arn:aws:iam::111122223333:oidc-provider/oidc.example/id/B"), caller),
            "another identity provider");
  EXPECT_EQ(principal_hint(federated("arn:aws:iam::444455556666:oidc-provider/" + issuer), caller),
            "the same provider in another account");
  EXPECT_EQ(principal_hint(R"({"AWS":"111122223333"})", caller), "the statement names no identity provider");
}

TEST(Explanation, names_near_misses_of_accounts_and_roles) {
  const Principal caller{.kind = Principal::Kind::assumed_role,
                         .arn = "arn:aws:sts::111122223333:assumed-role/ci/run",
                         .account = "111122223333",
                         .role_arn = "arn:aws:iam::111122223333:role/ci",
                         .unique_id = "AROACICICICICICICICI1"};
  EXPECT_EQ(principal_hint(R"({"AWS":"AROACICICICICICICICI0"})", caller),
            "`AROACICICICICICICICI0` is the id of another user or role, perhaps one deleted and made again");
  EXPECT_EQ(principal_hint(R"({"AWS":"444455556666"})", caller), "another account");
  EXPECT_EQ(principal_hint(R"({"AWS":"arn:aws:sts::111122223333:assumed-role/ci/RUN"})", caller),
            "differs only in case");
  EXPECT_EQ(principal_hint(R"({"Service":"ec2.amazonaws.com"})", caller),
            "the statement does not name this principal");
  const Principal pods{.kind = Principal::Kind::service,
                       .arn = "pods.eks.amazonaws.com",
                       .account = {},
                       .role_arn = {},
                       .unique_id = {}};
  EXPECT_EQ(principal_hint(R"({"AWS":"444455556666"})", pods), "the statement names no service");
}

std::string resource_hint(const std::string& resource, std::string_view actual,
                          const std::string& element = "Resource") {
  const auto policy =
      Policy::parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*",")" + element +
                        R"(":")" + resource + R"("}})",
                    Kind::managed);
  if (!policy) return policy.error().message;
  Context context;
  context.add("aws:PrincipalAccount", "1111");
  const Facts facts{.principal = {}, .action = "s3:GetObject", .resource = actual, .context = &context};
  const Attached attached[] = {{&*policy, Source::identity, "p"}};
  Explanation explanation;
  EXPECT_FALSE(decide(attached, facts, &explanation).allowed());
  EXPECT_EQ(last(explanation.statements.at(0)).expected, resource);
  return last(explanation.statements.at(0)).hint;
}

TEST(Explanation, names_near_misses_of_resources) {
  EXPECT_EQ(resource_hint("arn:aws:s3:::Bucket/*", "arn:aws:s3:::bucket/x"), "differs only in case");
  EXPECT_EQ(resource_hint("arn:aws:s3:::bucket/", "arn:aws:s3:::bucket"), "differs only in a trailing slash");
  EXPECT_EQ(resource_hint("arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/x"),
            "a policy variable in `arn:aws:s3:::b/${aws:username}` has no value here");
  EXPECT_EQ(resource_hint("arn:aws:sqs:eu:${aws:PrincipalAccount}:q", "arn:aws:sqs:eu:1111:q"),
            "a policy variable before the fifth colon of an ARN is plain text");
  EXPECT_EQ(resource_hint("arn:aws:s3:::bucket", "arn:aws:s3:::other"), "");
  EXPECT_EQ(resource_hint("arn:aws:s3:::bucket", "arn:aws:s3:::bucket", "NotResource"),
            "the resource is one of those that NotResource leaves out");
}

}  // namespace
}  // namespace openirsa::policy
