#include <gtest/gtest.h>

#include "record/identifier.h"
#include "sts/test_desk.h"

namespace openirsa::sts {
namespace {

using test::claims;
using test::Credentials;
using test::credentials_of;
using test::Desk;
using test::expect_refused;
using test::Fields;
using test::noon;
using test::Reply;
using test::sign;
using wire::Step;

constexpr std::string_view invalid_text = "The security token included in the request is invalid.";

struct Sessions : ::testing::Test {
  Desk desk;
  Credentials credentials = credentials_of(desk.exchange(sign(claims())));

  void expect_dead(std::string_view reason, Step step) {
    expect_refused(desk.whoami(credentials), 403, "InvalidClientTokenId", invalid_text);
    ASSERT_TRUE(desk.trace().failure);
    EXPECT_EQ(desk.trace().failure->code, reason);
    EXPECT_EQ(desk.trace().failure->step, step);
  }
  Result<wire::FoundKey, wire::Error> find() {
    wire::Trace trace;
    return desk.sessions.find(credentials.id, credentials.token, *desk.mirror->snapshot(), desk.clock.now(),
                              trace);
  }
};

TEST_F(Sessions, SayWhoTheyAre) {
  const Reply reply = desk.whoami(credentials);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.body,
            "<GetCallerIdentityResponse "
            "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
            "<UserId>AROAAAAAAAAAAAAAAAAAA:pod-1</UserId><Account>111122223333</Account>"
            "<Arn>arn:aws:sts::111122223333:assumed-role/my-role/pod-1</Arn></GetCallerIdentityResult>"
            "<ResponseMetadata><RequestId>-</RequestId></ResponseMetadata></GetCallerIdentityResponse>");
  EXPECT_TRUE(desk.trace().passed(Step::session_valid));
  EXPECT_EQ(desk.trace().caller, "arn:aws:sts::111122223333:assumed-role/my-role/pod-1");
}

TEST_F(Sessions, CarryWhatTheTokenSaid) {
  const auto found = find();
  ASSERT_TRUE(found);
  const wire::Caller& caller = found->caller;
  EXPECT_EQ(caller.kind, wire::Caller::Kind::session);
  EXPECT_EQ(caller.unique_id, "AROAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(caller.role_arn, test::role_arn) << "with its path";
  EXPECT_EQ(caller.name, "my-role");
  EXPECT_EQ(caller.session->provider_arn, test::provider_arn());
  EXPECT_EQ(caller.session->issuer, test::issuer().url);
  EXPECT_EQ(caller.session->key_id, test::issuer().keys[0].key_id);
  EXPECT_EQ(caller.session->cluster_arn, "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster");
  EXPECT_EQ(seconds_of(caller.session->issued_at), noon);
  EXPECT_EQ(seconds_of(caller.session->expires_at), noon + 3600);
  EXPECT_FALSE(caller.session->inline_policy);
  EXPECT_TRUE(caller.session->policy_arns.empty());
}

TEST_F(Sessions, EndToTheSecond) {
  desk.clock.set(noon + 3599);
  EXPECT_EQ(desk.whoami(credentials).status, 200);
  desk.clock.set(noon + 3600);
  expect_refused(desk.whoami(credentials), 403, "ExpiredToken",
                 "The security token included in the request is expired");
  EXPECT_EQ(desk.trace().failure->step, Step::session_valid);
  EXPECT_EQ(desk.trace().failure->code, "session_expired");
}

TEST_F(Sessions, EndWithTheirRole) {
  ASSERT_EQ(desk.whoami(credentials).status, 200);
  desk.remove_role();
  expect_dead("role_gone", Step::session_valid);
  record::Role again = test::a_role();
  again.id = "AROABBBBBBBBBBBBBBBBB";
  desk.put_role(again);
  expect_dead("role_gone", Step::session_valid);
  EXPECT_EQ(desk.whoami(credentials_of(desk.exchange(sign(claims())))).status, 200)
      << "a session of the new role";
}

TEST_F(Sessions, EndWithTheirCluster) {
  ASSERT_EQ(desk.whoami(credentials).status, 200);
  desk.delete_cluster();
  expect_dead("cluster_gone", Step::session_valid);
  desk.remove(record::issuer_key(test::issuer().id));
  expect_dead("cluster_gone", Step::session_valid);
}

TEST_F(Sessions, EndWithTheirProvider) {
  ASSERT_EQ(desk.whoami(credentials).status, 200);
  desk.remove(record::provider_key(test::account, test::issuer_name()));
  expect_dead("provider_gone", Step::session_valid);
  desk.clock.set(noon + 1);
  desk.put_provider();
  expect_dead("provider_gone", Step::session_valid);
  EXPECT_EQ(desk.whoami(credentials_of(desk.exchange(sign(claims())))).status, 200)
      << "a session of the new provider";
}

TEST_F(Sessions, OutliveAChangedTrustPolicy) {
  desk.put_role(test::a_role(test::trust_text(R"({"StringEquals":{"sts:RoleSessionName":"nobody"}})")));
  EXPECT_EQ(desk.exchange(sign(claims())).status, 403);
  EXPECT_EQ(desk.whoami(credentials).status, 200);
}

TEST_F(Sessions, NeedTheirOwnSessionToken) {
  Credentials others = credentials_of(desk.exchange(sign(claims())));
  std::swap(credentials.token, others.token);
  expect_dead("session_token_invalid", Step::access_key_found);
  std::swap(credentials.token, others.token);
  ASSERT_EQ(desk.whoami(credentials).status, 200);
  credentials.token = std::nullopt;
  expect_dead("session_token_missing", Step::access_key_found);
  credentials.token = "AQEAAAAA";
  expect_dead("session_token_invalid", Step::access_key_found);
}

TEST_F(Sessions, NeedTheirOwnSecret) {
  Credentials wrong = credentials;
  wrong.secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  EXPECT_EQ(desk.whoami(wrong).code, "SignatureDoesNotMatch");
  EXPECT_EQ(desk.trace().account, test::account) << "the owner may see it";
}

TEST_F(Sessions, AreNotTakenUnderAnotherAccountsKeyId) {
  credentials.id = record::make_access_key_id("ASIA", test::other_account);
  expect_dead("session_token_invalid", Step::access_key_found);
}

TEST(CallerIdentity, OfALongLivedKey) {
  Desk desk;
  const Reply reply = desk.whoami({"AKIAALICE", std::string(wire::test::secret_text), {}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["UserId"], "AIDAALICE");
  EXPECT_EQ(reply["Account"], "111122223333");
  EXPECT_EQ(reply["Arn"], "arn:aws:iam::111122223333:user/team/alice");
  const Reply unsigned_reply =
      desk.handle(wire::test::form_request("Action=GetCallerIdentity&Version=2011-06-15"));
  expect_refused(unsigned_reply, 403, "MissingAuthenticationToken",
                 "Request is missing Authentication Token");
}

TEST(StsOperations, WaitForNothingButTheFilesOfDecisions) {
  for (const auto& row : service.operations) {
    const bool reads_files = row.name == "DecodeAuthorizationMessage";
    EXPECT_EQ(row.access, reads_files ? wire::Access::write : wire::Access::read) << row.name;
  }
}

// The API references say of these that no permission is needed.
TEST(StsOperations, AskForTheirOwnPermission) {
  for (const auto& row : service.operations) {
    const bool open = row.name == "AssumeRoleWithWebIdentity" || row.name == "GetCallerIdentity" ||
                      row.name == "GetSessionToken";
    EXPECT_EQ(row.action, open ? std::string() : "sts:" + std::string(row.name));
  }
}

// --- session policies, live ---

constexpr std::string_view read_only =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}})";

