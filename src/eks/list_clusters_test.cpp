#include <gtest/gtest.h>

#include "base/text.h"
#include "eks/test_desk.h"

namespace openirsa::eks {
namespace {

using test::Desk;
using test::expect_refused;
using test::one;
using test::other;
using test::Reply;

std::vector<std::string> names_of(const Reply& reply) {
  std::vector<std::string> names;
  for (const auto& name : reply.body.at("clusters").as_array()) names.emplace_back(name.as_string());
  return names;
}
std::string token_of(const Reply& reply) {
  return std::string(find_string(reply.body, "nextToken").value_or(""));
}

TEST(ListClusters, IsEmptyAtFirst) {
  Desk desk;
  const Reply reply = desk.send("GET", "/clusters");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, json::parse(R"({"clusters": []})"));
  EXPECT_EQ(desk.trace().resource, "arn:aws:eks:us-west-2:111122223333:cluster/*");
}

TEST(ListClusters, ShowsAClusterAsSoonAsItIsThere) {
  Desk desk;
  ASSERT_EQ(desk.create("my-cluster").status, 200);
  EXPECT_EQ(names_of(desk.send("GET", "/clusters?include=all")), std::vector<std::string>{"my-cluster"});
}

TEST(ListClusters, PagesOverAHundredAndFifty) {
  Desk desk;
  std::vector<std::string> expected;
  for (int i = 100; i < 250; ++i) {
    expected.push_back("cluster-" + std::to_string(i));
    desk.put(expected.back());
  }
  desk.put("elsewhere", one, "us-west-1");
  desk.put("foreign", other);

  for (const int size : {1, 7, 50, 75, 100, 0}) {
    std::vector<std::string> seen;
    std::string token;
    int pages = 0;
    do {
      std::string query = size == 0 ? "?x=" : "?maxResults=" + std::to_string(size);
      if (!token.empty()) query += "&nextToken=" + percent_encode(token);
      const Reply reply = desk.send("GET", "/clusters" + query);
      ASSERT_EQ(reply.status, 200) << reply.message();
      const auto names = names_of(reply);
      EXPECT_LE(names.size(), size == 0 ? 100U : static_cast<std::size_t>(size));
      seen.insert(seen.end(), names.begin(), names.end());
      token = token_of(reply);
      ++pages;
    } while (!token.empty());
    EXPECT_EQ(seen, expected) << size;
    const int page = size == 0 ? 100 : size;
    EXPECT_EQ(pages, (150 + page - 1) / page) << "no empty page at the end";
  }
}

TEST(ListClusters, GoesOnWhereItWasWhenClustersComeAndGo) {
  Desk desk;
  for (const std::string_view name : {"b", "d", "f"}) desk.put(name);
  const std::string token = token_of(desk.send("GET", "/clusters?maxResults=2"));
  desk.put("a");
  desk.put("e");
  ASSERT_EQ(desk.send("DELETE", "/clusters/d").status, 200);
  EXPECT_EQ(names_of(desk.send("GET", "/clusters?nextToken=" + token)), (std::vector<std::string>{"e", "f"}));
}

TEST(ListClusters, RefusesTokensThatItDidNotGive) {
  Desk desk;
  for (const std::string_view name : {"a", "b", "c"}) desk.put(name);
  for (const std::string_view name : {"a", "b"}) desk.put(name, other);
  const std::string token = token_of(desk.send("GET", "/clusters?maxResults=1"));
  const std::string foreign = token_of(desk.send("GET", "/clusters?maxResults=1", {}, {other}));
  const std::string versions = token_of(desk.send("GET", "/cluster-versions?maxResults=1"));
  ASSERT_FALSE(token.empty() || foreign.empty() || versions.empty());
  for (const std::string& given :
       {std::string("x"), std::string(""), std::string("a%20b"), token + "A", token.substr(1), foreign,
        versions, to_base64url("ListClusters\n"), to_base64url("ListClusters\n111122223333\nus-west-2\n"),
        to_base64url("ListClusters\n111122223333\nus-west-2\n\xff")}) {
    expect_refused(desk.send("GET", "/clusters?nextToken=" + given), 400, "InvalidParameterException",
                   "Invalid nextToken.");
  }
  EXPECT_EQ(desk.send("GET", "/clusters?nextToken=" + token, {}, {one, "us-west-1"}).status, 400);
  EXPECT_EQ(desk.send("GET", "/clusters?nextToken=" + token).status, 200);
}

TEST(ListClusters, TakesOneToAHundredResults) {
  Desk desk;
  for (const std::string given : {"1", "100"}) {
    EXPECT_EQ(desk.send("GET", "/clusters?maxResults=" + given).status, 200) << given;
  }
  const auto refused = [&](const std::string& given, const std::string& constraint) {
    expect_refused(desk.send("GET", "/clusters?maxResults=" + given), 400, "InvalidParameterException",
                   "1 validation error detected: Value '" + given +
                       "' at 'maxResults' failed to satisfy constraint: Member must have value " +
                       constraint);
  };
  refused("0", "greater than or equal to 1");
  refused("-1", "greater than or equal to 1");
  refused("101", "less than or equal to 100");
  for (const std::string given : {"", "x", "1.5", "99999999999999999999"}) {
    EXPECT_EQ(desk.send("GET", "/clusters?maxResults=" + given).error, "InvalidParameterException") << given;
  }
}

TEST(ListClusters, KnowsOneKindToInclude) {
  Desk desk;
  expect_refused(
      desk.send("GET", "/clusters?include=all&include=some"), 400, "InvalidParameterException",
      "1 validation error detected: Value 'some' at 'include' failed to satisfy constraint: Member must "
      "satisfy enum value set: [all]");
}

}  // namespace
}  // namespace openirsa::eks
