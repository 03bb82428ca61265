#include "token/unsecured.h"

#include <gtest/gtest.h>

#include "token/test_tokens.h"

namespace openirsa::token {
namespace {

TEST(UnsecuredToken, CarriesItsClaims) {
  const std::string text = unsecured_token(test::good_claims(), time_of_seconds(5));
  const auto token = SignedToken::parse(text);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->unverified_claims(), test::good_claims());
}

TEST(UnsecuredToken, IsMadeNowForAnHourUnlessItSaysOtherwise) {
  json::object claims = test::without("exp");
  claims.erase("iat");
  const std::string text = unsecured_token(claims, time_of_seconds(test::now));
  const auto token = SignedToken::parse(text);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(integer_of(token->unverified_registered_claims().issued_at), test::now);
  EXPECT_EQ(integer_of(token->unverified_registered_claims().expires_at), test::now + 3600);
}

TEST(UnsecuredToken, IsVerifiedByNoKey) {
  const std::string unsecured = unsecured_token(test::good_claims(), time_of_seconds(test::now));
  for (const JwkSet& keys : {test::rsa_set(), test::rsa_set(std::nullopt), JwkSet({})}) {
    EXPECT_EQ(test::fault_of(test::verify(unsecured, keys)), Fault::algorithm_not_allowed);
  }
  EXPECT_TRUE(test::verify(sign_token(test::good_claims(), "a", crypto::Algorithm::rs256, test::rsa())));
}

TEST(JudgeDates, AsksForTheDatesAlone) {
  const Expectation expected{};
  const auto judge = [&](const json::object& claims, std::int64_t at) {
    const std::string text = unsecured_token(claims, time_of_seconds(at));
    return TokenVerifier::judge_dates(*SignedToken::parse(text), expected, time_of_seconds(at));
  };
  EXPECT_FALSE(judge(test::good_claims(), test::now));
  const auto late = judge(test::good_claims(), test::now + 4000);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->code, Fault::expired);
  const auto early = judge(test::good_claims(), test::now - 400);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->code, Fault::issued_in_future);
  const auto missing = judge(test::without("sub"), test::now);
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->code, Fault::missing_claim);
}

}  // namespace
}  // namespace openirsa::token
