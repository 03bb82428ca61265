#include "http/forwarded.h"

#include <gtest/gtest.h>

namespace openirsa::http {
namespace {

TEST(IpAddress, HasOneForm) {
  EXPECT_EQ(IpAddress::parse("10.0.0.1")->text(), "10.0.0.1");
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1")->text(), "10.0.0.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0:0::1")->text(), "2001:db8::1");
  for (const char* bad : {"", "10.0.0", "10.0.0.256", "010.0.0.1", "h", "[::1]", "::1%eth0", "10.0.0.1 "}) {
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("10.0.0.1\0", 9)));
}

TEST(TrustedProxies, ParsesAddressesAndNetworks) {
  const auto proxies = TrustedProxies::parse({"10.0.0.1", "192.168.4.0/22", "2001:db8::/33", "unix"});
  ASSERT_TRUE(proxies);
  EXPECT_TRUE(proxies->trusts("10.0.0.1"));
  EXPECT_FALSE(proxies->trusts("10.0.0.2"));
  EXPECT_TRUE(proxies->trusts("192.168.7.255"));
  EXPECT_FALSE(proxies->trusts("192.168.8.0"));
  EXPECT_TRUE(proxies->trusts("2001:db8:7fff::1"));
  EXPECT_FALSE(proxies->trusts("2001:db8:8000::1"));
  EXPECT_TRUE(proxies->trusts(""));
  EXPECT_FALSE(proxies->trusts("nonsense"));
  EXPECT_FALSE(TrustedProxies::parse({"10.0.0.1"})->trusts(""));
  EXPECT_TRUE(TrustedProxies::parse({"0.0.0.0/0"})->trusts("8.8.8.8"));
  EXPECT_FALSE(TrustedProxies::parse({"0.0.0.0/0"})->trusts("::1"));
  for (const char* bad : {"h", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/-0", "::/129", "10.0.0.0/", "/8"}) {
    EXPECT_FALSE(TrustedProxies::parse({bad})) << bad;
  }
}

TEST(TrustedProxies, BelievesOnlyWhatTrustedHopsReport) {
  const auto proxies = TrustedProxies::parse({"10.0.0.0/8"});
  const auto seen = [&](std::vector<Header> headers) {
    Request request;
    request.headers = std::move(headers);
    const Peer peer = proxies->resolve(request, {"10.0.0.1", false, false});
    return peer.address + (peer.tls ? " tls" : "");
  };
  EXPECT_EQ(seen({}), "10.0.0.1");
  EXPECT_EQ(seen({{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}}), "203.0.113.9 tls");
  EXPECT_EQ(seen({{"X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.2.2.2"}}), "203.0.113.9")
      << "1.1.1.1 is its own claim";
  EXPECT_EQ(seen({{"x-forwarded-for", "203.0.113.9"}, {"X-Forwarded-For", "10.2.2.2"}}), "203.0.113.9");
  EXPECT_EQ(seen({{"X-Forwarded-For", "10.3.3.3, 10.2.2.2"}}), "10.3.3.3");
  EXPECT_EQ(seen({{"X-Forwarded-For", "203.0.113.9, junk"}}), "10.0.0.1");
  EXPECT_EQ(seen({{"X-Forwarded-Proto", "https, http"}}), "10.0.0.1") << "the nearest proxy's word counts";
}

}  // namespace
}  // namespace openirsa::http
