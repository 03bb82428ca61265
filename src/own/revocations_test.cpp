// Does a revocation name what it should, stay once said, and go when it has nothing left to end? That
// sessions end by it is tested in sts/lineage_test.cpp.
#include "own/revocations.h"

#include <gtest/gtest.h>

#include "own/test_desk.h"
#include "record/identifier.h"
#include "record/identity.h"
#include "record/provider.h"
#include "record/revocation.h"
#include "record/role.h"

namespace openirsa::own {
namespace {

using test::expect_refused;
using test::noon;
using test::Reply;

constexpr const char* path = "/openirsa/v1/revocations";

record::Role a_role() {
  auto trust = policy::Policy::parse(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]})",
      policy::Kind::trust);
  return {.account = std::string(test::account),
          .name = "app",
          .path = "/apps/",
          .id = "AROAAPPAPPAPPAPPAPPAP",
          .created = time_of_seconds(noon),
          .trust = *std::move(trust)};
}

struct Revocations : ::testing::Test {
  test::Desk desk;
  const std::string account{test::account};
  const std::string provider_arn = "arn:aws:iam::" + account + ":oidc-provider/issuer.example";
  const std::string key_id = record::make_access_key_id("AKIA", account);

  Revocations() {
    desk.put(record::role_key(account, "app"), a_role());
    record::User user{.account = account, .name = "carol", .path = "/", .id = "AIDACAROLCAROLCAROLC"};
    desk.put(record::user_key(account, "carol"), user);
    const record::OpenIdConnectProvider provider{.account = account, .url = "issuer.example"};
    desk.put(record::provider_key(account, provider.url), provider);
  }
  Reply revoke(const json::object& body) { return desk.send("POST", path, json::serialize(body)); }
  const record::Revocation* kept(std::string_view kind, std::string_view subject) {
    snapshot_ = desk.mirror->snapshot();
    return record::find<record::Revocation>(*snapshot_, record::revocation_key(account, kind, subject));
  }

 private:
  std::shared_ptr<const store::Snapshot> snapshot_;
};

TEST_F(Revocations, NameEachOfTheSevenKinds) {
  struct Case {
    json::object body;
    std::string subject;
    std::string resource;
  };
  const std::string cluster = "arn:aws:eks:us-west-2:" + account + ":cluster/my-cluster";
  const std::vector<Case> cases{
      {{{"kind", "role"}, {"subject", "app"}},
       "AROAAPPAPPAPPAPPAPPAP",
       "arn:aws:iam::" + account + ":role/apps/app"},
      {{{"kind", "user"}, {"subject", "carol"}},
       "AIDACAROLCAROLCAROLC",
       "arn:aws:iam::" + account + ":user/carol"},
      {{{"kind", "provider"}, {"subject", provider_arn}}, provider_arn, provider_arn},
      {{{"kind", "issuer"}, {"subject", "https://issuer.example"}}, "https://issuer.example", provider_arn},
      {{{"kind", "cluster"}, {"subject", "my-cluster"}}, cluster, cluster},
      {{{"kind", "signing-key"}, {"subject", "k1"}, {"issuer", "https://issuer.example"}},
       "https://issuer.example k1",
       provider_arn},
      {{{"kind", "access-key"}, {"subject", key_id}},
       key_id,
       "arn:aws:iam::" + account + ":access-key/" + key_id},
  };
  for (const Case& one : cases) {
    const Reply reply = revoke(one.body);
    ASSERT_EQ(reply.status, 200) << json::serialize(reply.body);
    const json::object& said = reply.body.at("revocation").as_object();
    EXPECT_EQ(said.at("kind").as_string(), one.body.at("kind").as_string());
    EXPECT_EQ(said.at("subject").as_string(), one.subject);
    EXPECT_EQ(said.at("until").as_string(), "2026-11-24T12:00:00Z");
    EXPECT_EQ(said.at("createdBy").as_string(), "arn:aws:iam::111122223333:user/team/alice");
    EXPECT_EQ(desk.traces.last.resource, one.resource);
    EXPECT_EQ(desk.traces.last.action, "openirsa:RevokeSessions");
    ASSERT_NE(kept(one.body.at("kind").as_string(), one.subject), nullptr);
  }
  const Reply list = desk.send("GET", path);
  ASSERT_EQ(list.status, 200);
  EXPECT_EQ(list.body.at("revocations").as_array().size(), cases.size());
}

TEST_F(Revocations, AreNeverTakenBack) {
  desk.clock.set(noon + 100);
  ASSERT_EQ(revoke({{"kind", "role"}, {"subject", "app"}}).status, 200);
  ASSERT_EQ(revoke({{"kind", "role"}, {"subject", "app"}, {"until", "2026-11-24T12:00:10Z"}}).status, 200);
  EXPECT_EQ(kept("role", "AROAAPPAPPAPPAPPAPPAP")->until, time_of_seconds(noon + 100));
  desk.clock.set(noon + 200);
  ASSERT_EQ(revoke({{"kind", "role"}, {"subject", "app"}, {"until", "2026-11-24T12:03:00Z"}}).status, 200);
  EXPECT_EQ(kept("role", "AROAAPPAPPAPPAPPAPPAP")->until, time_of_seconds(noon + 180));
}

