// Are statements found where AWS's documentation says they stand?
#include "policy/statement_places.h"

#include <gtest/gtest.h>

#include <string>

namespace openirsa::policy {
namespace {

std::string shown(std::string_view text) {
  std::string out;
  for (const StatementPlace& place : statement_places(text)) {
    const auto add = [&](const TextPlace& at) {
      out += std::to_string(at.line) + ":" + std::to_string(at.column);
    };
    add(place.begin);
    out += "-";
    add(place.end);
    out += " ";
  }
  return out;
}

TEST(StatementPlaces, AreThoseOfTheExamplesOfAws) {
  // SimulatePrincipalPolicy, first and second example.
  EXPECT_EQ(
      shown("{\n  \"Version\":\"2012-10-17\",\n  \"Statement\":{\n    \"Effect\":\"Allow\",\n"
            "    \"Action\":\"s3:PutObject\",\n    \"Resource\":\"arn:aws:s3:::my-test-bucket\"\n  }\n}"),
      "3:16-7:4 ");
  EXPECT_EQ(shown(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"),
            "1:38-1:83 ");
}

TEST(StatementPlaces, AreFoundOneByOneInAnArray) {
  EXPECT_EQ(shown("{\"Statement\":[{\"a\":{\"b\":[{}]}},\n "
                  "{}],\"Id\":\"Statement\",\"x\":[{}],\"y\":{\"Statement\":{}}}"),
            "1:16-1:31 2:3-2:4 ");
}

TEST(StatementPlaces, BracketsInTextsAreNone) {
  EXPECT_EQ(shown(R"({"Id":"{\"[","Statement":[{"Sid":"}]\\"},{"Sid":"é"}]})"), "1:28-1:41 1:43-1:53 ");
}

TEST(StatementPlaces, ADocumentWithoutStatementsHasNone) {
  EXPECT_EQ(shown("{}"), "");
  EXPECT_EQ(shown(R"({"Version":"2012-10-17","Id":{"Statement":{}}})"), "");
  EXPECT_EQ(shown(R"({"Statement":"x"})"), "");
}

}  // namespace
}  // namespace openirsa::policy
