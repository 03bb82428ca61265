#include "record/identifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

namespace openirsa::record {
namespace {

constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool consists_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

TEST(Identifier, AccountIdsAreTwelveDigitsWithoutLeadingZero) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string id = make_account_id();
    EXPECT_EQ(id.size(), 12U);
    EXPECT_TRUE(consists_of(id, "0123456789")) << id;
    EXPECT_NE(id[0], '0');
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 200U);
}

TEST(Identifier, UniqueIdsHaveTheirPrefix) {
  const std::string id = make_unique_id("AROA");
  EXPECT_EQ(id.size(), 21U);
  EXPECT_TRUE(id.starts_with("AROA"));
  EXPECT_TRUE(consists_of(id.substr(4), base32)) << id;
  EXPECT_NE(id, make_unique_id("AROA"));
}

// The pair is the worked example of "A short note on AWS key ID" (Tal Be'ery, 2023), which found the bits.
TEST(Identifier, ReadsTheAccountOfAnIdThatAwsMade) {
  EXPECT_EQ(account_of_access_key("ASIAQNZGKIQY56JQ7WML"), "029608264753");
}

TEST(Identifier, AccessKeyIdsNameTheirAccount) {
  for (const std::string_view account : {"000000000000", "000000000001", "123456789012", "999999999999"}) {
    for (const std::string_view prefix : {"AKIA", "ASIA"}) {
      for (int i = 0; i < 100; ++i) {
        const std::string id = make_access_key_id(prefix, account);
        ASSERT_EQ(id.size(), 20U);
        ASSERT_TRUE(id.starts_with(prefix));
        ASSERT_TRUE(consists_of(id.substr(4), base32)) << id;
        ASSERT_EQ(account_of_access_key(id), account) << id;
      }
    }
  }
}

TEST(Identifier, AccessKeyIdsOfOneAccountDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(make_access_key_id("AKIA", "123456789012"));
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Identifier, EveryLetterBehindTheAccountVaries) {
  std::set<char> letters[20];
  for (int i = 0; i < 2000; ++i) {
    const std::string id = make_access_key_id("AKIA", "123456789012");
    for (std::size_t at = 0; at < id.size(); ++at) letters[at].insert(id[at]);
  }
  // 41 bits are fixed: eight letters and one bit of the ninth, which with the tenth has the 9 bits that are
  // not.
  for (std::size_t at = 0; at < 12; ++at) EXPECT_EQ(letters[at].size(), 1U) << at;
  EXPECT_EQ(letters[12].size(), 16U);
  for (std::size_t at = 13; at < 20; ++at) EXPECT_EQ(letters[at].size(), 32U) << at;
}

TEST(Identifier, AccountsThatAreNoneAreADefect) {
  for (const std::string_view account :
       {"", "12345678901", "1234567890123", "12345678901a", "-23456789012"}) {
    EXPECT_THROW(make_access_key_id("AKIA", account), std::logic_error) << account;
  }
}

TEST(Identifier, OtherFormsNameNoAccount) {
  for (const std::string_view id :
       {"", "AKIA", "AKIAIOSFODNN7EXAMPLE", "ASIAQNZGKIQY56JQ7WM", "ASIAQNZGKIQY56JQ7WMLA",
        "ASIAqnzgkiqy56jq7wml", "ASIAQNZGKIQY56JQ7WM1", "ASIAQNZGKIQY56JQ7WM=", "AKIA7777777777777777"}) {
    EXPECT_EQ(account_of_access_key(id), std::nullopt) << id;
  }
}

TEST(Identifier, SecretsAreFortyLettersOfBase64) {
  const Secret secret = make_secret_access_key();
  EXPECT_EQ(secret.expose().size(), 40U);
  EXPECT_TRUE(
      consists_of(secret.expose(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"));
  EXPECT_FALSE(secret.equals(make_secret_access_key().expose()));
}

TEST(Identifier, IssuerIdsAreUpperCaseHex) {
  const std::string id = make_issuer_id();
  EXPECT_EQ(id.size(), 32U);
  EXPECT_TRUE(consists_of(id, "0123456789ABCDEF")) << id;
  EXPECT_NE(id, make_issuer_id());
}

}  // namespace
}  // namespace openirsa::record