TEST_F(Revocations, GoWhenNoSessionIsThatOld) {
  ASSERT_EQ(revoke({{"kind", "role"}, {"subject", "app"}}).status, 200);
  desk.clock.set(noon + 37 * 3600 - 1);
  ASSERT_EQ(revoke({{"kind", "user"}, {"subject", "carol"}}).status, 200);
  EXPECT_NE(kept("role", "AROAAPPAPPAPPAPPAPPAP"), nullptr);
  desk.clock.set(noon + 37 * 3600);
  ASSERT_EQ(revoke({{"kind", "user"}, {"subject", "carol"}}).status, 200);
  EXPECT_EQ(kept("role", "AROAAPPAPPAPPAPPAPPAP"), nullptr);
  EXPECT_NE(kept("user", "AIDACAROLCAROLCAROLC"), nullptr);
}

// Of an old moment as well: what was made just before they were said may come of a session that they ended.
TEST_F(Revocations, GoByTheTimeTheyWereSaidAndNotByTheirMoment) {
  desk.clock.set(noon + 36 * 3600);
  ASSERT_EQ(revoke({{"kind", "role"}, {"subject", "app"}, {"until", "2026-11-24T12:30:00Z"}}).status, 200);
  desk.clock.set(noon + (36 + 37) * 3600 - 1);
  ASSERT_EQ(revoke({{"kind", "user"}, {"subject", "carol"}}).status, 200);
  EXPECT_NE(kept("role", "AROAAPPAPPAPPAPPAPPAP"), nullptr);
  desk.clock.set(noon + (36 + 37) * 3600);
  ASSERT_EQ(revoke({{"kind", "user"}, {"subject", "carol"}}).status, 200);
  EXPECT_EQ(kept("role", "AROAAPPAPPAPPAPPAPPAP"), nullptr);
}

TEST_F(Revocations, RefuseWhatNamesNothing) {
  const auto missing = [&](std::string kind, std::string subject, const std::string& what) {
    expect_refused(revoke({{"kind", kind}, {"subject", subject}}), 404, "ResourceNotFoundException",
                   "No " + what + " found for: " + subject + ".");
  };
  missing("role", "nobody", "role");
  missing("user", "nobody", "user");
  missing("provider", provider_arn + "x", "provider");
  missing("cluster", "no-cluster", "cluster");
  missing("access-key", "AKIAX", "access key");
  missing("access-key", record::make_access_key_id("AKIA", "444455556666"), "access key");
  const auto invalid = [&](const json::object& body, std::string_view text) {
    expect_refused(revoke(body), 400, "InvalidParameterException", text);
  };
  invalid({{"subject", "app"}},
          "member `kind` must be role, user, provider, issuer, cluster, signing-key or access-key");
  invalid({{"kind", "role"}}, "member `subject` must have 1 to 512 characters");
  invalid({{"kind", "issuer"}, {"subject", std::string("https://") + std::string(600, 'x')}},
          "member `subject` must have 1 to 512 characters");
  invalid({{"kind", "issuer"}, {"subject", "issuer.example"}},
          "member `subject` must be the issuer's https URL");
  invalid({{"kind", "signing-key"}, {"subject", "k1"}},
          "member `issuer` must be the https URL of the signing key's issuer");
  invalid({{"kind", "role"}, {"subject", "app"}, {"until", "yesterday"}},
          "member `until` is not a time such as 2026-11-24T12:00:00Z");
  invalid({{"kind", "role"}, {"subject", "app"}, {"until", "2026-11-24T12:00:01Z"}},
          "member `until` lies in the future; now is 2026-11-24T12:00:00Z");
  EXPECT_EQ(revoke({{"kind", "role"}, {"subject", "app"}}).status, 200);
}

TEST(RevocationsOf, TheHostsAdministratorAreNobodys) {
  test::Desk desk;
  for (const auto& reply : {desk.administer("POST", path, R"({"kind":"issuer","subject":"https://i"})"),
                            desk.administer("GET", path)}) {
    expect_refused(reply, 400, "InvalidParameterException",
                   "sign the request with an access key of the account");
  }
}

TEST(RevocationsOf, ACallerWithoutPermissionAreRefused) {
  test::Desk desk(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]})");
  EXPECT_EQ(desk.send("POST", path, R"({"kind":"issuer","subject":"https://i"})").error,
            "AccessDeniedException");
  EXPECT_EQ(desk.send("GET", path).error, "AccessDeniedException");
}

}  // namespace
}  // namespace openirsa::own
