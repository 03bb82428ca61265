#include "http/response_text.h"

#include <gtest/gtest.h>

namespace openirsa::http {
namespace {

TEST(ResponseText, WritesTheHead) {
  std::string out;
  append_head(out, {200, {{"Content-Type", "text/xml"}}, "<a/>"}, "DATE", Persistence::keep);
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nDate: DATE\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n");
  out.clear();
  append_head(out, {299, {}, ""}, "DATE", Persistence::close);
  EXPECT_EQ(out, "HTTP/1.1 299 \r\nDate: DATE\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  out.clear();
  append_head(out, {404, {}, ""}, "DATE", Persistence::keep_and_say);
  EXPECT_EQ(out,
            "HTTP/1.1 404 Not Found\r\nDate: DATE\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseText, LeavesFramingToTheEngine) {
  std::string out;
  append_head(out,
              {204,
               {{"content-length", "9"},
                {"DATE", "x"},
                {"Transfer-Encoding", "chunked"},
                {"Connection", "x"},
                {"A", "b"}},
               "ignored"},
              "DATE", Persistence::keep);
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\nDate: DATE\r\nA: b\r\n\r\n");
}

TEST(ResponseText, BodyFollows) {
  EXPECT_TRUE(body_follows({200, {}, "a"}, false));
  EXPECT_FALSE(body_follows({200, {}, "a"}, true));
  EXPECT_FALSE(body_follows({204, {}, "a"}, false));
  EXPECT_FALSE(body_follows({304, {}, "a"}, false));
}

TEST(ResponseText, RefusesWhatWouldSplitTheResponse) {
  EXPECT_TRUE(is_writable({200, {{"A", "b"}}, ""}));
  EXPECT_FALSE(is_writable({200, {{"A", "b\r\nC: d"}}, ""}));
  EXPECT_FALSE(is_writable({200, {{"A\n", "b"}}, ""}));
  EXPECT_FALSE(is_writable({200, {{"", "b"}}, ""}));
  EXPECT_FALSE(is_writable({200, {{"A", std::string("\0", 1)}}, ""}));
  EXPECT_FALSE(is_writable({20, {}, ""}));
}

}  // namespace
}  // namespace openirsa::http
