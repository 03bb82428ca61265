// Are named policies found by the ARN of their partition alone?
#include "policy/catalogue.h"

#include <gtest/gtest.h>

namespace openirsa::policy {
namespace {

NamedPolicy named(std::string place, std::string description) {
  constexpr std::string_view document =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
  return {.place = std::move(place),
          .description = std::move(description),
          .document = *Policy::parse(document, Kind::managed)};
}

TEST(Catalogue, FindsByArnAndNothingElse) {
  const Catalogue catalogue("aws-cn", {named("/service-role/B", "b"), named("/A", "a"), named("/C", "c")});
  for (const char* place : {"/A", "/C", "/service-role/B"}) {
    const NamedPolicy* found = catalogue.find("arn:aws-cn:iam::aws:policy" + std::string(place));
    ASSERT_NE(found, nullptr) << place;
    EXPECT_EQ(found->place, place);
    EXPECT_EQ(catalogue.find(catalogue.arn(*found)), found);
  }
  for (const char* arn :
       {"arn:aws:iam::aws:policy/A", "arn:aws-cn:iam::111122223333:policy/A", "arn:aws-cn:iam::aws:policyA",
        "arn:aws-cn:sts::aws:policy/A", "arn:aws-cn:iam:us-west-2:aws:policy/A",
        "arn:aws-cn:iam::aws:policy/B", "arn:aws-cn:iam::aws:policy/service-role/A",
        "arn:aws-cn:iam::aws:policy/a", "arn:aws-cn:iam::aws:policy/", "arn:aws-cn:iam::aws:role/A", ""}) {
    EXPECT_EQ(catalogue.find(arn), nullptr) << arn;
  }
}

TEST(Catalogue, IsInOrderAndTheLastOfOnePlaceStays) {
  const Catalogue catalogue("aws", {named("/b/X", "first"), named("/A", "a"), named("/b/X", "second")});
  ASSERT_EQ(catalogue.policies().size(), 2U);
  EXPECT_EQ(catalogue.policies()[0].place, "/A");
  EXPECT_EQ(catalogue.policies()[1].description, "second");
  EXPECT_EQ(catalogue.policies()[1].path(), "/b/");
  EXPECT_EQ(catalogue.policies()[1].name(), "X");
}

}  // namespace
}  // namespace openirsa::policy
