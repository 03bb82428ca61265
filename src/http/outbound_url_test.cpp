// Is there one reading of every URL that is taken, and are all others refused?
#include "http/outbound_url.h"

#include <gtest/gtest.h>

namespace openirsa::http {
namespace {

std::string read(std::string_view text) {
  const auto url = OutboundUrl::parse(text);
  return url ? url->text() : "refused: " + url.error();
}

std::string resolved(std::string_view base, std::string_view location) {
  const auto url = OutboundUrl::parse(base);
  if (!url) return "wrong base";
  const auto next = url->resolve(location);
  return next ? next->text() : "refused";
}

TEST(OutboundUrl, plain_ones_are_taken_in_one_form) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"https://issuer.example", "https://issuer.example/"},
      {"https://issuer.example/", "https://issuer.example/"},
      {"https://issuer.example/a/b?c=d&e=%2F", "https://issuer.example/a/b?c=d&e=%2F"},
      {"https://issuer.example?c", "https://issuer.example/?c"},
      {"HTTPS://Issuer.Example/Path", "https://issuer.example/Path"},
      {"https://issuer.example:443/", "https://issuer.example/"},
      {"https://issuer.example:8443/x", "https://issuer.example:8443/x"},
      {"https://issuer.example:65535/", "https://issuer.example:65535/"},
      {"https://1.example/", "https://1.example/"},
      {"https://0x7f.example/", "https://0x7f.example/"},
      {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"},
      {"https://a_b.c-d.example/", "https://a_b.c-d.example/"},
      {"https://localhost/", "https://localhost/"},  // the address decides
      {"https://8.8.8.8/", "https://8.8.8.8/"},
      {"https://[2001:DB8::0:1]:8443/", "https://[2001:db8::1]:8443/"},
      {"https://[::ffff:8.8.8.8]/", "https://8.8.8.8/"},
      {"https://issuer.example/a@b:c", "https://issuer.example/a@b:c"},
      {"https://issuer.example/a//b/../c", "https://issuer.example/a//b/../c"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected);
  const auto url = OutboundUrl::parse("https://[2001:db8::1]/k");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->origin(), "https://[2001:db8::1]:443");
}

