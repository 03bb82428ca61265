// Keys that are given to a provider: by whom, for which one, in place of what, and what is never given away.
#include "own/provider_keys.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "own/test_desk.h"
#include "own/test_keys.h"
#include "record/provider.h"
#include "wire/test_outside.h"

namespace openirsa::own {
namespace {

using test::expect_refused;
using test::key_set_of;
using test::public_key;
using test::Reply;

const std::string url = "foreign.example/id/1";
constexpr std::string_view other_account = "444455556666";

std::string arn_of(std::string_view account, std::string_view provider) {
  return "arn:aws:iam::" + std::string(account) + ":oidc-provider/" + std::string(provider);
}
const std::string arn = arn_of(test::account, url);

std::string path_of(std::string_view provider_arn) {
  return "/openirsa/v1/providers/" + percent_encode(provider_arn) + "/keys";
}

class ProviderKeys : public testing::Test {
 protected:
  ProviderKeys() {
    add_provider(test::account, url);
    desk.house.outside = &outside;
  }

  void add_provider(std::string_view account, std::string_view provider_url) {
    const record::OpenIdConnectProvider provider{.account = std::string(account),
                                                 .url = std::string(provider_url),
                                                 .client_ids = {"sts.amazonaws.com"},
                                                 .thumbprints = {std::string(40, 'b')},
                                                 .created = time_of_seconds(wire::test::noon),
                                                 .tags = {{"team", "blue"}}};
    desk.put(record::provider_key(account, provider_url), provider);
  }
  record::OpenIdConnectProvider stored(std::string_view account = test::account,
                                       std::string_view provider_url = url) {
    const auto snapshot = desk.mirror->snapshot();
    const auto* provider =
        record::find<record::OpenIdConnectProvider>(*snapshot, record::provider_key(account, provider_url));
    return provider == nullptr ? record::OpenIdConnectProvider{} : *provider;
  }

  Reply put(const json::object& body, std::string_view provider_arn = arn) {
    return desk.send("PUT", path_of(provider_arn), json::serialize(body));
  }
  Reply fetch(const json::object& body, std::string_view provider_arn = arn) {
    return desk.send("POST", path_of(provider_arn), json::serialize(body));
  }
  static json::object facts_of(const Reply& reply) {
    const json::object* facts = find_object(reply.body, "providerKeys");
    EXPECT_NE(facts, nullptr) << json::serialize(reply.body);
    return facts == nullptr ? json::object{} : *facts;
  }

