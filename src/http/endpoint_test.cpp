#include "http/endpoint.h"

#include <gtest/gtest.h>

namespace openirsa::http {
namespace {

TEST(Endpoint, ReadsAndWritesItsText) {
  for (const char* text : {"127.0.0.1:8443", "[::1]:8443", "0.0.0.0:0", "unix:/tmp/a b"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  for (const std::string& bad :
       {std::string(), std::string("127.0.0.1"), std::string("localhost:80"), std::string("::1:80"),
        std::string(":80"), std::string("127.0.0.1:65536"), std::string("127.0.0.1:"), std::string("unix:"),
        "unix:/" + std::string(107, 'a')}) {
    EXPECT_FALSE(Endpoint::parse(bad)) << bad;
  }
}

TEST(HostPort, ReadsAndWritesItsText) {
  const auto v6 = HostPort::parse("[2001:db8::1]:443");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "2001:db8::1");
  EXPECT_EQ(v6->text(), "[2001:db8::1]:443");
  EXPECT_EQ(HostPort::parse("h:1")->text(), "h:1");
  for (const char* bad : {"h", "h:", "h:0", ":1", "h:1:2", "u@h:1", "::1:1"})
    EXPECT_FALSE(HostPort::parse(bad)) << bad;
}

}  // namespace
}  // namespace openirsa::http
