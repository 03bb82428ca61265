#include "issuer/discovery.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "issuer/test_outbound.h"

namespace openirsa::issuer {
namespace {

const std::string issuer = "https://issuer.example.test/realm";

Result<std::string, DiscoveryError> parse(const json::object& document,
                                          const std::string& expected = issuer) {
  return parse_discovery(json::serialize(document), expected);
}
json::object with(std::string_view name, json::value value) {
  json::object document = discovery_document(issuer);
  document[name] = std::move(value);
  return document;
}
json::object with_text(std::string_view name, std::string_view value) {
  return with(name, json::value(json::string(value)));
}
std::string refusal(const json::object& document) {
  const auto keys = parse(document);
  return keys ? "accepted: " + *keys : keys.error().message;
}

TEST(Discovery, lies_below_the_issuer) {
  EXPECT_EQ(discovery_url("https://h"), "https://h/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://h/a"), "https://h/a/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://h/"), "https://h/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://h/a/"), "https://h/a/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://h/a//"), "https://h/a//.well-known/openid-configuration");
}

TEST(Discovery, gives_the_url_of_the_keys) {
  const auto keys = parse(discovery_document(issuer));
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(*keys, issuer + "/keys");
  EXPECT_EQ(*parse(with_text("jwks_uri", "https://other.example.test:8443/k?v=1")),
            "https://other.example.test:8443/k?v=1");
  EXPECT_EQ(*parse(with("claims_supported", json::array{"sub"})), issuer + "/keys");
}

TEST(Discovery, is_of_this_very_issuer) {
  for (const std::string& other :
       {issuer + "/", std::string("https://issuer.example.test"),
        std::string("https://issuer.example.test/Realm"), std::string("https://ISSUER.example.test/realm"),
        std::string("https://issuer.example.test:443/realm"), std::string("http://issuer.example.test/realm"),
        " " + issuer, issuer + "\n", std::string()}) {
    EXPECT_NE(refusal(with_text("issuer", other)).find("not the provider's URL"), std::string::npos) << other;
  }
  // A trailing slash belongs to the issuer, in both directions.
  EXPECT_TRUE(parse(discovery_document("https://h/"), "https://h/"));
  EXPECT_FALSE(parse(discovery_document("https://h"), "https://h/"));
}

TEST(Discovery, needs_what_the_specification_requires) {
  for (const char* name : {"issuer", "jwks_uri", "response_types_supported", "subject_types_supported",
                           "id_token_signing_alg_values_supported"}) {
    json::object document = discovery_document(issuer);
    document.erase(name);
    EXPECT_NE(refusal(document).find(name), std::string::npos) << name;
    for (const json::value& odd : {json::value(nullptr), json::value(1), json::value(json::array{}),
                                   json::value(json::array{1}), json::value(json::object{})}) {
      EXPECT_NE(refusal(with(name, odd)).find(name), std::string::npos) << name << json::serialize(odd);
    }
  }
}

TEST(Discovery, names_keys_on_https_alone) {
  for (const char* url : {"http://h/keys", "HTTP://h/keys", "file:///etc/passwd", "/keys", "//h/keys", "",
                          "https://h/k eys", "https://h/keys\r\nHost: x", "https://h/k\xc3\xa4ys"}) {
    EXPECT_NE(refusal(with_text("jwks_uri", url)).find("no https URL"), std::string::npos) << url;
  }
  EXPECT_NE(refusal(with_text("jwks_uri", "https://h/" + std::string(3000, 'k'))).find("no https URL"),
            std::string::npos);
}

TEST(Discovery, is_strict_json) {
  const std::string good = json::serialize(discovery_document(issuer));
  ASSERT_TRUE(parse_discovery(good, issuer));
  for (const std::string& bad :
       {std::string(), std::string("<html></html>"), std::string("[]"), good + "x", "\xef\xbb\xbf" + good,
        good.substr(0, good.size() - 1), "{\"issuer\":\"https://other\"," + good.substr(1)}) {
    EXPECT_FALSE(parse_discovery(bad, issuer)) << bad;
  }
}

TEST(Discovery, a_refusal_is_one_short_line) {
  const std::string message = refusal(
      with_text("issuer", "https://\n\x01" + std::string(254, 'a') + "\xc3\xa4" + std::string(4000, 'b')));
  EXPECT_LT(message.size(), 400U);
  EXPECT_TRUE(is_utf8(message));
  EXPECT_EQ(message.find('\n'), std::string::npos);
  // Clipped in the middle of a character of two bytes.
  for (std::size_t at = 240; at < 260; ++at) {
    EXPECT_TRUE(is_utf8(
        refusal(with_text("issuer", std::string(at, 'a') + "\xc3\xa4\xc3\xa4" + std::string(99, 'b')))));
  }
}

}  // namespace
}  // namespace openirsa::issuer