  test::Desk desk;
  wire::test::FakeOutside outside;
  const std::string keys = key_set_of({public_key("a"), json::object{{"kty", "OKP"}, {"kid", "odd"}}});
  const std::string pem = test::authority().certificate_pem;
  const json::object wanted{{"endpoint", "https://cluster.example:6443"}, {"token", "a.b-c_d.e"}};
};

TEST_F(ProviderKeys, AreUploadedShownAndForgotten) {
  const Reply uploaded = put({{"jwks", keys}});
  ASSERT_EQ(uploaded.status, 200) << uploaded.text("message");
  const json::object facts = facts_of(uploaded);
  EXPECT_EQ(find_string(facts, "providerArn"), arn);
  EXPECT_EQ(find_string(facts, "issuer"), "https://" + url);
  EXPECT_EQ(find_string(facts, "source"), "uploaded");
  EXPECT_EQ(find_string(facts, "jwks"), keys);
  EXPECT_EQ(json::serialize(facts.at("keys")),
            R"([{"keyId":"a","keyType":"EC","curve":"P-256","algorithm":"ES256"}])");
  EXPECT_EQ(json::serialize(facts.at("unusableKeys")),
            R"([{"index":1,"keyId":"odd","reason":"type `OKP` cannot be used"}])");
  EXPECT_EQ(facts_of(desk.send("GET", path_of(arn))), facts);

  const auto kept = stored();
  ASSERT_NE(kept.key_set, nullptr);
  EXPECT_EQ(kept.key_set->keys().at(0).key_id, "a");
  EXPECT_EQ(kept.client_ids.size(), 1U);
  EXPECT_EQ(kept.tags.size(), 1U);

  const Reply deleted = desk.send("DELETE", path_of(arn));
  ASSERT_EQ(deleted.status, 200);
  EXPECT_EQ(json::serialize(facts_of(deleted)),
            R"({"providerArn":")" + arn + R"(","issuer":"https://)" + url + R"(","source":"fetched"})");
  EXPECT_EQ(stored().key_set, nullptr);
  EXPECT_EQ(stored().jwks, "");
  EXPECT_EQ(desk.send("DELETE", path_of(arn)).status, 200);
  EXPECT_TRUE(outside.asked.empty());
}

TEST_F(ProviderKeys, HaveOneSourceAtATime) {
  ASSERT_EQ(put({{"jwks", keys}}).status, 200);
  const json::object facts = facts_of(put({{"authorityPem", pem}}));
  EXPECT_EQ(find_string(facts, "source"), "fetched");
  EXPECT_EQ(find_string(facts, "authorityPem"), pem);
  EXPECT_EQ(find_member(facts, "jwks"), nullptr);
  EXPECT_EQ(stored().authority_pem, pem);
  EXPECT_EQ(stored().key_set, nullptr);
  ASSERT_EQ(put({{"jwks", keys}}).status, 200);
  EXPECT_EQ(stored().authority_pem, "");
  const std::string words = "the body must have one of the members `jwks` and `authorityPem`";
  expect_refused(put({{"jwks", keys}, {"authorityPem", pem}}), 400, "InvalidParameterException", words);
  expect_refused(put({}), 400, "InvalidParameterException", words);
  EXPECT_EQ(stored().jwks, keys);
}

TEST_F(ProviderKeys, AreCheckedBeforeTheyAreKept) {
  const std::vector<std::pair<json::object, std::string>> refused{
      {{{"jwks", 7}}, "member `jwks` is not a text"},
      {{{"jwks", "{}"}}, "member `jwks` is not a key set: `keys` is not an array"},
      {{{"jwks", key_set_of({})}}, "member `jwks` has no key that can verify a token"},
      {{{"jwks", ""}}, "member `jwks` is not a key set: "},
      {{{"authorityPem", ""}}, "member `authorityPem` is not certificates in PEM: "},
      {{{"authorityPem", json::array{}}}, "member `authorityPem` is not a text"}};
  for (const auto& [body, words] : refused) {
    const Reply reply = put(body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.error, "InvalidParameterException");
    EXPECT_TRUE(reply.text("message").starts_with(words)) << reply.text("message");
  }
  json::object with_private = public_key("b");
  with_private["d"] = "c2VjcmV0";
  const Reply reply = put({{"jwks", key_set_of({with_private})}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.text("message").find("c2VjcmV0"), std::string::npos);
  EXPECT_EQ(json::serialize(wire::to_json(desk.traces.last)).find("c2VjcmV0"), std::string::npos);
  EXPECT_EQ(stored().jwks, "");
  EXPECT_EQ(put({{"jwks", keys}}).status, 200);
}

// What they may cost whoever verifies with them is the account's own matter only up to a point.
TEST_F(ProviderKeys, ThatWouldMakeEveryTokenDearAreRefused) {
  EXPECT_EQ(put({{"jwks", key_set_of({public_key("a"), public_key("a"), public_key("b")})}}).status, 200);
  const std::string before = stored().jwks;
  const json::array crowd{public_key("a"), public_key("a"), public_key("a")};
  expect_refused(
      put({{"jwks", key_set_of(crowd)}}), 400, "InvalidParameterException",
      "member `jwks` holds more than 2 keys of one `kid` (`a`) for one algorithm; give each key an id "
      "of its own");
  const std::string modulus(256, '\xff');
  const json::object slow{{"kty", "RSA"},
                          {"kid", "slow"},
                          {"n", to_base64url(modulus)},
                          {"e", to_base64url(modulus.substr(248))}};
  expect_refused(put({{"jwks", key_set_of({slow})}}), 400, "InvalidParameterException",
                 "member `jwks` has no key that can verify a token; keys[0]: the exponent exceeds 32 bits");
  EXPECT_EQ(stored().jwks, before);
  const Reply mixed = put({{"jwks", key_set_of({slow, public_key("a")})}});
  ASSERT_EQ(mixed.status, 200);
  EXPECT_EQ(facts_of(mixed).at("unusableKeys").at(0).at("reason"), "the exponent exceeds 32 bits");
}

TEST_F(ProviderKeys, OfAnotherAccountStayAsTheyAre) {
  add_provider(other_account, url);
  const std::string theirs = arn_of(other_account, url);
  for (const Reply& reply : {put({{"jwks", keys}}, theirs), fetch(wanted, theirs),
                             desk.send("GET", path_of(theirs)), desk.send("DELETE", path_of(theirs))}) {
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.error, "AccessDeniedException");
  }
  EXPECT_TRUE(outside.asked.empty());
  // One's own for the same issuer changes nothing there.
  ASSERT_EQ(put({{"jwks", keys}}).status, 200);
  EXPECT_EQ(stored(other_account).jwks, "");
  EXPECT_EQ(stored().jwks, keys);
}

TEST_F(ProviderKeys, OfOurOwnIssuersComeFromUsAlone) {
  for (const std::string& ours : {std::string("oidc.openirsa.internal/id/X"), test::issuer().url.substr(8)}) {
    add_provider(test::account, ours);
    const std::string own_arn = arn_of(test::account, ours);
    const std::string words = "https://" + ours +
                              " is an issuer of this server: it publishes its keys itself, and no others "
                              "count for it";
    expect_refused(put({{"jwks", keys}}, own_arn), 400, "InvalidParameterException", words);
    expect_refused(put({{"authorityPem", pem}}, own_arn), 400, "InvalidParameterException", words);
    expect_refused(fetch(wanted, own_arn), 400, "InvalidParameterException", words);
    expect_refused(desk.send("DELETE", path_of(own_arn)), 400, "InvalidParameterException", words);
    EXPECT_EQ(find_string(facts_of(desk.send("GET", path_of(own_arn))), "source"), "own");
    EXPECT_EQ(stored(test::account, ours).jwks, "");
  }
  EXPECT_TRUE(outside.asked.empty());
}

TEST_F(ProviderKeys, NeedAProviderThatIsThere) {
  const std::string missing = arn_of(test::account, "absent.example");
  const std::string words = "No provider found for ARN: " + missing + ".";
  for (const Reply& reply : {put({{"jwks", keys}}, missing), fetch(wanted, missing),
                             desk.send("GET", path_of(missing)), desk.send("DELETE", path_of(missing))}) {
    expect_refused(reply, 404, "ResourceNotFoundException", words);
  }
  expect_refused(desk.send("GET", path_of("x")), 400, "InvalidParameterException", "Invalid ARN: x");
  EXPECT_EQ(desk.send("GET", path_of("arn:aws:iam::111122223333:role/r")).status, 400);
  EXPECT_TRUE(outside.asked.empty());
}

TEST_F(ProviderKeys, NeedPermissionOnTheProvider) {
  test::Desk limited(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"openirsa:GetProviderKeys",
                         "Resource":"arn:aws:iam::111122223333:oidc-provider/foreign.example/*"}]})");
  limited.house.outside = &outside;
  const record::OpenIdConnectProvider provider{.account = std::string(test::account), .url = url};
  limited.put(record::provider_key(test::account, url), provider);
  EXPECT_EQ(limited.send("GET", path_of(arn)).status, 200);
  EXPECT_EQ(limited.send("GET", path_of(arn_of(test::account, "other.example"))).error,
            "AccessDeniedException");
  const std::string upload = json::serialize(json::object{{"jwks", keys}});
  EXPECT_EQ(limited.send("PUT", path_of(arn), upload).error, "AccessDeniedException");
  EXPECT_EQ(limited.send("POST", path_of(arn), json::serialize(wanted)).error, "AccessDeniedException");
  EXPECT_EQ(limited.send("DELETE", path_of(arn)).error, "AccessDeniedException");
  EXPECT_TRUE(outside.asked.empty());
}