TEST(OutboundUrl, everything_else_is_refused) {
  const std::vector<std::string> refused{
      "",
      "https",
      "https:",
      "https:/",
      "https://",
      "https:///",
      "https:///path",
      "//issuer.example/",
      "issuer.example",
      "http://issuer.example/",
      "ftp://issuer.example/",
      "file:///etc/passwd",
      "gopher://issuer.example/",
      "https:issuer.example",
      "https:/issuer.example/",
      " https://issuer.example/",
      "https://issuer.example/ ",
      // user information, and two hosts in one
      "https://user@issuer.example/",
      "https://user:pw@issuer.example/",
      "https://@issuer.example/",
      "https://issuer.example@127.0.0.1/",
      "https://issuer.example:443@127.0.0.1/",
      "https://a@b@c/",
      // fragments and backslashes
      "https://issuer.example/#",
      "https://issuer.example#@127.0.0.1/",
      "https://issuer.example\\@127.0.0.1/",
      "https://issuer.example\\.127.0.0.1/",
      "https:\\\\issuer.example/",
      "https://issuer.example/\\",
      // bytes that no URL holds
      "https://issuer.example/a b",
      "https://issuer.example/\r\nX: y",
      "https://issuer.example/\t",
      std::string("https://issuer.example/\0x", 25),
      "https://issuer.example/\x7f",
      "https://issuer.example/\xc3\xbc",
      "https://iss\xc3\xbc"
      "er.example/",
      "https://issuer\xe3\x80\x82"
      "example/",
      "https://\xe2\x91\xa0\xe2\x91\xa6.0.0.1/",
      "https://issuer.example/<",
      "https://issuer.example/\"",
      "https://issuer.example/{x}",
      "https://issuer.example/|",
      "https://issuer.example/%",
      "https://issuer.example/%2",
      "https://issuer.example/%zz",
      // ports
      "https://issuer.example:",
      "https://issuer.example:/",
      "https://issuer.example:0/",
      "https://issuer.example:65536/",
      "https://issuer.example:0443/",
      "https://issuer.example:+443/",
      "https://issuer.example:443:443/",
      "https://issuer.example:4a3/",
      "https://issuer.example:99999999999999999999/",
      // addresses in clothes
      "https://2130706433/",
      "https://0x7f000001/",
      "https://017700000001/",
      "https://127.1/",
      "https://127.0.1/",
      "https://0177.0.0.1/",
      "https://0x7f.0.0.1/",
      "https://127.0.0.0x1/",
      "https://127.0.0.01/",
      "https://127.0.0.1./",
      "https://0/",
      "https://0x/",
      "https://0x7F000001/",
      "https://1.2.3/",
      "https://1.2.3.4.5/",
      "https://256.0.0.1/",
      "https://127.0.0.1%00.example/",
      "https://127%2e0.0.1/",
      "https://example.0x7f/",
      "https://example.1/",
      "https://[::1/",
      "https://::1/",
      "https://[]/",
      "https://[127.0.0.1]/",
      "https://[::1%25lo]/",
      "https://[fe80::1%lo]/",
      "https://[::1]x/",
      "https://[::1]:/",
      "https://[v1.x]/",
      "https://[::g]/",
      "https://[issuer.example]/",
      // names
      "https://.issuer.example/",
      "https://issuer..example/",
      "https://issuer.example./",
      "https://-issuer.example/",
      "https://issuer-.example/",
      "https://*.example/",
      "https://iss%75er.example/",
      "https://issuer.example,b/",
      "https://issuer;x.example/",
      "https://" + std::string(64, 'a') + ".example/",
      "https://" + std::string(250, 'a') + ".example/",
      "https://issuer.example/" + std::string(4096, 'a'),
  };
  for (const auto& text : refused) {
    EXPECT_TRUE(read(text).starts_with("refused: ")) << text << " was read as " << read(text);
  }
  EXPECT_EQ(read("https://issuer.example/"), "https://issuer.example/");
}

TEST(OutboundUrl, redirects_resolve_as_the_rfc_says) {
  const std::string base = "https://issuer.example:8443/a/b/c?d=e";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"https://other.example/x", "https://other.example/x"},
      {"//other.example/x", "https://other.example/x"},
      {"/x?y", "https://issuer.example:8443/x?y"},
      {"?y", "https://issuer.example:8443/a/b/c?y"},
      {"x", "https://issuer.example:8443/a/b/x"},
      {"x?y=../z", "https://issuer.example:8443/a/b/x?y=../z"},
      {"./x", "https://issuer.example:8443/a/b/x"},
      {"../x", "https://issuer.example:8443/a/x"},
      {"../../../x", "https://issuer.example:8443/x"},
      {"..", "https://issuer.example:8443/a/"},
      {".", "https://issuer.example:8443/a/b/"},
      {"x/y:z", "https://issuer.example:8443/a/b/x/y:z"},
      {"", "refused"},
      {"http://issuer.example/", "refused"},
      {"javascript:x", "refused"},
      {"localhost:80/x", "refused"},
      {"https:x", "refused"},
      {"///x", "refused"},
      {"//user@other.example/", "refused"},
      {"//2130706433/", "refused"},
      {"\\\\other.example/", "refused"},
      {"/\\other.example/", "refused"},
      {"x#y", "refused"},
      {"x y", "refused"},
      {"//other.example:0/", "refused"},
  };
  for (const auto& [location, expected] : cases) EXPECT_EQ(resolved(base, location), expected) << location;
  EXPECT_EQ(resolved("https://issuer.example", "x"), "https://issuer.example/x");
}

}  // namespace
}  // namespace openirsa::http
