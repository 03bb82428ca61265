// What ends a session, and what does not? Each end is tried on sessions of every kind, chained ones included.
#include <gtest/gtest.h>

#include "record/revocation.h"
#include "server/test_people.h"

namespace openirsa::server {
namespace {

namespace test = people;
using test::account;
using test::aws;
using test::claims;
using test::Credentials;
using test::credentials_of;
using test::noon;
using test::sign;
using test::trusting;
namespace kinds = record::revocable;

struct Lineage : ::testing::Test {
  test::People people;
  std::map<std::string, Credentials> sessions;
  const std::string all{test::allow_all};

  // Named by what they come from: "alice>first" is first's session that alice made.
  Lineage() {
    const std::string first = people.make_role("first", trusting(aws("*")), all);
    const std::string second = people.make_role("second", trusting(aws("*")), all);
    const std::string theirs = people.make_role("theirs", trusting(aws("*")), all, test::other_account);
    record::Role web = test::a_role();
    web.permissions.inline_policies.emplace("all", test::compiled(all, policy::Kind::identity));
    people.put_role(web);
    const auto after_a_moment = [&] { people.clock.advance(std::chrono::milliseconds{1}); };
    const auto keep = [&](const std::string& name, const Credentials& made) {
      sessions[name] = made;
      after_a_moment();
    };
    keep("alice>first", people.assumed(people.alice, first));
    keep("alice>first>second", people.assumed(sessions["alice>first"], second));
    keep("alice>first>theirs", people.assumed(sessions["alice>first"], theirs));
    keep("alice>token", credentials_of(people.call(people.alice, "GetSessionToken")));
    keep("alice>token>second", people.assumed(sessions["alice>token"], second));
    keep("alice>federated",
         credentials_of(people.call(people.alice, "GetFederationToken", {{"Name", "fed"}})));
    keep("bob>second", people.assumed(people.bob, second));
    keep("bob>token", credentials_of(people.call(people.bob, "GetSessionToken")));
    keep("web", credentials_of(people.exchange(sign(claims()))));
    keep("web>second", people.assumed(sessions["web"], second));
    keep("web>second>theirs", people.assumed(sessions["web>second"], theirs));
    keep("mallory>theirs", people.assumed(people.mallory, theirs));
    keep("root>token", credentials_of(people.call(people.root, "GetSessionToken")));
  }
  std::set<std::string> ended() {
    std::set<std::string> names;
    for (const auto& [name, session] : sessions) {
      const auto reply = people.whoami(session);
      if (reply.status == 200) continue;
      EXPECT_EQ(reply.code, "InvalidClientTokenId") << name << reply.body;
      names.insert(name);
    }
    return names;
  }
  void revoke(std::string_view kind, const std::string& subject, const std::string& owner = account) {
    const record::Revocation revocation{.account = owner,
                                        .subject_kind = std::string(kind),
                                        .subject = subject,
                                        .until = people.clock.now(),
                                        .created = people.clock.now(),
                                        .author = "arn:aws:iam::" + owner + ":user/admin"};
    people.put(record::revocation_key(owner, kind, subject), revocation);
    people.clock.advance(std::chrono::milliseconds{1});
  }
  using Names = std::set<std::string>;
  const Names of_first{"alice>first", "alice>first>second", "alice>first>theirs"};
  const Names of_alice{"alice>first", "alice>first>second", "alice>first>theirs",
                       "alice>token", "alice>token>second", "alice>federated"};
  const Names of_web{"web", "web>second", "web>second>theirs"};
};

TEST_F(Lineage, LivesWhileNothingHappens) { EXPECT_EQ(ended(), Names{}); }

TEST_F(Lineage, OfARoleEndsByItsRevocation) {
  revoke(kinds::role, people.role_id("first"));
  EXPECT_EQ(ended(), of_first);
  EXPECT_EQ(people.whoami(people.assumed(people.alice, "arn:aws:iam::" + account + ":role/first")).status,
            200)
      << "begun later";
  people.whoami(sessions["alice>first>second"]);
  EXPECT_EQ(people.trace().failure->code, "session_revoked");
}

TEST_F(Lineage, OfAUserEndsByItsRevocation) {
  revoke(kinds::user, people.user_id("alice"));
  EXPECT_EQ(ended(), of_alice);
  EXPECT_EQ(people.whoami(people.alice).status, 200) << "the key itself is not a session";
  EXPECT_EQ(people.whoami(credentials_of(people.call(people.alice, "GetSessionToken"))).status, 200);
}

TEST_F(Lineage, OfAnAccessKeyEndsByItsRevocation) {
  revoke(kinds::access_key, people.bob.id);
  EXPECT_EQ(ended(), (Names{"bob>second", "bob>token"}));
}

TEST_F(Lineage, OfOneSessionEndsByTheRevocationOfItsKey) {
  revoke(kinds::access_key, sessions["web>second"].id);
  EXPECT_EQ(ended(), (Names{"web>second", "web>second>theirs"}));
}

TEST_F(Lineage, OfRootsKeyEndsByItsRevocation) {
  revoke(kinds::access_key, people.root.id);
  EXPECT_EQ(ended(), Names{"root>token"});
}

TEST_F(Lineage, OfAWebIdentityEndsByEachOfFourRevocations) {
  for (const auto& [kind, subject] : std::vector<std::pair<std::string_view, std::string>>{
           {kinds::provider, test::provider_arn()},
           {kinds::issuer, test::issuer().url},
           {kinds::cluster, "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster"},
           {kinds::signing_key,
            record::signing_key_subject(test::issuer().url, test::issuer().keys[0].key_id)}}) {
    SCOPED_TRACE(kind);
    EXPECT_EQ(ended(), Names{});
    revoke(kind, subject);
    EXPECT_EQ(ended(), of_web);
    EXPECT_EQ(people.whoami(credentials_of(people.exchange(sign(claims())))).status, 200)
        << "exchanged later";
    people.remove(record::revocation_key(account, kind, subject));
  }
}

TEST_F(Lineage, AnotherNameEndsNothing) {
  revoke(kinds::role, people.role_id("firs"));
  revoke(kinds::user, people.role_id("first"));
  revoke(kinds::provider, test::provider_arn() + "x");
  revoke(kinds::issuer, test::issuer().url + "/");
  revoke(kinds::cluster, "arn:aws:eks:us-west-2:111122223333:cluster/my-clusters");
  revoke(kinds::signing_key, record::signing_key_subject(test::issuer().url, "another"));
  revoke(kinds::access_key, record::make_access_key_id("AKIA", account));
  EXPECT_EQ(ended(), Names{});
}

TEST_F(Lineage, AnotherAccountEndsOnlyWhatIsItsOwn) {
  revoke(kinds::role, people.role_id("first"), test::other_account);
  revoke(kinds::user, people.user_id("alice"), test::other_account);
  revoke(kinds::issuer, test::issuer().url, test::other_account);
  revoke(kinds::cluster, "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster", test::other_account);
  EXPECT_EQ(ended(), Names{});
  revoke(kinds::role, people.role_id("theirs"), test::other_account);
  EXPECT_EQ(ended(), (Names{"alice>first>theirs", "mallory>theirs", "web>second>theirs"}));
}

// A role in another account, through a provider there for this account's cluster.
TEST_F(Lineage, TheClustersOwnerEndsWhatCameOfItEverywhere) {
  const record::OpenIdConnectProvider provider{.account = test::other_account,
                                               .url = test::issuer_name(),
                                               .client_ids = {"sts.amazonaws.com"},
                                               .created = people.clock.now()};
  people.put(record::provider_key(provider.account, provider.url), provider);
  std::string trust = test::trust_text();
  trust.replace(trust.find(account), account.size(), test::other_account);
  people.make_role("abroad", trust, {}, test::other_account);
  const std::string abroad = "arn:aws:iam::" + test::other_account + ":role/abroad";
  const auto exchange = [&] {
    return credentials_of(people.exchange(sign(claims()), {{"RoleArn", abroad}}));
  };
  for (const auto& [kind, subject] : std::vector<std::pair<std::string_view, std::string>>{
           {kinds::issuer, test::issuer().url},
           {kinds::cluster, "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster"},
           {kinds::signing_key,
            record::signing_key_subject(test::issuer().url, test::issuer().keys[0].key_id)}}) {
    SCOPED_TRACE(kind);
    people.clock.advance(std::chrono::milliseconds{1});
    const Credentials session = exchange();
    ASSERT_EQ(people.whoami(session).status, 200);
    revoke(kind, subject);
    EXPECT_EQ(people.whoami(session).status, 403);
    EXPECT_EQ(people.whoami(exchange()).status, 200);
  }
}

TEST_F(Lineage, ARevocationReachesToItsMoment) {
  const std::string first = "arn:aws:iam::" + account + ":role/first";
  people.clock.set(noon + 100);
  const Credentials at = people.assumed(people.alice, first);
  people.clock.advance(std::chrono::milliseconds{1});
  const Credentials after = people.assumed(people.alice, first);
  people.clock.set(noon + 100);
  revoke(kinds::role, people.role_id("first"));
  EXPECT_EQ(people.whoami(at).status, 403);
  EXPECT_EQ(people.whoami(after).status, 200);
}

// --- what is gone ---

TEST_F(Lineage, EndsWithTheRole) {
  people.remove(record::role_key(account, "first"));
  EXPECT_EQ(ended(), of_first);
  record::Role again =
      *record::find<record::Role>(*people.mirror->snapshot(), record::role_key(account, "second"));
  again.name = "first";
  again.id = people.role_id("firstagain");
  people.put_role(again);
  EXPECT_EQ(ended(), of_first) << "a namesake";
}

TEST_F(Lineage, EndsWithTheUser) {
  people.remove(record::user_key(account, "alice"));
  EXPECT_EQ(ended(), of_alice);
  record::User again{.account = account, .name = "alice", .path = "/", .id = people.user_id("other")};
  again.created = people.clock.now();
  people.put(record::user_key(account, "alice"), again);
  EXPECT_EQ(ended(), of_alice) << "a namesake";
}

TEST_F(Lineage, EndsWithTheAccessKeyAndSleepsWithIt) {
  const std::string key = record::access_key_key(account, people.bob.id);
  record::AccessKey kept = *record::find<record::AccessKey>(*people.mirror->snapshot(), key);
  const Names of_bob{"bob>second", "bob>token"};
  kept.active = false;
  people.put(key, kept);
  EXPECT_EQ(ended(), of_bob);
  kept.active = true;
  people.put(key, kept);
  EXPECT_EQ(ended(), Names{});
  people.remove(key);
  EXPECT_EQ(ended(), of_bob);
}

TEST_F(Lineage, EndsWithTheProvider) {
  people.remove(record::provider_key(account, test::issuer_name()));
  EXPECT_EQ(ended(), of_web);
  people.put_provider();
  EXPECT_EQ(ended(), of_web) << "made anew";
}

TEST_F(Lineage, EndsWithTheCluster) {
  people.delete_cluster();
  EXPECT_EQ(ended(), of_web);
}

// AWS's own idiom: an inline policy of that name on the role.
TEST_F(Lineage, AwsRevokeOlderSessionsWorksByPolicy) {
  people.clock.set(noon + 60);
  const std::string second = "arn:aws:iam::" + account + ":role/second";
  const std::string first = "arn:aws:iam::" + account + ":role/first";
  record::Role role =
      *record::find<record::Role>(*people.mirror->snapshot(), record::role_key(account, "first"));
  role.permissions.inline_policies.emplace(
      "AWSRevokeOlderSessions",
      test::compiled(
          R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],)"
          R"("Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-24T12:01:00.000Z"}}}]})",
          policy::Kind::identity));
  people.put_role(role);
  EXPECT_EQ(people.assume(sessions["alice>first"], second).code, "AccessDenied");
  EXPECT_EQ(people.assume(people.assumed(people.alice, first), second).status, 200);
}

}  // namespace
}  // namespace openirsa::server