TEST_F(ProviderKeys, ArePulledThroughAClustersApi) {
  outside.answer = keys;
  json::object body = wanted;
  body["authorityPem"] = pem;
  const Reply reply = fetch(body);
  ASSERT_EQ(reply.status, 200) << reply.text("message");
  EXPECT_EQ(find_string(facts_of(reply), "source"), "uploaded");
  EXPECT_EQ(stored().jwks, keys);
  EXPECT_EQ(stored().authority_pem, "");  // the cluster's, not the issuer's
  ASSERT_EQ(outside.documents.size(), 1U);
  EXPECT_EQ(outside.documents[0].account, test::account);
  EXPECT_EQ(outside.documents[0].url, "https://cluster.example:6443/openid/v1/jwks");
  EXPECT_EQ(outside.documents[0].bearer_token, "a.b-c_d.e");
  EXPECT_EQ(outside.documents[0].authority_pem, pem);

  body.erase("authorityPem");
  body["endpoint"] = "https://proxy.example/k8s/c-1/";
  ASSERT_EQ(fetch(body).status, 200);
  EXPECT_EQ(outside.documents.back().url, "https://proxy.example/k8s/c-1/openid/v1/jwks");
  EXPECT_EQ(outside.documents.back().authority_pem, std::nullopt);
}

