#include "iam/harness.h"
#include "iam/provider_url.h"
#include "wire/test_outside.h"

namespace openirsa::iam {
namespace {

using test::expect_refusal;
using test::Params;
using test::Texts;
using test::World;

const std::string thumbprint(40, 'b');
const std::string absent_arn = "oidc-provider/absent.example";

TEST(Providers, AreMadeShownListedAndDeleted) {
  World world;
  const auto made = world.must("CreateOpenIDConnectProvider",
                               {{"Url", "https://Issuer.example/ID/a"},
                                {"ClientIDList.member.1", "sts.amazonaws.com"},
                                {"ThumbprintList.member.1", "ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD"},
                                {"Tags.member.1.Key", "team"},
                                {"Tags.member.1.Value", "blue"}});
  const std::string arn = world.arn("oidc-provider/Issuer.example/ID/a");
  EXPECT_EQ(made.at("OpenIDConnectProviderArn"), arn);
  EXPECT_EQ(made.members("Tags", "Key"), Texts{"team"});
  const auto got = world.must("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}});
  EXPECT_EQ(got.at("Url"), "Issuer.example/ID/a");
  EXPECT_EQ(got.members("ClientIDList"), Texts{"sts.amazonaws.com"});
  EXPECT_EQ(got.members("ThumbprintList"), Texts{"abcdefabcdefabcdefabcdefabcdefabcdefabcd"});
  EXPECT_EQ(got.at("CreateDate"), "2026-11-24T12:00:00Z");
  EXPECT_EQ(got.members("Tags", "Value"), Texts{"blue"});
  EXPECT_EQ(world.must("ListOpenIDConnectProviders").members("OpenIDConnectProviderList", "Arn"), Texts{arn});

  EXPECT_TRUE(
      world.must("DeleteOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}}).result().name.empty());
  EXPECT_TRUE(world.must("ListOpenIDConnectProviders").members("OpenIDConnectProviderList", "Arn").empty());
  expect_refusal(world.call("DeleteOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}}), 404,
                 "NoSuchEntity", "OpenId connect Provider " + arn + " cannot be found.");
}

TEST(Providers, ShowEmptyListsWhenNothingWasGiven) {
  World world;
  const auto made = world.must("CreateOpenIDConnectProvider",
                               {{"Url", "https://bare.example"}, {"ThumbprintList.member.1", thumbprint}});
  const auto got = world.must("GetOpenIDConnectProvider",
                              {{"OpenIDConnectProviderArn", made.at("OpenIDConnectProviderArn")}});
  EXPECT_EQ(got.members("ClientIDList"), Texts{});
  EXPECT_EQ(got.members("Tags"), Texts{});
}

TEST(Providers, KeepTrailingSlashAndLettersAsTheirIdentity) {
  World world;
  world.make_provider("https://h.example");
  world.make_provider("https://h.example/");
  world.make_provider("https://H.example");
  EXPECT_EQ(world.must("ListOpenIDConnectProviders").members("OpenIDConnectProviderList").size(), 3U);
  expect_refusal(world.call("CreateOpenIDConnectProvider",
                            {{"Url", "https://h.example"}, {"ThumbprintList.member.1", thumbprint}}),
                 409, "EntityAlreadyExists", "Provider with url https://h.example already exists.");
}

TEST(Providers, DropTheDefaultPort) {
  World world;
  EXPECT_EQ(world.make_provider("https://h.example:443/id/X"), world.arn("oidc-provider/h.example/id/X"));
  expect_refusal(world.call("CreateOpenIDConnectProvider",
                            {{"Url", "https://h.example/id/X"}, {"ThumbprintList.member.1", thumbprint}}),
                 409, "EntityAlreadyExists", "Provider with url https://h.example/id/X already exists.");
}

TEST(Providers, RefuseUrlsInTheWordsOfAws) {
  World world;
  const auto refuse = [&](const std::string& url, std::string_view code, std::string_view message) {
    SCOPED_TRACE(url);
    expect_refusal(
        world.call("CreateOpenIDConnectProvider", {{"Url", url}, {"ThumbprintList.member.1", thumbprint}}),
        400, code, message);
  };
  const std::string bare = "Invalid Open ID Connect Provider URL";
  for (const char* url : {"example.org", "https://", "https:///path", "://x", "https://?x"}) {
    refuse(url, "ValidationError", bare);
  }
  for (const char* url : {"http://h.example", "ftp://h", "HTTPS://h.example"}) {
    refuse(url, "InvalidInput", bare + ". The URL must begin with https://.");
  }
  for (const char* url :
       {"https://h.example:8443", "https://h.example:", "https://h.example:0443", "https://h?x=1",
        "https://h#f", "https://u@h", "https://h_.example", "https://-h", "https://h..x", "https://[::1]",
        "https://h.example/a b", "https://h.example/%zz", "https://h.example:443:443"}) {
    refuse(url, "InvalidInput", bare + ".");
  }
  expect_refusal(
      world.call("CreateOpenIDConnectProvider"), 400, "ValidationError",
      "1 validation error detected: Value at 'url' failed to satisfy constraint: Member must not be null");
  const std::string longest = "https://h.example/" + std::string(255 - 18, 'x');
  world.make_provider(longest);
  refuse(longest + "x", "ValidationError",
         "1 validation error detected: Value at 'url' failed to satisfy constraint: Member must have length "
         "less than "
         "or equal to 255");
}

TEST(Providers, ReportSeveralFaultsAtOnce) {
  World world;
  expect_refusal(
      world.call("CreateOpenIDConnectProvider", {{"Url", "https://h/" + std::string(255, 'x')},
                                                 {"ClientIDList.member.1", std::string(256, 'c')},
                                                 {"ThumbprintList.member.1", std::string(41, 'a')}}),
      400, "ValidationError",
      "3 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must "
      "satisfy "
      "constraint: [Member must have length less than or equal to 255, Member must have length greater than "
      "or equal to "
      "1]; Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member "
      "must have "
      "length less than or equal to 40, Member must have length greater than or equal to 40]; Value at 'url' "
      "failed to "
      "satisfy constraint: Member must have length less than or equal to 255");
}

Params numbered(Params params, const std::string& list, int count, const std::string& stem = "c") {
  for (int i = 1; i <= count; ++i)
    params.emplace_back(list + ".member." + std::to_string(i), stem + std::to_string(i));
  return params;
}

TEST(Providers, KeepToTheThumbprintRules) {
  World world;
  const auto with = [&](int count, std::size_t length) {
    Params params{{"Url", "https://t" + std::to_string(count) + ".example"}};
    for (int i = 1; i <= count; ++i) {
      params.emplace_back("ThumbprintList.member." + std::to_string(i), std::string(length, 'Z'));
    }
    return world.call("CreateOpenIDConnectProvider", params);
  };
  EXPECT_TRUE(with(5, 40).ok());
  expect_refusal(with(6, 40), 400, "InvalidInput", "Thumbprint list must contain fewer than 5 entries.");
  expect_refusal(with(1, 39), 400, "InvalidInput", "Thumbprint must be exactly 40 characters.");
  expect_refusal(with(1, 41), 400, "InvalidInput", "Thumbprint must be exactly 40 characters.");

  const std::string arn = world.arn("oidc-provider/t5.example");
  expect_refusal(world.call("UpdateOpenIDConnectProviderThumbprint",
                            {{"OpenIDConnectProviderArn", arn}, {"ThumbprintList", ""}}),
                 400, "InvalidInput", "Thumbprint list must contain at least one entry.");
  world.must("UpdateOpenIDConnectProviderThumbprint",
             {{"OpenIDConnectProviderArn", arn}, {"ThumbprintList.member.1", std::string(40, 'F')}});
  EXPECT_EQ(
      world.must("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}}).members("ThumbprintList"),
      Texts{std::string(40, 'f')});
}

TEST(Providers, FindTheThumbprintOfOurOwnIssuersAlone) {
  World world;
  const auto made =
      world.must("CreateOpenIDConnectProvider", {{"Url", "https://oidc.openirsa.internal/id/ABC"}});
  const auto got = world.must("GetOpenIDConnectProvider",
                              {{"OpenIDConnectProviderArn", made.at("OpenIDConnectProviderArn")}});
  EXPECT_EQ(got.members("ThumbprintList"), Texts{std::string(40, 'a')});
  expect_refusal(
      world.call("CreateOpenIDConnectProvider", {{"Url", "https://foreign.example/x"}}), 400,
      "OpenIdIdpCommunicationError",
      "Please check .well-known/openid-configuration of provider: https://foreign.example/x is valid");
}

const Params foreign{{"Url", "https://foreign.example/x"}};
const std::string unreachable =
    "Please check .well-known/openid-configuration of provider: https://foreign.example/x is valid";

TEST(Providers, AskAForeignIssuerForAnOmittedThumbprint) {
  World world;
  wire::test::FakeOutside outside;
  world.house.outside = &outside;
  expect_refusal(world.call("CreateOpenIDConnectProvider", foreign), 400, "OpenIdIdpCommunicationError",
                 unreachable);
  outside.answer = std::string(40, 'c');
  const auto made = world.must("CreateOpenIDConnectProvider", foreign);
  const auto got = world.must("GetOpenIDConnectProvider",
                              {{"OpenIDConnectProviderArn", made.at("OpenIDConnectProviderArn")}});
  EXPECT_EQ(got.members("ThumbprintList"), Texts{std::string(40, 'c')});
  EXPECT_EQ(outside.asked, Texts(2, world.account + " https://foreign.example/x"));
}

TEST(Providers, AskNobodyForWhatIsRefusedOrKnown) {
  World world;
  wire::test::FakeOutside outside;
  outside.answer = std::string(40, 'c');
  world.house.outside = &outside;
  world.house.quotas.providers_per_account = 3;
  const auto create = [&](Params params) { return world.call("CreateOpenIDConnectProvider", params); };
  EXPECT_EQ(create({{"Url", "http://foreign.example/x"}}).code(), "InvalidInput");
  EXPECT_EQ(create({{"Url", "https://foreign.example/x"}, {"ClientIDList.member.1", ""}}).code(),
            "ValidationError");
  EXPECT_TRUE(create({{"Url", "https://foreign.example/x"}, {"ThumbprintList.member.1", thumbprint}}).ok());
  expect_refusal(create(foreign), 409, "EntityAlreadyExists",
                 "Provider with url https://foreign.example/x already exists.");
  const auto nobody = world.add_caller("nobody");
  EXPECT_EQ(world.call("CreateOpenIDConnectProvider", {{"Url", "https://b.example"}}, nobody).code(),
            "AccessDenied");
  EXPECT_TRUE(create({{"Url", "https://OIDC.openirsa.internal/id/ABC"}}).ok());
  world.make_provider("https://third.example");
  EXPECT_EQ(create({{"Url", "https://fourth.example"}}).code(), "LimitExceeded");
  EXPECT_EQ(outside.asked, Texts{});
}

TEST(Providers, MadeByAnotherWhileTheThumbprintWasFetchedStay) {
  World world;
  wire::test::FakeOutside outside;
  outside.answer = std::string(40, 'c');
  world.house.outside = &outside;
  outside.meanwhile = [&] { world.make_provider("https://foreign.example/x"); };
  EXPECT_EQ(world.call("CreateOpenIDConnectProvider", foreign).code(), "EntityAlreadyExists");
  const auto got = world.must("GetOpenIDConnectProvider",
                              {{"OpenIDConnectProviderArn", world.arn("oidc-provider/foreign.example/x")}});
  EXPECT_EQ(got.members("ThumbprintList"), Texts{thumbprint});
}

TEST(Providers, LimitClientIds) {
  World world;
  const Params base{{"Url", "https://many.example"}, {"ThumbprintList.member.1", thumbprint}};
  expect_refusal(world.call("CreateOpenIDConnectProvider", numbered(base, "ClientIDList", 101)), 409,
                 "LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100");
  world.must("CreateOpenIDConnectProvider", numbered(base, "ClientIDList", 100));
  const std::string arn = world.arn("oidc-provider/many.example");
  const auto add = [&](const std::string& id) {
    return world.call("AddClientIDToOpenIDConnectProvider",
                      {{"OpenIDConnectProviderArn", arn}, {"ClientID", id}});
  };
  EXPECT_TRUE(add("c100").ok());  // is there already
  expect_refusal(add("c101"), 409, "LimitExceeded",
                 "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100");
  const auto remove = [&](const std::string& id) {
    return world.call("RemoveClientIDFromOpenIDConnectProvider",
                      {{"OpenIDConnectProviderArn", arn}, {"ClientID", id}});
  };
  EXPECT_TRUE(remove("c1").ok());
  EXPECT_TRUE(remove("c1").ok());
  EXPECT_TRUE(add("c101").ok());
  const auto ids =
      world.must("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}}).members("ClientIDList");
  EXPECT_EQ(ids.size(), 100U);
  EXPECT_EQ(ids.back(), "c101");
}

TEST(Providers, LimitTheirNumberPerAccount) {
  World world;
  world.house.quotas.providers_per_account = 3;
  for (int i = 0; i < 3; ++i) world.make_provider("https://h" + std::to_string(i));
  expect_refusal(world.call("CreateOpenIDConnectProvider",
                            {{"Url", "https://h3"}, {"ThumbprintList.member.1", thumbprint}}),
                 409, "LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 3");
}

TEST(Providers, RefuseArnsThatAreNotTheirs) {
  World world;
  world.make_provider();
  const auto get = [&](const std::string& arn) {
    return world.call("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}});
  };
  EXPECT_TRUE(get(world.arn("oidc-provider/issuer.example/id/1")).ok());
  expect_refusal(get("not an arn but long enough"), 400, "ValidationError",
                 "Invalid ARN: not an arn but long enough");
  expect_refusal(get(world.arn("role/some-role-name")), 400, "ValidationError",
                 "Invalid resource type in ARN");
  expect_refusal(get("arn:aws:sts::" + world.account + ":oidc-provider/x"), 400, "ValidationError",
                 "Invalid service in ARN");
  EXPECT_EQ(get("arn:aws:iam:us-east-1:" + world.account + ":oidc-provider/x").code(), "ValidationError");
  EXPECT_EQ(get("arn:aws-cn:iam::" + world.account + ":oidc-provider/x").code(), "ValidationError");
  EXPECT_EQ(get(world.arn("oidc-provider/")).code(), "ValidationError");
  const std::string missing = world.arn(absent_arn);
  expect_refusal(get(missing), 404, "NoSuchEntity", "OpenIDConnect Provider not found for arn " + missing);
}

TEST(Providers, OfAnotherAccountAreDenied) {
  World world;
  const auto stranger = world.add_caller("stranger", test::allow_everything, "999988887777");
  const std::string arn = world.make_provider();
  for (const char* action : {"GetOpenIDConnectProvider", "DeleteOpenIDConnectProvider"}) {
    const auto reply = world.call(action, {{"OpenIDConnectProviderArn", arn}}, stranger);
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.code(), "AccessDenied");
    EXPECT_TRUE(reply.message().starts_with(
        "User: arn:aws:iam::999988887777:user/stranger is not authorized to perform: "))
        << reply.message();
  }
  const auto root = world.add_caller("", {}, "999988887777");
  EXPECT_EQ(world.call("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}}, root).code(),
            "AccessDenied");
  EXPECT_TRUE(world.call("ListOpenIDConnectProviders", {}, root).ok());
  EXPECT_TRUE(world.call("GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}}).ok());
}

TEST(Providers, ThatAreMissingAreReportedByEveryChange) {
  World world;
  const std::string arn = world.arn(absent_arn);
  const Params name{{"OpenIDConnectProviderArn", arn}};
  const auto with = [&](Params more) {
    more.insert(more.begin(), name.begin(), name.end());
    return more;
  };
  const std::string message = "OpenIDConnect Provider not found for arn " + arn;
  const std::vector<std::pair<std::string, Params>> calls{
      {"UpdateOpenIDConnectProviderThumbprint", with({{"ThumbprintList.member.1", thumbprint}})},
      {"AddClientIDToOpenIDConnectProvider", with({{"ClientID", "x"}})},
      {"RemoveClientIDFromOpenIDConnectProvider", with({{"ClientID", "x"}})},
      {"TagOpenIDConnectProvider", with({{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}})},
      {"UntagOpenIDConnectProvider", with({{"TagKeys.member.1", "k"}})},
      {"ListOpenIDConnectProviderTags", name}};
  for (const auto& [action, params] : calls)
    expect_refusal(world.call(action, params), 404, "NoSuchEntity", message);
}

}  // namespace
}  // namespace openirsa::iam
