// Does the guarded fetcher fetch, and what does it ask for?
#include "http/outbound.h"

#include <gtest/gtest.h>

#include "http/test_outbound.h"

namespace openirsa::http {
namespace {

using namespace test;

class Outbounds : public OutboundTest {};

TEST_F(Outbounds, fetches_a_document_and_asks_for_nothing_else) {
  const auto server = host(always(ok("{}")));
  const auto result = get(to(*server, "/a/b?c=d"));
  ASSERT_TRUE(result) << result.error().reason;
  EXPECT_EQ(result->body, "{}");
  EXPECT_EQ(result->content_type, "application/json");
  EXPECT_EQ(result->url, "https://issuer.test:" + std::to_string(server->port()) + "/a/b?c=d");
  ASSERT_EQ(server->requests().size(), 1u);
  EXPECT_EQ(server->requests()[0],
            "GET /a/b?c=d HTTP/1.1\r\nHost: issuer.test:" + std::to_string(server->port()) +
                "\r\nUser-Agent: openirsa\r\nAccept: application/json\r\n\r\n");
  EXPECT_EQ(server->names(), std::vector<std::string>{"issuer.test"});
}

}  // namespace
}  // namespace openirsa::http