TEST_F(ProviderKeys, ThatDoNotComeChangeNothing) {
  ASSERT_EQ(put({{"jwks", keys}}).status, 200);
  outside.answer = wire::OutsideFailure{true, "connection refused by 192.0.2.1"};
  const std::string source = "https://cluster.example:6443/openid/v1/jwks";
  expect_refused(fetch(wanted), 400, "InvalidRequestException",
                 source + " did not give a key set; the request's decision says why");
  EXPECT_EQ(desk.traces.last.failure->detail, "connection refused by 192.0.2.1");
  EXPECT_EQ(json::serialize(wire::to_json(desk.traces.last)).find("a.b-c_d.e"), std::string::npos);
  outside.answer = std::string("<html>");
  const Reply reply = fetch(wanted);
  EXPECT_EQ(reply.error, "InvalidRequestException");
  EXPECT_TRUE(reply.text("message").starts_with("what " + source + " answered is not a key set: "))
      << reply.text("message");
  EXPECT_EQ(stored().jwks, keys);

  desk.house.outside = nullptr;
  expect_refused(fetch(wanted), 400, "InvalidRequestException",
                 "this server asks nothing of other hosts; upload the keys instead (PutProviderKeys)");
}

TEST_F(ProviderKeys, ThatComeForAProviderGoneMeanwhileAreDropped) {
  outside.answer = keys;
  outside.meanwhile = [&] {
    store::Commit commit;
    commit.deletes.push_back(record::provider_key(test::account, url));
    ASSERT_TRUE(desk.mirror->commit(commit));
  };
  EXPECT_EQ(fetch(wanted).status, 404);
  EXPECT_EQ(outside.asked.size(), 1U);
}

// A pull is as old as its beginning: what its owner did since stands.
TEST_F(ProviderKeys, ThatComeAfterALaterChangeAreDropped) {
  const std::string withdrawn = key_set_of({public_key("withdrawn")});
  const std::string message =
      "The provider " + arn +
      " was changed while its keys were being pulled; they were not kept. Look at it, "
      "and pull again if it is to have them.";
  outside.answer = withdrawn;
  outside.meanwhile = [&] { EXPECT_EQ(put({{"jwks", keys}}).status, 200); };
  expect_refused(fetch(wanted), 409, "ResourceInUseException", message);
  EXPECT_EQ(stored().jwks, keys);

  outside.meanwhile = [&] { EXPECT_EQ(desk.send("DELETE", path_of(arn)).status, 200); };
  expect_refused(fetch(wanted), 409, "ResourceInUseException", message);
  EXPECT_EQ(stored().jwks, "");

  outside.meanwhile = [&] {  // deleted and made anew, with the same URL
    store::Commit commit;
    commit.deletes.push_back(record::provider_key(test::account, url));
    ASSERT_TRUE(desk.mirror->commit(commit));
    add_provider(test::account, url);
  };
  expect_refused(fetch(wanted), 409, "ResourceInUseException", message);
  EXPECT_EQ(stored().jwks, "");

  // What another provider's owner does meanwhile is no matter.
  outside.meanwhile = [&] { add_provider(other_account, url); };
  EXPECT_EQ(fetch(wanted).status, 200);
  EXPECT_EQ(stored().jwks, withdrawn);
}

TEST_F(ProviderKeys, AreAskedForAtAServerAlone) {
  const auto with = [&](std::string_view member, json::value value) {
    json::object body = wanted;
    body[member] = std::move(value);
    return fetch(body);
  };
  outside.answer = keys;
  for (const char* endpoint :
       {"", "http://c.example", "https://", "https:///x", "c.example:6443", "https://u@c.example",
        "https://c.example?x", "https://c.example#x", "https://c.example/a b", "https://c.example\\@d",
        "HTTPS://c.example", "https://c.example\r\nX: y"}) {
    expect_refused(with("endpoint", endpoint), 400, "InvalidParameterException",
                   "member `endpoint` must be an API server's URL: https://HOST:PORT");
  }
  for (const std::string& token : {std::string(), std::string("a b"), std::string("a\r\nX: y"),
                                   std::string("\x7f"), std::string(20'001, 'a')}) {
    expect_refused(with("token", json::value_from(token)), 400, "InvalidParameterException",
                   "member `token` must be a service-account token of the cluster");
  }
  EXPECT_EQ(with("token", nullptr).text("message"), "member `token` is not a text");
  EXPECT_EQ(with("endpoint", 7).text("message"), "member `endpoint` is not a text");
  EXPECT_TRUE(with("authorityPem", "x").text("message").starts_with("member `authorityPem` is not cert"));
  EXPECT_TRUE(outside.asked.empty());
  EXPECT_EQ(with("token", json::value_from(std::string(20'000, 'a'))).status, 200);
}

}  // namespace
}  // namespace openirsa::own
