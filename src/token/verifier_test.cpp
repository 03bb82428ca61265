#include "token/verifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "token/test_tokens.h"

namespace openirsa::token {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using crypto::Algorithm;
using crypto::KeyType;
using crypto::PrivateKey;

TEST(Verify, makes_an_id_token) {
  json::object claims = with("nbf", now);
  claims["kubernetes.io"] = {{"namespace", "default"}};
  const auto token = verify_claims(claims);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->issuer(), issuer);
  EXPECT_EQ(token->subject(), "system:serviceaccount:default:app");
  EXPECT_EQ(token->audience(), "sts.amazonaws.com");
  EXPECT_EQ(token->original_audiences(), std::vector<std::string_view>{"sts.amazonaws.com"});
  EXPECT_FALSE(token->has_authorized_party());
  EXPECT_EQ(token->key_id(), "a");
  EXPECT_EQ(token->expires_at(), time_of_seconds(now + 3600));
  EXPECT_EQ(token->issued_at(), time_of_seconds(now));
  EXPECT_EQ(token->claims(), claims);
}

TEST(Verify, outlives_the_signed_token) {
  auto token = [] { return verify(sign_token(good_claims(), "a", Algorithm::rs256, rsa())); }();
  ASSERT_TRUE(token);
  EXPECT_EQ(find_string(token->claims(), "iss"), issuer);
}

TEST(Verify, needs_each_required_claim) {
  for (const std::string_view name : {"iss", "aud", "sub", "exp", "iat"}) {
    const auto result = verify_claims(without(name));
    EXPECT_EQ(fault_of(result), Fault::missing_claim) << name;
    EXPECT_EQ(refusal_of(result).detail, name);
  }
  EXPECT_EQ(fault_of(verify_claims(without("nbf"))), std::nullopt);
}

TEST(Verify, takes_an_empty_claim_for_none) {
  EXPECT_EQ(fault_of(verify_claims(with("sub", ""))), Fault::missing_claim);
  EXPECT_EQ(fault_of(verify_claims(with("iss", ""))), Fault::missing_claim);
  EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{}))), Fault::missing_claim);
}

TEST(Verify, needs_each_claim_in_its_type) {
  const std::pair<const char*, json::value> cases[] = {
      {"iss", 1},
      {"iss", nullptr},
      {"iss", json::array{issuer}},
      {"sub", 7},
      {"sub", json::object{}},
      {"aud", 7},
      {"aud", json::object{}},
      {"aud", nullptr},
      {"aud", json::array{"sts.amazonaws.com", 7}},
      {"azp", 7},
      {"azp", nullptr},
      {"exp", "1795525200"},
      {"iat", true},
      {"nbf", "0"},
      {"nbf", nullptr},
  };
  for (const auto& [name, value] : cases) {
    const auto result = verify_claims(with(name, value));
    EXPECT_EQ(fault_of(result), Fault::wrong_claim_type) << name << " " << value;
    EXPECT_EQ(refusal_of(result).detail, name);
  }
}

TEST(Verify, takes_integer_dates_only) {
  for (const char* name : {"exp", "iat", "nbf"}) {
    EXPECT_EQ(fault_of(verify_claims(with(name, double(now) + 0.5))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, double(now)))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, -1))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, 253402300800))), Fault::wrong_claim_type) << name;
    EXPECT_EQ(fault_of(verify_claims(with(name, std::numeric_limits<std::int64_t>::max()))),
              Fault::wrong_claim_type);
    EXPECT_EQ(fault_of(verify_claims(with(name, std::numeric_limits<std::int64_t>::min()))),
              Fault::wrong_claim_type);
    EXPECT_EQ(fault_of(verify_claims(with(name, std::numeric_limits<std::uint64_t>::max()))),
              Fault::wrong_claim_type);
  }
  EXPECT_EQ(fault_of(verify_claims(with("exp", 253402300799))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("iat", 0))), std::nullopt);
}

