// Do the operator's own policies join those of AWS, and is what they got wrong refused by name?
#include "server/managed_policies.h"

#include <gtest/gtest.h>

#include "iam/managed.h"
#include "server/test_server.h"

namespace openirsa::server {
namespace {

namespace fs = std::filesystem;

const std::string document =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}})";

class OperatorPolicies : public testing::Test {
 protected:
  void put(const std::string& file, const std::string& text) {
    const fs::path path = directory_.path("policies/" + file);
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::string refusal() const {
    const auto read = read_managed_policies("aws", directory_.path("policies"));
    return read ? "accepted" : read.error();
  }

  store::TestDirectory directory_{store::Where::memory};
};

TEST_F(OperatorPolicies, StandBesideThoseOfAws) {
  put("Ours.json", document);
  put("service-role/team/Ours.json", document);
  put("AmazonS3ReadOnlyAccess.json", document);
  put("..data/Hidden.json", "{");
  put("README.md", "not a policy");
  const auto read = read_managed_policies("aws-cn", directory_.path("policies"));
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->policies().size(), iam::aws_managed_policies().policies().size() + 2);
  for (const char* place : {"/Ours", "/service-role/team/Ours", "/AmazonS3ReadOnlyAccess"}) {
    const auto* found = read->find("arn:aws-cn:iam::aws:policy" + std::string(place));
    ASSERT_NE(found, nullptr) << place;
    EXPECT_EQ(found->document.text(), document) << place;
  }
  EXPECT_EQ(read->find("arn:aws-cn:iam::aws:policy/Hidden"), nullptr);
}

TEST_F(OperatorPolicies, AreRefusedByNameWhenTheyAreWrong) {
  put("Fine.json", document);
  EXPECT_EQ(refusal(), "accepted");
  put("Broken.json", R"({"Version":"2012-10-17","Statement":{"Effect":"Perhaps"}})");
  EXPECT_EQ(refusal().find("managed_policies: " + directory_.path("policies/Broken.json") +
                           ": the policy document of `/Broken` is refused: "),
            0U)
      << refusal();
  put("Broken.json", document);
  EXPECT_EQ(refusal(), "accepted");
  put("Long.json", std::string((std::size_t{1} << 20U) + 1, ' '));
  EXPECT_EQ(refusal(),
            "managed_policies: " + directory_.path("policies/Long.json") + " is longer than 1048576 bytes");
  put("Long.json", document);
  put("no name.json", document);
  EXPECT_NE(refusal().find("`/no name` is no path and name of a managed policy"), std::string::npos)
      << refusal();
}

TEST_F(OperatorPolicies, ADirectoryThatIsMissingIsRefused) {
  EXPECT_EQ(refusal(), "managed_policies: " + directory_.path("policies") + ": No such file or directory");
  EXPECT_TRUE(read_managed_policies("aws", ""));
}

TEST_F(OperatorPolicies, CountForCallersOfTheServer) {
  put("Listing.json",
      R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ListRoles","Resource":"*"}})");
  TestServer server({{"managed_policies", directory_.path("policies")}});
  const std::string arn = "arn:aws:iam::aws:policy/Listing";
  EXPECT_EQ(element(server.query_ok("iam", "GetPolicy", {{"PolicyArn", arn}}), "AttachmentCount"), "0");
  EXPECT_EQ(server.query(server.credentials(), "iam", "DeletePolicy", {{"PolicyArn", arn}}).status, 403);
  put("Broken.json", "{");
  server.reset();
  const auto again = server.try_start();
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("Broken.json"), std::string::npos) << again.error().message;
}

}  // namespace
}  // namespace openirsa::server
