#include "http/message.h"

#include <gtest/gtest.h>

namespace openirsa::http {
namespace {

TEST(Request, FindsHeadersInAnyCase) {
  Request request;
  request.headers = {{"Host", "a:1"}, {"X-A", "1"}, {"x-a", "2"}};
  ASSERT_NE(request.find_header("x-A"), nullptr);
  EXPECT_EQ(*request.find_header("x-A"), "1");
  EXPECT_EQ(request.count_headers("X-a"), 2U);
  EXPECT_EQ(request.find_header("x-b"), nullptr);
  EXPECT_EQ(request.host(), "a");
  request.headers = {{"Host", "[::1]:1"}};
  EXPECT_EQ(request.host(), "[::1]");
  request.headers.clear();
  EXPECT_EQ(request.host(), "");
}

}  // namespace
}  // namespace openirsa::http