TEST(Verify, expires_on_exp_and_not_after_it) {
  const json::object claims = with("exp", now);
  EXPECT_EQ(fault_of(verify_claims(claims, now + 299)), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(claims, now + 300)), Fault::expired);
  EXPECT_EQ(fault_of(verify_claims(claims, now + 301)), Fault::expired);

  const std::string text = sign_token(claims, "a", Algorithm::rs256, rsa());
  const Expectation strict{issuer, &client_ids, std::chrono::seconds{0}};
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now - 1, strict)), Fault::issued_in_future);
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now, strict)), Fault::expired);
  EXPECT_EQ(fault_of(verify(sign_token(with("exp", now + 1), "a", Algorithm::rs256, rsa()), rsa_set(), now,
                            strict)),
            std::nullopt);
}

TEST(Verify, names_the_times_in_a_refusal) {
  const auto result = verify_claims(with("exp", now - 1000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Fault::expired);
  EXPECT_EQ(result.error().expected, std::to_string(now));
  EXPECT_EQ(result.error().actual, std::to_string(now - 1000));
}

TEST(Verify, counts_whole_seconds) {
  const std::string text = sign_token(with("exp", now), "a", Algorithm::rs256, rsa());
  const auto token = SignedToken::parse(text);
  ASSERT_TRUE(token);
  const Time last = time_of_seconds(now + 300) - std::chrono::milliseconds{1};
  EXPECT_TRUE(TokenVerifier::verify(*token, {issuer, &client_ids}, rsa_set(), last));
  EXPECT_FALSE(TokenVerifier::verify(*token, {issuer, &client_ids}, rsa_set(), time_of_seconds(now + 300)));
}

TEST(Verify, is_valid_from_nbf_on) {
  EXPECT_EQ(fault_of(verify_claims(with("nbf", now + 300))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("nbf", now + 301))), Fault::not_yet_valid);
}

TEST(Verify, refuses_a_token_from_the_future) {
  EXPECT_EQ(fault_of(verify_claims(with("iat", now + 300))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("iat", now + 301))), Fault::issued_in_future);
}

TEST(Verify, refuses_an_old_token_where_an_age_is_set) {
  Expectation expected{issuer, &client_ids, std::chrono::seconds{300}, std::chrono::seconds{86400}};
  const auto verified = [&](std::int64_t age) {
    return verify(sign_token(with("iat", now - age), "a", Algorithm::rs256, rsa()), rsa_set(), now, expected);
  };
  EXPECT_EQ(fault_of(verified(86700)), std::nullopt);
  const auto old = verified(86701);
  EXPECT_EQ(fault_of(old), Fault::too_old);
  EXPECT_EQ(refusal_of(old).actual, "86701");
  EXPECT_EQ(fault_of(verify_claims(with("iat", now - std::int64_t{8640000}))), std::nullopt)
      << "no age is set";
}

TEST(Verify, compares_the_issuer_byte_for_byte) {
  for (const std::string& other : {issuer + "/", to_lower(issuer), issuer.substr(0, issuer.size() - 1),
                                   "http" + issuer.substr(5), " " + issuer}) {
    const auto result = verify_claims(with("iss", json::string(other)));
    EXPECT_EQ(fault_of(result), Fault::issuer_mismatch) << other;
    EXPECT_EQ(refusal_of(result).expected, issuer);
    EXPECT_EQ(refusal_of(result).actual, other);
  }
  EXPECT_EQ(fault_of(verify_claims(good_claims())), std::nullopt);
}

TEST(Verify, compares_the_audience_byte_for_byte) {
  EXPECT_EQ(fault_of(verify_claims(with("aud", "second"))), std::nullopt);
  EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{"second"}))), std::nullopt);
  for (const char* other : {"sts.amazonaws.com ", "STS.amazonaws.com", "sts.amazonaws.co", "third"}) {
    EXPECT_EQ(fault_of(verify_claims(with("aud", other))), Fault::audience_mismatch) << other;
    EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{other}))), Fault::audience_mismatch) << other;
  }
}

TEST(Verify, matches_no_audience_without_client_ids) {
  const std::string text = sign_token(good_claims(), "a", Algorithm::rs256, rsa());
  const std::vector<std::string> none;
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now, {issuer, &none})), Fault::audience_mismatch);
  EXPECT_EQ(fault_of(verify(text, rsa_set(), now, {issuer, nullptr})), Fault::audience_mismatch);
}

