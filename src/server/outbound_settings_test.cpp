// Do the outbound.* settings reach the fetcher, and is a wrong one named?
#include "server/outbound_settings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/clock.h"
#include "crypto/certificate.h"
#include "http/test_peer.h"

namespace openirsa::server {
namespace {

using Map = std::map<std::string, std::string>;

Settings with(const Map& flags) {
  auto settings = Settings::load(std::nullopt, {}, flags);
  EXPECT_TRUE(settings) << settings.error().message;
  return *std::move(settings);
}

std::string write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(OutboundSettings, nothing_is_allowed_by_default) {
  const auto outbound = outbound_settings(with({}));
  ASSERT_TRUE(outbound) << outbound.error().message;
  EXPECT_TRUE(outbound->addresses.refusal(*http::IpAddress::parse("10.1.2.3")));
  EXPECT_FALSE(outbound->addresses.refusal(*http::IpAddress::parse("8.8.8.8")));
  EXPECT_FALSE(outbound->proxy);
  EXPECT_EQ(outbound->roots_pem, "");
  EXPECT_EQ(outbound->timeout, std::chrono::seconds(5));
  EXPECT_EQ(outbound->body_bytes, 1024u * 1024u);
  EXPECT_EQ(outbound->redirects, 5u);
}

TEST(OutboundSettings, what_is_set_reaches_the_fetcher) {
  const http::TestDirectory directory;
  const auto authority =
      crypto::make_authority("test", {{"test"}, {}}, SystemClock().now(), std::chrono::days(1))
          .certificate_pem;
  const auto outbound =
      outbound_settings(with({{"outbound.allow_networks", "10.1.0.0/16, ::1"},
                              {"outbound.proxy", "proxy.example:3128"},
                              {"outbound.ca_file", write(directory.file("ca.pem"), authority)}}));
  ASSERT_TRUE(outbound) << outbound.error().message;
  EXPECT_FALSE(outbound->addresses.refusal(*http::IpAddress::parse("10.1.2.3")));
  EXPECT_FALSE(outbound->addresses.refusal(*http::IpAddress::parse("::1")));
  EXPECT_TRUE(outbound->addresses.refusal(*http::IpAddress::parse("10.2.0.0")));
  ASSERT_TRUE(outbound->proxy);
  EXPECT_EQ(outbound->proxy->text(), "proxy.example:3128");
  EXPECT_EQ(outbound->roots_pem, authority);
  EXPECT_TRUE(http::Outbound::start(*outbound));
}

TEST(OutboundSettings, a_ca_file_that_is_none_is_named) {
  const http::TestDirectory directory;
  const auto reason = [](const std::string& file) {
    const auto outbound = outbound_settings(with({{"outbound.ca_file", file}}));
    return outbound ? "accepted" : outbound.error().message;
  };
  const std::string absent = directory.file("absent.pem");
  EXPECT_EQ(reason(absent), "outbound.ca_file: cannot read " + absent + ": No such file or directory");
  const std::string empty = write(directory.file("empty.pem"), "");
  EXPECT_EQ(reason(empty), "outbound.ca_file: " + empty + ": the PEM text holds no certificate");
  const std::string broken =
      write(directory.file("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(reason(broken), "outbound.ca_file: " + broken + ": the PEM text holds a broken certificate");
}

TEST(OutboundSettings, ports_are_everybodys_or_one_accounts) {
  const auto ports =
      outbound_ports(with({{"outbound.allow_ports", "8443, 111122223333:6443,111122223333:9443"}}));
  EXPECT_EQ(ports.of("111122223333"), (std::vector<std::uint16_t>{8443, 6443, 9443}));
  EXPECT_EQ(ports.of("444455556666"), (std::vector<std::uint16_t>{8443}));
  EXPECT_TRUE(ports.may_use("111122223333", 6443));
  EXPECT_FALSE(ports.may_use("444455556666", 6443));
  EXPECT_TRUE(ports.may_use("444455556666", 8443));
  EXPECT_TRUE(ports.may_use("444455556666", 443));
  EXPECT_FALSE(ports.may_use("444455556666", 80));
  EXPECT_TRUE(outbound_ports(with({})).of("111122223333").empty());
}

TEST(OutboundSettings, a_wrong_port_is_named) {
  for (const char* wrong :
       {"0", "65536", "x", "8443-8444", "11112222333:8443", "111122223333:", ":8443", "111122223333:0",
        "1111222233334:8443", "11112222333a:8443", "08443", "+1", "-1", "111122223333:1:2"}) {
    const auto ports = OutboundPorts::parse({"8443", wrong});
    ASSERT_FALSE(ports) << wrong;
    EXPECT_EQ(ports.error(), "`" + std::string(wrong) + "` is neither PORT nor ACCOUNT:PORT");
  }
  EXPECT_TRUE(OutboundPorts::parse({"8443", "1", "65535", "111122223333:443"}));
}

}  // namespace
}  // namespace openirsa::server