record::ManagedPolicy a_policy(const std::string& id, const std::string& path = "/team/") {
  record::ManagedPolicy policy{.account = test::account, .name = "Readers", .path = path, .id = id};
  policy.created = policy.updated = time_of_seconds(noon);
  policy.versions.push_back({"v1", test::compiled(read_only, policy::Kind::managed), time_of_seconds(noon)});
  policy.default_version = "v1";
  return policy;
}

struct SessionPolicies : ::testing::Test {
  Desk desk;
  const std::string arn = "arn:aws:iam::111122223333:policy/team/Readers";

  void put(const record::ManagedPolicy& policy) {
    desk.put(record::managed_policy_key(policy.account, policy.name), policy);
  }
  Credentials exchanged(const Fields& changes) {
    const Reply reply = desk.exchange(sign(claims()), changes);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return credentials_of(reply);
  }
  std::shared_ptr<const wire::Session> session(const Credentials& credentials) {
    wire::Trace trace;
    auto found = desk.sessions.find(credentials.id, credentials.token, *desk.mirror->snapshot(),
                                    desk.clock.now(), trace);
    EXPECT_TRUE(found);
    return found ? found->caller.session : nullptr;
  }
  std::vector<std::string> arns(const Credentials& credentials) { return session(credentials)->policy_arns; }
};

TEST_F(SessionPolicies, ComeBackOutOfTheToken) {
  put(a_policy("ANPAONE"));
  const auto credentials = exchanged({{"Policy", std::string(read_only)},
                                      {"PolicyArns.member.1.arn", arn},
                                      {"PolicyArns.member.2.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}});
  ASSERT_TRUE(session(credentials)->inline_policy);
  EXPECT_EQ(arns(credentials), (std::vector<std::string>{arn, "arn:aws:iam::aws:policy/ReadOnlyAccess"}));
}

TEST_F(SessionPolicies, StayThePolicyThatTheyWere) {
  put(a_policy("ANPAONE"));
  const auto credentials = exchanged({{"PolicyArns.member.1.arn", arn}});
  EXPECT_EQ(arns(credentials), std::vector<std::string>{arn});
  put(a_policy("ANPATWO"));
  EXPECT_EQ(arns(credentials), std::vector<std::string>{"(gone) " + arn}) << "made anew under the same ARN";
  desk.remove(record::managed_policy_key(test::account, "Readers"));
  EXPECT_EQ(arns(credentials), std::vector<std::string>{"(gone) " + arn});
}

TEST_F(SessionPolicies, ThatDoNotExistAllowNothingLater) {
  const auto credentials = exchanged({{"PolicyArns.member.1.arn", arn}});
  EXPECT_EQ(arns(credentials), std::vector<std::string>{"(gone) " + arn});
  put(a_policy("ANPAONE"));
  EXPECT_EQ(arns(credentials), std::vector<std::string>{"(gone) " + arn});
}

TEST_F(SessionPolicies, AreNamedByTheirWholeArn) {
  put(a_policy("ANPAONE", "/other/"));
  const auto credentials = exchanged({{"PolicyArns.member.1.arn", arn}});
  EXPECT_EQ(arns(credentials), std::vector<std::string>{"(gone) " + arn});
}

}  // namespace
}  // namespace openirsa::sts
