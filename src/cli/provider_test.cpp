// Do the verbs about providers make the right calls, undo what half succeeded, and say what stands?
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/test_desk.h"
#include "crypto/certificate.h"

namespace openirsa::cli {
namespace {

const std::string issuer = "https://foreign.example/id/1";
const std::string arn = "arn:aws:iam::111122223333:oidc-provider/foreign.example/id/1";
const std::string zeros(40, '0');
const std::string set = R"({"keys":[]})";
const std::string quoted_set = R"("{\"keys\":[]}")";

class Providers : public Desk {
 protected:
  Providers() : keys_path_("/openirsa/v1/providers/" + percent_encode(arn) + "/keys") {
    answer("GetCallerIdentity", 200,
           "<R><Arn>arn:aws:iam::111122223333:user/admin</Arn><Account>111122223333</Account></R>");
    answer("CreateOpenIDConnectProvider", 200, "<x/>");
    answer("DeleteOpenIDConnectProvider", 200, "<x/>");
    answer_keys("PUT", "uploaded");
    answer_keys("POST", "uploaded");
    answer_keys("GET", "uploaded");
    EXPECT_TRUE(write_file(jwks_, set, 0600));
    EXPECT_TRUE(write_file(ca_, authority_.certificate_pem, 0600));
    EXPECT_TRUE(write_file(token_, "a.b.c\n", 0600));
  }

  void exists(std::string_view client_ids = "<member>sts.amazonaws.com</member>",
              std::string_view created = "2026-11-24T12:00:00Z") {
    answer("GetOpenIDConnectProvider", 200,
           "<R><Url>foreign.example/id/1</Url><ClientIDList>" + std::string(client_ids) +
               "</ClientIDList><ThumbprintList><member>aa</member></ThumbprintList>"
               "<CreateDate>" +
               std::string(created) + "</CreateDate></R>");
  }
  void absent() { answer("GetOpenIDConnectProvider", 404, "<E><Code>NoSuchEntity</Code></E>"); }
  void answer_keys(const std::string& method, const std::string& source) {
    answer(
        method + " " + keys_path_, 200,
        R"({"providerKeys":{"source":")" + source + R"(","jwks":)" + quoted_set +
            R"(,"keys":[{"keyId":"a","keyType":"EC","curve":"P-256","algorithm":"ES256"},{"keyType":"RSA"}],)"
            R"("unusableKeys":[{"index":1,"keyId":"odd","reason":"type `OKP` cannot be used"}]}})");
  }
  void answer_no_keys() { answer("GET " + keys_path_, 200, R"({"providerKeys":{"source":"fetched"}})"); }
  void refuse_keys(const std::string& method) {
    answer(method + " " + keys_path_, 400, R"({"message":"no good"})",
           {{"x-amzn-ErrorType", "InvalidParameterException"}});
  }

  // The names of the calls that came since the last time, without who-am-I.
  std::vector<std::string> made() {
    std::vector<std::string> names;
    const auto all = calls();
    for (; seen_ < all.size(); ++seen_) {
      std::string name = all[seen_].substr(0, all[seen_].find_first_of(" {", all[seen_].find(keys_path_)));
      if (!all[seen_].starts_with("Get") && all[seen_].find(keys_path_) == std::string::npos)
        name = all[seen_].substr(0, all[seen_].find(' '));
      if (!name.starts_with("GetCallerIdentity")) names.push_back(name.substr(0, name.find(' ')));
    }
    return names;
  }
  std::string call_of(const std::string& name) {
    for (const auto& call : calls()) {
      if (call.starts_with(name)) return call;
    }
    return "(none)";
  }
  Ran create(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"create", "provider", "--issuer", issuer};
    all.insert(all.end(), more.begin(), more.end());
    return run(std::move(all));
  }

  const std::string keys_path_;
  const std::string jwks_ = directory_.file("jwks.json");
  const std::string ca_ = directory_.file("ca.pem");
  const std::string token_ = directory_.file("token");
  const crypto::Authority authority_ = crypto::make_authority("Private", {.dns = {"a.test"}, .addresses = {}},
                                                              SystemClock().now(), std::chrono::days{30});

