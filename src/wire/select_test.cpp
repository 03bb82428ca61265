// Which host names are AWS's, and what do they say?
#include "wire/select.h"

#include <gtest/gtest.h>

#include "wire/region.h"

namespace openirsa::wire {
namespace {

std::string read(std::string_view host) {
  const auto parsed = parse_aws_host(host);
  return parsed ? parsed->service + "|" + parsed->region : "(none)";
}

TEST(AwsHost, names_service_and_region) {
  EXPECT_EQ(read("iam.amazonaws.com"), "iam|");
  EXPECT_EQ(read("sts.amazonaws.com"), "sts|");
  EXPECT_EQ(read("sts.us-west-2.amazonaws.com"), "sts|us-west-2");
  EXPECT_EQ(read("STS.US-West-2.AmazonAWS.com."), "sts|us-west-2");
  EXPECT_EQ(read("sts-fips.us-east-1.amazonaws.com"), "sts|us-east-1");
  EXPECT_EQ(read("fips.eks.us-east-1.amazonaws.com"), "eks|us-east-1");
  EXPECT_EQ(read("eks.eu-west-1.api.aws"), "eks|eu-west-1");
  EXPECT_EQ(read("sts.cn-north-1.amazonaws.com.cn"), "sts|cn-north-1");
  EXPECT_EQ(read("iam.us-gov.amazonaws.com"), "iam|");
}

TEST(AwsHost, is_no_other_name) {
  for (const char* host :
       {"", "localhost", "127.0.0.1", "amazonaws.com", ".amazonaws.com", "iam.amazonaws.com.evil.example",
        "iamamazonaws.com", "iam.example", "a.b.iam.amazonaws.com", "oidc.eks.us-west-2.amazonaws.com",
        "x.gr7.us-west-2.eks.amazonaws.com"}) {
    EXPECT_EQ(read(host), "(none)") << host;
  }
}

TEST(Region, has_a_partition_where_it_is_known) {
  EXPECT_EQ(partition_of("us-east-1"), "aws");
  EXPECT_EQ(partition_of("cn-northwest-1"), "aws-cn");
  EXPECT_EQ(partition_of("us-gov-east-1"), "aws-us-gov");
  for (const char* name : {"", "us-east", "us-east-1a", "US-EAST-1", "aws", "us-gov-", "cn-"}) {
    EXPECT_FALSE(is_region(name)) << name;
    EXPECT_EQ(partition_of(name), "") << name;
  }
}

}  // namespace
}  // namespace openirsa::wire
