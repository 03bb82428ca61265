#include "issuer/endpoint.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.h"
#include "issuer/registry.h"
#include "issuer/test_house.h"

namespace openirsa::issuer {
namespace {

const Time now = time_of_seconds(1'795'521'600);

// Made once: a key takes long to make.
const record::Issuer& issuer_of(std::string_view cluster) {
  static std::map<std::string, record::Issuer, std::less<>> made;
  if (const auto found = made.find(cluster); found != made.end()) return found->second;
  return made.emplace(cluster, make_issuer("oidc.example.test", "123456789012", "us-west-2", cluster, now))
      .first->second;
}

class IssuerEndpoint : public testing::Test {
 protected:
  void SetUp() override {
    house_.put(issuer_);
    house_.put(gone_);
    gone_.deleted = true;
    house_.put(gone_);
  }

  http::Response ask(std::string path, std::string method = "GET", std::vector<http::Header> headers = {}) {
    http::Request request;
    request.method = std::move(method);
    request.target = path;
    request.path = std::move(path);
    request.headers = std::move(headers);
    auto outcome = endpoint_.handle(request);
    // Reads never go to the worker pool.
    if (!std::holds_alternative<http::Response>(outcome)) throw std::logic_error("the endpoint would block");
    return std::get<http::Response>(std::move(outcome));
  }
  static std::optional<std::string> header(const http::Response& response, std::string_view name) {
    std::optional<std::string> found;
    for (const auto& [key, value] : response.headers) {
      if (!equal_ignoring_case(key, name)) continue;
      EXPECT_FALSE(found) << name << " is there twice";
      found = value;
    }
    return found;
  }
  std::vector<std::string> pages() const {
    return {base_, base_ + "/.well-known/openid-configuration", base_ + "/keys"};
  }

  TestHouse house_;
  record::Issuer issuer_ = issuer_of("prod");
  record::Issuer gone_ = issuer_of("old");
  Endpoint endpoint_{house_.mirror()};
  std::string base_ = "/id/" + issuer_.id;
};

TEST_F(IssuerEndpoint, ServesTheDiscoveryDocumentOfEks) {
  const auto response = ask(base_ + "/.well-known/openid-configuration");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=3600, must-revalidate");
  const std::string url = "https://oidc.example.test/id/" + issuer_.id;
  EXPECT_EQ(response.body,
            R"({"issuer":")" + url + R"(","jwks_uri":")" + url + R"(/keys",)" +
                R"("authorization_endpoint":"urn:kubernetes:programmatic_authorization",)"
                R"("response_types_supported":["id_token"],"subject_types_supported":["public"],)"
                R"("claims_supported":["sub","iss"],)"
                R"("id_token_signing_alg_values_supported":["RS256"]})");
  EXPECT_EQ(response.body, discovery_document(issuer_));
}

TEST_F(IssuerEndpoint, ServesTheKeys) {
  const auto response = ask(base_ + "/keys");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=300, must-revalidate");
  EXPECT_EQ(response.body, issuer_.key_set_text);
  const auto set = token::JwkSet::parse(response.body);
  ASSERT_TRUE(set);
  ASSERT_EQ(set->keys().size(), 1U);
  EXPECT_EQ(set->keys()[0].key_id, issuer_.keys[0].key_id);
  const auto members = parse_json_object(response.body);
  const auto& key = find_array(*members, "keys")->at(0).as_object();
  EXPECT_EQ(key.at("kty"), "RSA");
  EXPECT_EQ(key.at("alg"), "RS256");
  EXPECT_EQ(key.at("use"), "sig");
  EXPECT_EQ(key.at("e"), "AQAB");
}

TEST_F(IssuerEndpoint, TheIssuersOwnAddressNamesIt) {
  const auto response = ask(base_);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(response.body, R"({"issuer":")" + issuer_.url + R"("})");
}

TEST_F(IssuerEndpoint, HeadHasTheHeadersOfGet) {
  for (const std::string& page : pages()) {
    const auto get = ask(page);
    const auto head = ask(page, "HEAD");
    EXPECT_EQ(head.status, 200) << page;
    EXPECT_EQ(head.headers, get.headers) << page;
  }
}

TEST_F(IssuerEndpoint, AKnownPageIsNotSentAgain) {
  for (const std::string& page : pages()) {
    const auto first = ask(page);
    const auto etag = header(first, "ETag");
    ASSERT_TRUE(etag) << page;
    for (const std::string& known :
         {*etag, "W/" + *etag, "\"other\", " + *etag, *etag + " ,\"other\"", std::string("*")}) {
      for (const char* method : {"GET", "HEAD"}) {
        const auto again = ask(page, method, {{"if-none-match", known}});
        EXPECT_EQ(again.status, 304) << page << known;
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(header(again, "ETag"), etag);
        EXPECT_EQ(header(again, "Cache-Control"), header(first, "Cache-Control"));
      }
    }
    EXPECT_EQ(ask(page, "GET", {{"If-None-Match", "\"other\""}, {"If-None-Match", *etag}}).status, 304);
    for (const std::string& unknown :
         {std::string(), std::string("\"other\""), etag->substr(1, etag->size() - 2)}) {
      const auto again = ask(page, "GET", {{"If-None-Match", unknown}});
      EXPECT_EQ(again.status, 200) << page << unknown;
      EXPECT_EQ(again.body, first.body);
    }
  }
}

TEST_F(IssuerEndpoint, ANewKeyChangesTheTagOfTheKeysAlone) {
  std::vector<std::string> before;
  for (const std::string& page : pages()) before.push_back(*header(ask(page), "ETag"));
  issuer_.keys.push_back({"second", crypto::PrivateKey::generate(crypto::KeyType::rsa), now});
  house_.put(issuer_);
  EXPECT_EQ(*header(ask(pages()[0]), "ETag"), before[0]);
  EXPECT_EQ(*header(ask(pages()[1]), "ETag"), before[1]);
  EXPECT_NE(*header(ask(pages()[2]), "ETag"), before[2]);
  EXPECT_EQ(token::JwkSet::parse(ask(pages()[2]).body)->keys().size(), 2U);
  EXPECT_EQ(ask(pages()[2], "GET", {{"If-None-Match", before[2]}}).status, 200);
}

TEST_F(IssuerEndpoint, OtherMethodsAreRefused) {
  for (const std::string& page : pages()) {
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "TRACE"}) {
      const auto response = ask(page, method);
      EXPECT_EQ(response.status, 405) << method;
      EXPECT_EQ(header(response, "Allow"), "GET, HEAD");
      EXPECT_EQ(header(response, "Content-Type"), "application/json");
      EXPECT_TRUE(parse_json_object(response.body));
    }
  }
}

// A second spelling of an address would be a second identity for whoever compares addresses.
TEST_F(IssuerEndpoint, EveryAddressHasOneSpelling) {
  const std::string id = issuer_.id;
  const std::string first_escaped = "%" + to_upper_hex(id.substr(0, 1)) + id.substr(1);
  ASSERT_EQ(ask("/id/" + id).status, 200);
  const std::vector<std::string> others{std::string(),
                                        std::string("/"),
                                        std::string("/id"),
                                        std::string("/id/"),
                                        "/id/" + id + "/",
                                        "//id/" + id,
                                        "/id//" + id,
                                        "/id/" + to_lower(id),
                                        "/ID/" + id,
                                        "/id/" + first_escaped,
                                        "/id/" + id.substr(1),
                                        "/id/" + id + "0",
                                        "/id/" + id + "/keys/",
                                        "/id/" + id + "//keys",
                                        "/id/" + id + "/KEYS",
                                        "/id/" + id + "keys",
                                        "/id/" + id + "/key",
                                        "/id/" + id + "/keys.json",
                                        "/id/" + id + "/%6Beys",
                                        "/id/" + id + "/./keys",
                                        "/id/" + id + "/.well-known",
                                        "/id/" + id + "/.well-known/",
                                        "/id/" + id + "/.well-known/openid-configuration/",
                                        "/id/" + id + "/.well-known/oauth-authorization-server",
                                        "/.well-known/openid-configuration",
                                        "/keys",
                                        "/.well-known/openid-configuration/id/" + id,
                                        "/x/id/" + id,
                                        "id/" + id,
                                        "/id/../id/" + id};
  for (const std::string& path : others) {
    for (const char* method : {"GET", "HEAD", "POST"}) {
      const auto response = ask(path, method);
      EXPECT_EQ(response.status, 404) << method << " " << path;
      EXPECT_EQ(header(response, "Content-Type"), "application/json");
      EXPECT_EQ(header(response, "Cache-Control"), "no-store");
      EXPECT_EQ(header(response, "ETag"), std::nullopt);
      EXPECT_TRUE(parse_json_object(response.body));
    }
  }
}

TEST_F(IssuerEndpoint, ADeletedIssuerLooksAsIfItHadNeverBeen) {
  const std::string never = "/id/" + record::make_issuer_id();
  for (const char* page : {"", "/.well-known/openid-configuration", "/keys"}) {
    for (const char* method : {"GET", "HEAD", "POST"}) {
      const auto gone = ask("/id/" + gone_.id + page, method);
      const auto unknown = ask(never + page, method);
      EXPECT_EQ(gone.status, 404);
      EXPECT_EQ(unknown.status, 404);
      EXPECT_EQ(gone.headers, unknown.headers);
      EXPECT_EQ(gone.body, unknown.body);
    }
  }
}

TEST_F(IssuerEndpoint, APageIsNeverARedirect) {
  for (const std::string& page : pages()) EXPECT_EQ(header(ask(page), "Location"), std::nullopt);
}

}  // namespace
}  // namespace openirsa::issuer