 private:
  std::size_t seen_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(Providers, create_without_keys_leaves_the_thumbprint_to_the_server) {
  absent();
  after("CreateOpenIDConnectProvider", [&] { exists("<member>one</member><member>two</member>"); });
  const auto ran = create({"--client-id", "one", "--client-id", "two"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(ran.out, "Issuer:       " + issuer + "\nARN:          " + arn +
                         "\nClient IDs:   one, two\nThumbprints:  aa\nCreated:      2026-11-24T12:00:00Z\n");
  EXPECT_EQ(call_of("CreateOpenID"),
            "CreateOpenIDConnectProvider Action=CreateOpenIDConnectProvider&Version=2010-05-08&Url=" +
                percent_encode(issuer) + "&ClientIDList.member.1=one&ClientIDList.member.2=two");
  EXPECT_EQ(made(),
            (Names{"GetOpenIDConnectProvider", "CreateOpenIDConnectProvider", "GetOpenIDConnectProvider"}));
}

TEST_F(Providers, create_of_what_is_there_changes_nothing_and_shows_it) {
  exists();
  const auto ran = create();
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(ran.out,
            "Issuer:       " + issuer + "\nARN:          " + arn +
                "\nClient IDs:   sts.amazonaws.com\nThumbprints:  aa\nCreated:      2026-11-24T12:00:00Z\n");
  EXPECT_EQ(made(), Names{"GetOpenIDConnectProvider"});
}

TEST_F(Providers, create_with_a_key_set_uploads_it_and_asks_nobody) {
  absent();
  after("CreateOpenIDConnectProvider", [&] { exists(); });
  const auto ran = create({"--jwks", jwks_});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_NE(ran.out.find("Keys:            uploaded\n"), std::string::npos) << ran.out;
  EXPECT_NE(call_of("CreateOpenID")
                .find("&ClientIDList.member.1=sts.amazonaws.com&ThumbprintList.member.1=" + zeros),
            std::string::npos)
      << call_of("CreateOpenID");
  EXPECT_EQ(call_of("PUT"), "PUT " + keys_path_ + R"( {"jwks":)" + quoted_set + "}");
}

TEST_F(Providers, create_again_uploads_again_and_shows_the_keys) {
  exists();
  const auto ran = create({"--jwks", jwks_});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(call_of("Create"), "(none)");
  EXPECT_EQ(call_of("PUT"), "PUT " + keys_path_ + R"( {"jwks":)" + quoted_set + "}");
  EXPECT_TRUE(
      ran.out.ends_with("Keys:            uploaded\n"
                        "Key:             a (EC P-256, ES256)\n"
                        "Key:             without kid (RSA)\n"
                        "Cannot be used:  keys[1] odd: type `OKP` cannot be used\n"))
      << ran.out;
  const auto json = parse_json_object(create({"--jwks", jwks_, "-o", "json"}).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("provider").at("arn"), json::value_from(arn));
  EXPECT_EQ(json->at("provider").at("keys").at("source"), json::value("uploaded"));
}

TEST_F(Providers, create_does_not_take_over_what_is_different) {
  exists();
  EXPECT_EQ(create({"--client-id", "other"}).error,
            "Error: a provider for issuer " + issuer +
                " is there already with the client ids sts.amazonaws.com; name the same with --client-id, or "
                "change them with the AWS CLI\n");
  EXPECT_EQ(create({"--thumbprint", "bb"}).error,
            "Error: a provider for issuer " + issuer + " is there already with the thumbprints aa\n");
  ASSERT_TRUE(write_file(jwks_, set + "\n", 0600));
  EXPECT_EQ(create({"--jwks", jwks_}).error, "Error: a provider for issuer " + issuer +
                                                 " is there already with other keys; replace them: openirsa "
                                                 "update provider\n");
  EXPECT_EQ(call_of("PUT"), "(none)");
  EXPECT_EQ(
      create({"--thumbprint", "AA", "--client-id", "sts.amazonaws.com", "--client-id", "sts.amazonaws.com"})
          .status,
      0);
}

TEST_F(Providers, create_takes_back_a_provider_whose_keys_are_refused) {
  absent();
  after("CreateOpenIDConnectProvider", [&] { exists(); });
  refuse_keys("PUT");
  answer_no_keys();
  auto ran = create({"--jwks", jwks_});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "Error: InvalidParameterException: no good; no provider was made\n");
  EXPECT_EQ(made(),
            (Names{"GetOpenIDConnectProvider", "CreateOpenIDConnectProvider", "GetOpenIDConnectProvider",
                   "PUT", "GetOpenIDConnectProvider", "GET", "DeleteOpenIDConnectProvider"}));
  absent();
  answer("DeleteOpenIDConnectProvider", 403, "<E><Code>AccessDenied</Code></E>");
  ran = create({"--jwks", jwks_});
  EXPECT_EQ(ran.error, "Error: InvalidParameterException: no good; the provider " + arn +
                           " stands without the keys, because deleting it failed: AccessDenied\n");
  made();
  exists();
  answer_keys("GET", "uploaded");
  ran = create({"--jwks", jwks_});
  EXPECT_EQ(ran.error, "Error: InvalidParameterException: no good; the provider stands as it was\n");
  EXPECT_EQ(made(), (Names{"GetOpenIDConnectProvider", "GET", "PUT"}));
}

// Somebody else's `create provider` finds ours half made, and finishes it while our pull still waits.
TEST_F(Providers, create_leaves_a_provider_that_somebody_else_finished) {
  const std::string stands =
      "Error: InvalidParameterException: no good; the provider " + arn +
      " stands, because somebody else changed it meanwhile; openirsa get provider shows "
      "it\n";
  const auto create_while = [&](std::function<void()> meanwhile) {
    absent();
    after("CreateOpenIDConnectProvider", [&] { exists(); });
    refuse_keys("PUT");
    answer_no_keys();
    after("PUT " + keys_path_, std::move(meanwhile));
    made();
    const auto ran = create({"--jwks", jwks_});
    EXPECT_EQ(ran.status, 1);
    const auto names = made();
    EXPECT_EQ(std::ranges::count(names, "DeleteOpenIDConnectProvider"),
              ran.error.ends_with("made\n") ? 1 : 0);
    return ran.error;
  };
  EXPECT_EQ(create_while([] {}), "Error: InvalidParameterException: no good; no provider was made\n");
  EXPECT_EQ(create_while([&] { answer_keys("GET", "uploaded"); }), stands);
  EXPECT_EQ(create_while([&] { exists("<member>other</member>"); }), stands);
  EXPECT_EQ(create_while([&] { exists("<member>sts.amazonaws.com</member>", "2026-11-24T12:00:07Z"); }),
            stands);
  EXPECT_EQ(create_while([&] { absent(); }),
            "Error: InvalidParameterException: no good; somebody else deleted the provider meanwhile\n");
  EXPECT_EQ(create_while([&] { answer("GET " + keys_path_, 403, "{}", {{"x-amzn-ErrorType", "Denied"}}); }),
            "Error: InvalidParameterException: no good; the provider " + arn +
                " stands without the keys, because looking at them failed: Denied\n");
}

TEST_F(Providers, create_names_a_file_that_is_a_directory) {
  const std::string why = "Error: cannot read " + directory_.path() + ": Is a directory\n";
  EXPECT_EQ(create({"--jwks", directory_.path()}).error, why);
  EXPECT_EQ(create({"--ca", directory_.path()}).error, why);
  EXPECT_EQ(create({"--jwks-from", "https://c", "--token-file", directory_.path()}).error, why);
  EXPECT_EQ(calls(), Names{});
}

TEST_F(Providers, create_with_an_authority_pins_it) {
  absent();
  after("CreateOpenIDConnectProvider", [&] { exists(); });
  EXPECT_EQ(create({"--ca", ca_}).status, 0);
  const std::string thumbprint = crypto::inspect_pem(authority_.certificate_pem)->back().sha1_thumbprint;
  EXPECT_TRUE(call_of("CreateOpenID").ends_with("&ThumbprintList.member.1=" + thumbprint))
      << call_of("CreateOpenID");
  EXPECT_EQ(call_of("PUT"), "PUT " + keys_path_ + " " +
                                json::serialize(json::object{{"authorityPem", authority_.certificate_pem}}));
  EXPECT_EQ(create({"--ca", jwks_}).error, "Error: " + jwks_ + ": the PEM text holds no certificate\n");
}

TEST_F(Providers, create_pulls_through_an_api_server_with_a_token) {
  exists();
  const auto ran = create({"--jwks-from", "https://c.example:6443", "--token-file", token_, "--ca", ca_});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(call_of("POST"), "POST " + keys_path_ + " " +
                                 json::serialize(json::object{{"endpoint", "https://c.example:6443"},
                                                              {"token", "a.b.c"},
                                                              {"authorityPem", authority_.certificate_pem}}));
  refuse_keys("POST");
  EXPECT_EQ(
      create({"--jwks-from", "https://c.example:6443", "--token-file", token_}).error,
      "Error: InvalidParameterException: no good; where the server cannot reach the cluster, fetch the keys "
      "yourself (kubectl get --raw /openid/v1/jwks > FILE) and give them with --jwks FILE; the provider "
      "stands as it was\n");
  answer("POST " + keys_path_, 409, R"({"message":"changed"})",
         {{"x-amzn-ErrorType", "ResourceInUseException"}});
  EXPECT_EQ(create({"--jwks-from", "https://c.example:6443", "--token-file", token_}).error,
            "Error: ResourceInUseException: changed; the provider stands as it was\n");
}

TEST_F(Providers, update_replaces_and_forgets_keys) {
  exists();
  const auto update = [&](std::vector<std::string> more) {
    std::vector<std::string> all{"update", "provider", "--issuer", "https://foreign.example:443/id/1"};
    all.insert(all.end(), more.begin(), more.end());
    return run(std::move(all));
  };
  EXPECT_EQ(update({"--jwks", jwks_}).status, 0);
  EXPECT_EQ(made(), (Names{"GetOpenIDConnectProvider", "PUT"}));
  answer("DELETE " + keys_path_, 200, R"({"providerKeys":{"source":"fetched"}})");
  const auto ran = update({"--remove-jwks"});
  EXPECT_TRUE(ran.out.ends_with("Keys:         fetched from the issuer\n")) << ran.out << ran.error;
  EXPECT_EQ(made(), (Names{"GetOpenIDConnectProvider", "DELETE"}));
  EXPECT_EQ(update({}).error, "Error: nothing to update; say --jwks, --ca, --jwks-from or --remove-jwks\n");
  EXPECT_EQ(update({"--jwks", jwks_ + "x"}).error,
            "Error: cannot read " + jwks_ + "x: No such file or directory\n");
  EXPECT_EQ(made(), Names{});
  absent();
  EXPECT_EQ(
      update({"--jwks", jwks_}).error,
      "Error: no provider for issuer https://foreign.example:443/id/1; openirsa get provider lists those "
      "there are\n");
  EXPECT_EQ(made(), Names{"GetOpenIDConnectProvider"});
}

TEST_F(Providers, get_shows_one_or_all) {
  exists("<member>a&amp;lt;b</member><member>two</member>");
  EXPECT_TRUE(run({"get", "provider", issuer}).out.starts_with("Issuer:          " + issuer + "\n"));
  answer("ListOpenIDConnectProviders", 200,
         "<R><OpenIDConnectProviderList><member><Arn>" + arn +
             "</Arn></member></OpenIDConnectProviderList></R>");
  answer_keys("GET", "own");
  EXPECT_EQ(run({"get", "provider"}).out,
            "ISSUER                         CLIENT IDS    CREATED                KEYS\n" + issuer +
                "   a&lt;b, two   2026-11-24T12:00:00Z   published by this server\n");
  const auto json = parse_json_object(run({"get", "provider", "-o", "json"}).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("providers").at(0).at("issuer"), json::value_from(issuer));
  answer("ListOpenIDConnectProviders", 200, "<R><OpenIDConnectProviderList></OpenIDConnectProviderList></R>");
  EXPECT_EQ(run({"get", "provider"}).out,
            "No providers found. Make one: openirsa create provider --issuer URL\n");
  absent();
  EXPECT_EQ(run({"get", "provider", issuer}).status, 1);
}

TEST_F(Providers, delete_says_what_ends) {
  EXPECT_EQ(run({"delete", "provider", "--issuer", issuer}).out,
            "deleted provider for issuer \"" + issuer + "\"; its tokens are exchanged no more\n");
  EXPECT_NE(call_of("DeleteOpenID").find(percent_encode(arn)), std::string::npos);
  answer("DeleteOpenIDConnectProvider", 404, "<E><Code>NoSuchEntity</Code><Message>m</Message></E>");
  EXPECT_EQ(run({"delete", "provider", "--issuer", issuer}).error,
            "Error: NoSuchEntity: m; openirsa get provider lists those there are\n");
}

TEST_F(Providers, options_that_do_not_go_together_are_refused_before_any_call) {
  const std::vector<std::vector<std::string>> wrong{
      {"--jwks", jwks_, "--ca", ca_},
      {"--jwks-from", "https://c"},
      {"--token-file", token_},
      {"--jwks", jwks_, "--jwks-from", "https://c", "--token-file", token_},
      {"--jwks", ""}};
  for (const auto& more : wrong) EXPECT_EQ(create(more).status, 1) << more.front();
  EXPECT_EQ(run({"update", "provider", "--issuer", issuer, "--remove-jwks", "--ca", ca_}).status, 1);
  for (const char* url : {"http://foreign.example", "foreign.example", "https://"}) {
    EXPECT_EQ(run({"create", "provider", "--issuer", url}).error,
              "Error: issuer `" + std::string(url) + "` is not a URL that begins with https://\n");
  }
  EXPECT_EQ(calls(), Names{});
}

}  // namespace
}  // namespace openirsa::cli