TEST(Verify, needs_azp_for_several_audiences) {
  const json::array both{"sts.amazonaws.com", "second"};
  EXPECT_EQ(fault_of(verify_claims(with("aud", both))), Fault::several_audiences);
  EXPECT_EQ(fault_of(verify_claims(with("aud", json::array{"second", "second"}))), Fault::several_audiences);

  json::object claims = with("aud", json::array{"foreign", "second"});
  claims["azp"] = "sts.amazonaws.com";
  const auto token = verify_claims(claims);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->audience(), "sts.amazonaws.com");
  EXPECT_EQ(token->original_audiences(), (std::vector<std::string_view>{"foreign", "second"}));
  EXPECT_TRUE(token->has_authorized_party());
}

TEST(Verify, lets_azp_stand_for_the_audience) {
  json::object claims = with("azp", "third");
  EXPECT_EQ(fault_of(verify_claims(claims)), Fault::audience_mismatch) << "aud alone would match";
  claims["azp"] = "";
  EXPECT_EQ(fault_of(verify_claims(claims)), Fault::audience_mismatch);
  claims["azp"] = "second";
  EXPECT_EQ(fault_of(verify_claims(claims)), std::nullopt);
}

TEST(Verify, checks_in_awss_order) {
  // Everything is wrong; each repair shows the next fault.
  const PrivateKey stranger = PrivateKey::generate(KeyType::rsa);
  json::object claims{{"iss", "https://other.test"}, {"aud", json::array{"x", "y"}}, {"exp", now - 5000}};
  const auto fault = [&](const PrivateKey& key = rsa(), std::string_view key_id = "b") {
    return fault_of(verify(sign_token(claims, key_id, Algorithm::rs256, key)));
  };
  EXPECT_EQ(fault(), Fault::missing_claim);
  claims["sub"] = 1;
  claims["iat"] = now + 5000;
  claims["nbf"] = now + 5000;
  EXPECT_EQ(fault(), Fault::wrong_claim_type);
  claims["sub"] = "subject";
  EXPECT_EQ(fault(), Fault::issuer_mismatch);
  claims["iss"] = issuer;
  EXPECT_EQ(fault(), Fault::several_audiences);
  claims["aud"] = "x";
  EXPECT_EQ(fault(), Fault::audience_mismatch);
  claims["aud"] = "second";
  EXPECT_EQ(fault(), Fault::unknown_key);
  EXPECT_EQ(fault(stranger, "a"), Fault::signature_mismatch);
  EXPECT_EQ(fault(rsa(), "a"), Fault::expired);
  claims["exp"] = now + 9000;
  EXPECT_EQ(fault(rsa(), "a"), Fault::not_yet_valid);
  claims["nbf"] = now;
  EXPECT_EQ(fault(rsa(), "a"), Fault::issued_in_future);
  claims["iat"] = now;
  EXPECT_EQ(fault(rsa(), "a"), std::nullopt);
}

TEST(Refusal, never_shows_token_or_signature) {
  const PrivateKey stranger = PrivateKey::generate(KeyType::rsa);
  const std::string text = sign_token(good_claims(), "a", Algorithm::rs256, stranger);
  const auto result = verify(text);
  ASSERT_FALSE(result);
  const Refusal& refusal = result.error();
  const std::string shown = refusal.detail + refusal.expected + refusal.actual;
  for (const auto segment : split(text, '.')) EXPECT_EQ(shown.find(segment), std::string::npos);
}

TEST(Fault, has_a_name_of_its_own) {
  std::vector<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Fault::too_old); ++code) names.push_back(name_of(Fault{code}));
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_EQ(std::ranges::count(names, "unknown"), 0);
  EXPECT_EQ(name_of(Fault::audience_mismatch), "audience_mismatch");
}

// RFC 8725 §3.8 in types: an IdToken cannot be made by hand.
static_assert(!std::is_default_constructible_v<IdToken>);
static_assert(!std::is_default_constructible_v<SignedToken>);

}  // namespace
}  // namespace openirsa::token
