#include "issuer/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "issuer/test_house.h"
#include "token/verifier.h"

namespace openirsa::issuer {
namespace {

const Time now = time_of_seconds(1'795'521'600);
const std::vector<std::string> client_ids{"sts.amazonaws.com"};

record::Issuer an_issuer() {
  return make_issuer("oidc.example.test", "123456789012", "us-west-2", "prod", now);
}

const ServiceAccountToken asked{.name_space = "default",
                                .service_account = "my-app",
                                .service_account_uid = "11111111-2222-4333-8444-555555555555",
                                .audience = "sts.amazonaws.com"};

std::string minted(const record::Issuer& issuer, const ServiceAccountToken& token, Time at) {
  const auto text = mint(issuer, token, at);
  EXPECT_TRUE(text) << (text ? "" : text.error().message);
  return text ? *text : "";
}

json::object claims_of(std::string_view token) {
  return *parse_json_object(*from_base64url(split(token, '.').at(1)));
}

Result<token::IdToken, token::Refusal> verify(std::string_view text, const record::Issuer& issuer, Time at) {
  const auto parsed = token::SignedToken::parse(text);
  if (!parsed) return parsed.error();
  return token::TokenVerifier::verify(*parsed, {.issuer = issuer.url, .client_ids = &client_ids},
                                      *issuer.key_set, at);
}

TEST(Issuer, UrlHasNoPortAndNoTrailingSlash) {
  EXPECT_EQ(url_of("oidc.example.test", "0123456789ABCDEF0123456789ABCDEF"),
            "https://oidc.example.test/id/0123456789ABCDEF0123456789ABCDEF");
}

TEST(Issuer, IsMadeWithAnIdAndARsaKey) {
  const record::Issuer issuer = an_issuer();
  EXPECT_EQ(issuer.id.size(), 32U);
  EXPECT_EQ(issuer.id.find_first_not_of("0123456789ABCDEF"), std::string::npos);
  EXPECT_EQ(issuer.url, "https://oidc.example.test/id/" + issuer.id);
  EXPECT_EQ(issuer.account, "123456789012");
  EXPECT_EQ(issuer.region, "us-west-2");
  EXPECT_EQ(issuer.cluster, "prod");
  EXPECT_FALSE(issuer.deleted);
  EXPECT_EQ(issuer.created, now);
  ASSERT_EQ(issuer.keys.size(), 1U);
  EXPECT_EQ(issuer.keys[0].key.public_key().type(), crypto::KeyType::rsa);
  EXPECT_EQ(issuer.keys[0].key.public_key().components().first.size(), 256U);
  EXPECT_EQ(issuer.keys[0].created, now);
  ASSERT_EQ(issuer.key_set->keys().size(), 1U);
  EXPECT_EQ(issuer.key_set->keys()[0].key_id, issuer.keys[0].key_id);
  EXPECT_EQ(issuer.key_set_text, issuer.key_set->to_text());
  const record::Issuer other = an_issuer();
  EXPECT_NE(other.id, issuer.id);
  EXPECT_NE(other.keys[0].key_id, issuer.keys[0].key_id);
}

TEST(Issuer, SurvivesTheStore) {
  TestHouse house;
  const record::Issuer issuer = an_issuer();
  house.put(issuer);
  const auto snapshot = house.mirror().snapshot();
  const record::Issuer* found = find_live(*snapshot, issuer.url);
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(verify(minted(*found, asked, now), issuer, now));
}

TEST(FindLive, WantsTheUrlLetterForLetter) {
  TestHouse house;
  const record::Issuer issuer = an_issuer();
  house.put(issuer);
  const auto snapshot = house.mirror().snapshot();
  ASSERT_NE(find_live(*snapshot, issuer.url), nullptr);
  EXPECT_EQ(find_live(*snapshot, issuer.url)->id, issuer.id);
  const std::string id = issuer.id;
  const std::string host = "oidc.example.test";
  for (const std::string& url : {std::string(),
                                 std::string("/id/"),
                                 id,
                                 "/id/" + id,
                                 issuer.url + "/",
                                 issuer.url + "?",
                                 issuer.url + "#",
                                 issuer.url + " ",
                                 " " + issuer.url,
                                 "https://" + host + "/id/" + to_lower(id),
                                 "http://" + host + "/id/" + id,
                                 "HTTPS://" + host + "/id/" + id,
                                 "https://" + to_upper(host) + "/id/" + id,
                                 "https://" + host + ":443/id/" + id,
                                 "https://" + host + "/id//id/" + id,
                                 "https://" + host + "//id/" + id,
                                 "https://" + host + "./id/" + id,
                                 "https://evil.test/id/" + id,
                                 "https://user@" + host + "/id/" + id,
                                 "https://" + host + "/ID/" + id,
                                 "https://" + host + "/id/" + id.substr(1),
                                 host + "/id/" + id,
                                 "https://" + host + "/id/" + record::make_issuer_id()}) {
    EXPECT_EQ(find_live(*snapshot, url), nullptr) << url;
  }
}

TEST(FindLive, AnIssuerKeepsItsUrlWhenTheHostChanges) {
  TestHouse house;
  const record::Issuer old = make_issuer("old.example.test", "123456789012", "us-west-2", "a", now);
  const record::Issuer young = make_issuer("new.example.test", "123456789012", "us-west-2", "b", now);
  house.put(old);
  house.put(young);
  const auto snapshot = house.mirror().snapshot();
  EXPECT_NE(find_live(*snapshot, old.url), nullptr);
  EXPECT_NE(find_live(*snapshot, young.url), nullptr);
  EXPECT_EQ(find_live(*snapshot, url_of("new.example.test", old.id)), nullptr);
}

TEST(IsOurs, WhateverLiesUnderOurHostOrWasMadeByUs) {
  TestHouse house;
  record::Issuer old = make_issuer("old.example.test", "123456789012", "us-west-2", "a", now);
  old.deleted = true;
  old.keys.clear();
  house.put(old);
  const auto snapshot = house.mirror().snapshot();
  const auto ours = [&](std::string_view url) { return is_ours(*snapshot, "oidc.example.test", url); };
  for (const std::string& url :
       {std::string("https://oidc.example.test"), std::string("https://oidc.example.test/id/x"),
        std::string("https://OIDC.example.test/anything"), old.url}) {
    EXPECT_TRUE(ours(url)) << url;
  }
  for (const std::string& url :
       {std::string("https://old.example.test"), old.url + "0", std::string("https://oidc.example.test.evil"),
        std::string("https://a.oidc.example.test/id/x"), std::string("http://oidc.example.test/id/x"),
        std::string("oidc.example.test/id/x"), std::string()}) {
    EXPECT_FALSE(ours(url)) << url;
  }
}

TEST(FindLive, ATombstoneIsNotLive) {
  TestHouse house;
  record::Issuer issuer = an_issuer();
  house.put(issuer);
  ASSERT_NE(find_live(*house.mirror().snapshot(), issuer.url), nullptr);
  issuer.deleted = true;
  house.put(issuer);
  EXPECT_EQ(find_live(*house.mirror().snapshot(), issuer.url), nullptr);
}

TEST(Mint, TheTokenVerifiesUnderTheIssuersKeySet) {
  const record::Issuer issuer = an_issuer();
  const auto id_token = verify(minted(issuer, asked, now), issuer, now);
  ASSERT_TRUE(id_token) << token::name_of(id_token.error().code);
  EXPECT_EQ(id_token->issuer(), issuer.url);
  EXPECT_EQ(id_token->subject(), "system:serviceaccount:default:my-app");
  EXPECT_EQ(id_token->audience(), "sts.amazonaws.com");
  EXPECT_TRUE(std::ranges::equal(id_token->original_audiences(), client_ids));
  EXPECT_EQ(id_token->key_id(), issuer.keys[0].key_id);
  EXPECT_EQ(id_token->issued_at(), now);
  EXPECT_EQ(id_token->expires_at(), now + std::chrono::hours{1});
}

TEST(Mint, TheTokenOfOneIssuerIsNothingToAnother) {
  const record::Issuer issuer = an_issuer();
  record::Issuer other = an_issuer();
  const std::string text = minted(issuer, asked, now);
  EXPECT_TRUE(verify(text, issuer, now));
  const auto by_name = verify(text, other, now);
  ASSERT_FALSE(by_name);
  EXPECT_EQ(by_name.error().code, token::Fault::issuer_mismatch);
  other.url = issuer.url;
  EXPECT_FALSE(verify(text, other, now));
}

TEST(Mint, TheTokenExpires) {
  const record::Issuer issuer = an_issuer();
  ServiceAccountToken brief = asked;
  brief.lifetime = std::chrono::seconds{600};
  const std::string text = minted(issuer, brief, now);
  EXPECT_TRUE(verify(text, issuer, now + std::chrono::seconds{599}));
  const auto late = verify(text, issuer, now + std::chrono::hours{1});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, token::Fault::expired);
}

TEST(Mint, ClaimsAreThoseOfKubernetes) {
  const record::Issuer issuer = an_issuer();
  const auto claims = claims_of(minted(issuer, asked, now));
  EXPECT_EQ(claims.size(), 8U);
  EXPECT_EQ(claims.at("aud"), (json::array{"sts.amazonaws.com"}));
  EXPECT_EQ(claims.at("iss"), json::value(issuer.url));
  EXPECT_EQ(claims.at("sub"), "system:serviceaccount:default:my-app");
  EXPECT_EQ(claims.at("iat"), 1'795'521'600);
  EXPECT_EQ(claims.at("nbf"), 1'795'521'600);
  EXPECT_EQ(claims.at("exp"), 1'795'525'200);
  EXPECT_EQ(find_string(claims, "jti")->size(), 36U);
  const auto expected = parse_json(
      R"({"namespace":"default","serviceaccount":{"name":"my-app","uid":"11111111-2222-4333-8444-555555555555"}})");
  EXPECT_EQ(claims.at("kubernetes.io"), *expected);
}

TEST(Mint, EveryTokenHasAnIdOfItsOwn) {
  const record::Issuer issuer = an_issuer();
  EXPECT_NE(*find_string(claims_of(minted(issuer, asked, now)), "jti"),
            *find_string(claims_of(minted(issuer, asked, now)), "jti"));
}

TEST(Mint, TheHeaderNamesTheKey) {
  const record::Issuer issuer = an_issuer();
  const auto header = *parse_json_object(*from_base64url(split(minted(issuer, asked, now), '.').at(0)));
  EXPECT_EQ(header.at("alg"), "RS256");
  EXPECT_EQ(header.at("kid"), json::value(issuer.keys[0].key_id));
}

TEST(Mint, TheNewestKeySigns) {
  record::Issuer issuer = an_issuer();
  const auto add = [&](std::string key_id, std::int64_t after) {
    issuer.keys.push_back({std::move(key_id), crypto::PrivateKey::generate(crypto::KeyType::rsa),
                           now + std::chrono::seconds{after}});
    issuer.derive_key_set();
  };
  const auto signer = [&] { return verify(minted(issuer, asked, now), issuer, now)->key_id(); };
  add("newer", 10);
  EXPECT_EQ(signer(), "newer");
  add("older", -10);
  EXPECT_EQ(signer(), "newer");
  add("as new", 10);
  EXPECT_EQ(signer(), "as new");
}

TEST(Mint, SaysWhatIsWrongWithADamagedKey) {
  record::Issuer issuer = an_issuer();
  const record::Vault vault(Secret(std::string(32, 'm')));
  const std::string key = record::issuer_key(issuer.id);
  ASSERT_TRUE(mint(issuer, asked, now));
  issuer.keys[0].key = record::KeyPair(issuer.keys[0].key.public_key(), vault, key, "AAAA");
  const auto refused = mint(issuer, asked, now);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("the private key in record `" + key + "` does not open"))
      << refused.error().message;
}

}  // namespace
}  // namespace openirsa::issuer
