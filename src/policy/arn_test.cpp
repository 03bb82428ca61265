// Are ARNs taken apart at the right colons?
#include "policy/arn.h"

#include <gtest/gtest.h>

namespace openirsa::policy {
namespace {

TEST(Arn, has_six_parts) {
  const auto arn = parse_arn("arn:aws:iam::111122223333:oidc-provider/oidc.example:8443/id");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->partition, "aws");
  EXPECT_EQ(arn->service, "iam");
  EXPECT_EQ(arn->region, "");
  EXPECT_EQ(arn->account, "111122223333");
  EXPECT_EQ(arn->resource, "oidc-provider/oidc.example:8443/id");
  EXPECT_TRUE(parse_arn("arn:::::"));
}

TEST(Arn, refuses_fewer) {
  for (const char* text :
       {"", "arn", "arn:", "arn:aws:iam::1", "ARN:aws:iam::1:x", "urn:aws:iam::1:x", " arn:aws:iam::1:x"}) {
    EXPECT_FALSE(parse_arn(text)) << text;
  }
}

}  // namespace
}  // namespace openirsa::policy
