// Does a decision on the hot path allocate anything?
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "policy/evaluate.h"

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* at = std::malloc(size == 0 ? 1 : size)) return at;
  throw std::bad_alloc();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace openirsa::policy {
namespace {

constexpr std::string_view trust_text = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/other.example"},
   "Action":"sts:AssumeRoleWithWebIdentity"},
  {"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A"},
   "Action":"sts:AssumeRole*",
   "Condition":{"StringEquals":{"oidc.example/id/A:aud":"sts.amazonaws.com"},
                "StringLike":{"oidc.example/id/A:sub":"system:serviceaccount:shop-and-a-long-name:*"},
                "ForAllValues:StringEquals":{"aws:TagKeys":["team"]},
                "IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]},
                "NumericLessThanEquals":{"sts:DurationSeconds":"3600"},
                "DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},
                "Bool":{"aws:SecureTransport":"true"},
                "ArnLike":{"k:arn":"arn:aws:iam::${aws:PrincipalAccount}:role/*"},
                "StringNotEquals":{"k:absent":"${k:absent, 'nobody at all, and a long text'}"},
                "Null":{"k:absent":"true"}}}]})";

struct Request {
  Context context;
  Facts facts;

  Request() {
    context.add("oidc.example/id/A:aud", "sts.amazonaws.com");
    context.add("oidc.example/id/A:sub", "system:serviceaccount:shop-and-a-long-name:cart");
    context.add_list("aws:TagKeys", {"team"});
    context.add("aws:SourceIp", "2001:db8::7");
    context.add("sts:DurationSeconds", "3600");
    context.add("aws:CurrentTime", "2026-11-24T12:00:00Z");
    context.add("aws:SecureTransport", "true");
    context.add("aws:PrincipalAccount", "111122223333");
    context.add("k:arn", "arn:aws:iam::111122223333:role/a-role-with-a-long-name");
    facts = {.principal = {.kind = Principal::Kind::federated,
                           .arn = "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A",
                           .account = {},
                           .role_arn = {},
                           .unique_id = {}},
             .action = "sts:AssumeRoleWithWebIdentity",
             .resource = "arn:aws:iam::111122223333:role/app",
             .context = &context};
  }
};

TEST(Allocation, a_trust_decision_allocates_only_the_name_in_the_decision) {
  const auto trust = Policy::parse(trust_text, Kind::trust);
  ASSERT_TRUE(trust) << trust.error().message;
  const Request request;
  const std::size_t before = allocations;
  const Decision decision = decide_trust(*trust, request.facts);
  const std::size_t used = allocations - before;
  EXPECT_TRUE(decision.allowed());
  EXPECT_LE(used, 1U);  // Decision::policy_name
}

TEST(Allocation, a_refusal_allocates_nothing) {
  const auto trust = Policy::parse(trust_text, Kind::trust);
  ASSERT_TRUE(trust);
  Request request;
  request.context.add("sts:DurationSeconds", "3601");
  const std::size_t before = allocations;
  const Decision decision = decide_trust(*trust, request.facts);
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_FALSE(decision.allowed());
}

TEST(Allocation, several_layers_allocate_nothing_with_short_names) {
  constexpr std::string_view text =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"iam:*",
      "Resource":["arn:aws:s3:::bucket/${oidc.example/id/A:sub}/*","arn:aws:iam::111122223333:role/*"]}]})";
  const auto policy = Policy::parse(text, Kind::identity);
  ASSERT_TRUE(policy) << policy.error().message;
  const Request request;
  const Attached attached[] = {
      {&*policy, Source::identity, "a"}, {&*policy, Source::boundary, "b"}, {&*policy, Source::session, "c"}};
  const std::size_t before = allocations;
  const Decision decision = decide(attached, request.facts);
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_TRUE(decision.allowed());
}

TEST(Allocation, the_counter_counts) {
  const auto trust = Policy::parse(trust_text, Kind::trust);
  const Request request;
  Explanation explanation;
  const std::size_t before = allocations;
  EXPECT_TRUE(decide_trust(*trust, request.facts, &explanation).allowed());
  EXPECT_GT(allocations - before, 10U);
}

}  // namespace
}  // namespace openirsa::policy
