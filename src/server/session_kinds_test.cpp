// GetSessionToken, GetFederationToken, GetAccessKeyInfo and DecodeAuthorizationMessage: who gets what, and
// what may be done with it?
#include <gtest/gtest.h>

#include "base/time_text.h"
#include "server/test_people.h"
#include "wire/decisions.h"

namespace openirsa::server {
namespace {

namespace test = people;
using test::account;
using test::aws;
using test::Credentials;
using test::credentials_of;
using test::document;
using test::expect_refused;
using test::Fields;
using test::noon;
using test::Reply;
using test::statement;
using test::trusting;

struct Kinds : ::testing::Test {
  test::People people;

  wire::Caller caller(const Credentials& by) {
    wire::Trace trace;
    auto found = people.sessions.find(by.id, by.token, *people.mirror->snapshot(), people.clock.now(), trace);
    EXPECT_TRUE(found);
    return found ? found->caller : wire::Caller();
  }
  // As the dispatcher asks it; no service of AWS's other than these is here to be called.
  bool allowed(const Credentials& by, std::string_view action, std::string_view resource = "*") {
    const policy::Context context;
    return people.authorizer
        .decide(caller(by), action, resource, context, *people.mirror->snapshot(), nullptr)
        .allowed();
  }
};

// --- GetSessionToken ---

TEST_F(Kinds, ASessionTokenIsTheUserForAWhile) {
  const Reply reply = people.call(people.bob, "GetSessionToken");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["Expiration"], to_iso8601(time_of_seconds(noon + 43'200)));
  const Credentials session = credentials_of(reply);
  const Reply who = people.whoami(session);
  EXPECT_EQ(who["Arn"], test::user_arn("bob"));
  EXPECT_EQ(who["UserId"], people.user_id("bob"));
  const Credentials alices = credentials_of(people.call(people.alice, "GetSessionToken"));
  EXPECT_TRUE(allowed(alices, "s3:GetObject", "arn:aws:s3:::b/k"));
  EXPECT_FALSE(allowed(session, "s3:GetObject", "arn:aws:s3:::b/k"));
  EXPECT_EQ(people.call(people.alice, "GetSessionToken", {{"DurationSeconds", "129600"}})["Expiration"],
            to_iso8601(time_of_seconds(noon + 129'600)));
}

TEST_F(Kinds, ASessionTokenOfRootLastsAnHourAtMost) {
  const Reply reply = people.call(people.root, "GetSessionToken", {{"DurationSeconds", "7200"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["Expiration"], to_iso8601(time_of_seconds(noon + 3600)));
  const Reply who = people.whoami(credentials_of(reply));
  EXPECT_EQ(who["Arn"], "arn:aws:iam::111122223333:root");
  EXPECT_EQ(who["UserId"], account);
}

TEST_F(Kinds, ASessionTokenReachesOnlyTwoOperationsOfSts) {
  const Credentials session = credentials_of(people.call(people.alice, "GetSessionToken"));
  const std::string role = people.make_role("worker", trusting(aws(account)));
  EXPECT_EQ(people.assume(session, role, {{"DurationSeconds", "7200"}}).status, 200) << "this is no chain";
  EXPECT_EQ(people.whoami(session).status, 200);
  for (const std::string action :
       {"GetSessionToken", "GetFederationToken", "GetAccessKeyInfo", "DecodeAuthorizationMessage"}) {
    expect_refused(people.call(session, action), 403, "AccessDenied",
                   "Cannot call " + action + " with session credentials");
  }
}

TEST_F(Kinds, SessionsOfRolesGetNoFurtherTokens) {
  const Credentials session = people.assumed(
      people.alice, people.make_role("worker", trusting(aws(account)), std::string(test::allow_all)));
  for (const std::string action : {"GetSessionToken", "GetFederationToken"}) {
    expect_refused(people.call(session, action, {{"Name", "somebody"}}), 403, "AccessDenied",
                   "Cannot call " + action + " with session credentials");
  }
  EXPECT_EQ(people.call(session, "GetAccessKeyInfo", {{"AccessKeyId", session.id}}).status, 200);
}

TEST_F(Kinds, ASecondFactorIsNotKnownHere) {
  for (const Fields& fields :
       {Fields{{"SerialNumber", "arn:aws:iam::111122223333:mfa/alice"}}, Fields{{"TokenCode", "123456"}}}) {
    expect_refused(people.call(people.alice, "GetSessionToken", fields), 403, "AccessDenied",
                   "MultiFactorAuthentication failed with invalid MFA one time pass code. ");
  }
  expect_refused(
      people.call(people.alice, "GetSessionToken", {{"TokenCode", "12345x"}}), 400, "ValidationError",
      "1 validation error detected: Value '12345x' at 'tokenCode' failed to satisfy constraint: Member "
      "must satisfy regular expression pattern: [\\d]*");
  EXPECT_EQ(people.call(people.alice, "GetSessionToken", {{"DurationSeconds", "129601"}}).code,
            "ValidationError");
}

// --- GetFederationToken ---

const Fields reader{{"Name", "reader"},
                    {"Policy", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*",)"
                               R"("Resource":"*"}]})"}};

TEST_F(Kinds, AFederatedUserMayWhatBothPoliciesAllow) {
  const Reply reply = people.call(people.alice, "GetFederationToken", reader);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["FederatedUserId"], account + ":reader");
  EXPECT_EQ(reply["Arn"], "arn:aws:sts::111122223333:federated-user/reader");
  EXPECT_EQ(reply["Expiration"], to_iso8601(time_of_seconds(noon + 43'200)));
  EXPECT_NE(reply["PackedPolicySize"], "<absent>");
  const Credentials session = credentials_of(reply);
  const Reply who = people.whoami(session);
  EXPECT_EQ(who["Arn"], reply["Arn"]);
  EXPECT_EQ(who["UserId"], reply["FederatedUserId"]);
  EXPECT_TRUE(allowed(session, "s3:GetObject"));
  EXPECT_FALSE(allowed(session, "s3:PutObject")) << "not passed";
  people.make_user("alice", document(statement("Allow", "s3:Put*")));
  EXPECT_FALSE(allowed(session, "s3:GetObject")) << "the user's own policies of this moment";
}

TEST_F(Kinds, AFederatedUserWithoutAPolicyMayNothing) {
  const Credentials session =
      credentials_of(people.call(people.alice, "GetFederationToken", {{"Name", "nobody"}}));
  EXPECT_FALSE(allowed(session, "s3:GetObject"));
  EXPECT_EQ(people.whoami(session).status, 200);
}

TEST_F(Kinds, AFederatedUserOfRootMayWhatWasPassed) {
  const Reply reply = people.call(people.root, "GetFederationToken", reader);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["Expiration"], to_iso8601(time_of_seconds(noon + 3600)));
  EXPECT_TRUE(allowed(credentials_of(reply), "s3:GetObject"));
  EXPECT_FALSE(allowed(credentials_of(reply), "s3:PutObject"));
}

TEST_F(Kinds, AFederatedUserCallsNeitherIamNorSts) {
  const Credentials session = credentials_of(people.call(
      people.alice, "GetFederationToken", {{"Name", "all"}, {"Policy", std::string(test::allow_all)}}));
  const std::string role = people.make_role("worker", trusting(aws("*")));
  expect_refused(people.assume(session, role), 403, "AccessDenied",
                 "Cannot call AssumeRole with session credentials");
  EXPECT_EQ(people.call(session, "GetSessionToken").status, 403);
  people.dispatcher = std::make_unique<wire::Dispatcher>(
      people.house, std::vector<const wire::Service*>{&sts::service, &iam::service});
  const auto list_roles = [&](const Credentials& by) {
    wire::test::Signature signature{.id = by.id, .secret = by.secret, .token = by.token};
    return people.handle(
        wire::test::sign(wire::test::form_request("Action=ListRoles&Version=2010-05-08"), "iam", signature));
  };
  expect_refused(list_roles(session), 403, "InvalidClientTokenId",
                 "The security token included in the request is invalid.");
  EXPECT_EQ(people.trace().failure->code, "credentials_without_iam");
  EXPECT_EQ(list_roles(credentials_of(people.call(people.alice, "GetSessionToken"))).code,
            "InvalidClientTokenId");
  EXPECT_EQ(list_roles(people.alice).status, 200);
  EXPECT_EQ(list_roles(people.assumed(people.alice, people.make_role("all", trusting(aws(account)),
                                                                     std::string(test::allow_all))))
                .status,
            200)
      << "a role's session may";
}

TEST_F(Kinds, AFederatedUserHasTheUsersTagsAndItsOwnOverThem) {
  const Credentials carol =
      people.make_user("carol", std::string(test::allow_all), account, {{"team", "red"}, {"env", "dev"}});
  const Credentials session = credentials_of(
      people.call(carol, "GetFederationToken",
                  {{"Name", "me"}, {"Tags.member.1.Key", "Team"}, {"Tags.member.1.Value", "blue"}}));
  EXPECT_EQ(caller(session).tags, (wire::PrincipalTags{{"env", "dev"}, {"Team", "blue"}}));
  people.make_user("carol", document(statement("Allow", "sts:GetFederationToken")), account);
  const Fields tagged{{"Name", "me"}, {"Tags.member.1.Key", "Team"}, {"Tags.member.1.Value", "blue"}};
  expect_refused(
      people.call(carol, "GetFederationToken", tagged), 403, "AccessDenied",
      "User: " + test::user_arn("carol") +
          " is not authorized to perform: sts:TagSession on resource: "
          "arn:aws:sts::111122223333:federated-user/me because no identity-based policy allows the "
          "sts:TagSession action");
  EXPECT_EQ(people.call(carol, "GetFederationToken", {{"Name", "me"}}).status, 200);
}

TEST_F(Kinds, FederationIsAPermissionAndItsParametersAreChecked) {
  expect_refused(
      people.call(people.bob, "GetFederationToken", reader), 403, "AccessDenied",
      "User: " + test::user_arn("bob") +
          " is not authorized to perform: sts:GetFederationToken on resource: "
          "arn:aws:sts::111122223333:federated-user/reader because no identity-based policy allows the "
          "sts:GetFederationToken action");
  EXPECT_TRUE(people.trace().explanation);
  const auto code = [&](const Fields& fields) {
    return people.call(people.alice, "GetFederationToken", fields).code;
  };
  EXPECT_EQ(code({}), "ValidationError");
  EXPECT_EQ(code({{"Name", "x"}}), "ValidationError");
  EXPECT_EQ(code({{"Name", std::string(33, 'x')}}), "ValidationError");
  EXPECT_EQ(code({{"Name", "a b"}}), "ValidationError");
  EXPECT_EQ(code({{"Name", "ok"}, {"DurationSeconds", "899"}}), "ValidationError");
  EXPECT_EQ(code({{"Name", "ok"}, {"Policy", "{"}}), "MalformedPolicyDocument");
  EXPECT_EQ(code({{"Name", "ok"}}), "");
}

// --- GetAccessKeyInfo ---

TEST_F(Kinds, AnAccessKeySaysWhoseItIs) {
  EXPECT_EQ(people.call(people.alice, "GetAccessKeyInfo", {{"AccessKeyId", people.mallory.id}})["Account"],
            test::other_account);
  const std::string unknown = record::make_access_key_id("AKIA", "000000000042");
  EXPECT_EQ(people.call(people.alice, "GetAccessKeyInfo", {{"AccessKeyId", unknown}})["Account"],
            "000000000042");
  EXPECT_EQ(people.call(people.alice, "GetAccessKeyInfo", {{"AccessKeyId", "AKIAIOSFODNN7"}}).code,
            "ValidationError");
  EXPECT_EQ(people.call(people.alice, "GetAccessKeyInfo", {{"AccessKeyId", "not-an-access-key-id"}}).code,
            "ValidationError");
  expect_refused(people.call(people.alice, "GetAccessKeyInfo", {{"AccessKeyId", "QRST0000000000000000"}}),
                 400, "ValidationError", "Invalid AccessKeyId: QRST0000000000000000");
  expect_refused(people.call(people.bob, "GetAccessKeyInfo", {{"AccessKeyId", unknown}}), 403, "AccessDenied",
                 "User: " + test::user_arn("bob") +
                     " is not authorized to perform: sts:GetAccessKeyInfo on resource: * because no "
                     "identity-based policy allows the sts:GetAccessKeyInfo action");
}

// --- DecodeAuthorizationMessage ---

// Keeps what the desk's own sink records.
class Kept final : public wire::TraceSink, public wire::KeptDecisions {
 public:
  explicit Kept(wire::TraceSink& next) : next_(next) {}
  void record(wire::Trace&& trace) override {
    all_.push_back(trace);
    all_.back().complete();
    next_.record(std::move(trace));
  }
  const wire::KeptDecisions* kept() const override { return this; }
  std::optional<json::object> find(std::string_view id, const wire::Viewer& viewer) const override {
    for (const wire::Trace& trace : all_) {
      const bool seen = !viewer || (!trace.role_unknown && trace.account == *viewer);
      if (trace.request_id == id && seen) return wire::to_json(trace);
    }
    return std::nullopt;
  }
  std::optional<wire::DecisionPage> list(const wire::DecisionQuery&) const override { return std::nullopt; }

 private:
  wire::TraceSink& next_;
  std::vector<wire::Trace> all_;
};

TEST_F(Kinds, ARequestIdIsDecodedForWhoMayExplain) {
  Kept kept(people.traces);
  people.house.traces = &kept;
  const std::string role = people.make_role("worker", trusting(R"({"Service":"ec2.amazonaws.com"})"));
  ASSERT_EQ(people.assume(people.bob, role).status, 403);
  const std::string id = people.trace().request_id;
  const Reply reply = people.call(people.alice, "DecodeAuthorizationMessage", {{"EncodedMessage", id}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto message = parse_json_object(reply["DecodedMessage"]);
  ASSERT_TRUE(message) << reply.body;
  EXPECT_FALSE(message->at("allowed").as_bool());
  EXPECT_FALSE(message->at("explicitDeny").as_bool());
  const json::object& context = message->at("context").as_object();
  EXPECT_EQ(context.at("principal").at("arn").as_string(), test::user_arn("bob"));
  EXPECT_EQ(context.at("action").as_string(), "sts:AssumeRole");
  EXPECT_EQ(context.at("resource").as_string(), role);
  EXPECT_EQ(message->at("decision").at("requestId").as_string(), id);

  const auto unknown = [&](const Credentials& by, const std::string& text) {
    expect_refused(people.call(by, "DecodeAuthorizationMessage", {{"EncodedMessage", text}}), 400,
                   "InvalidAuthorizationMessageException", "Message is not valid");
  };
  unknown(people.mallory, id);
  unknown(people.alice, "00000000-0000-4000-8000-000000000000");
  unknown(people.alice, "0oaZLrVVIxb8lmPCpj7S11qdDzu");
  const Credentials half =
      people.make_user("half", document(statement("Allow", "sts:DecodeAuthorizationMessage")));
  unknown(half, id);
  EXPECT_EQ(people.trace().action, "openirsa:ExplainDecision") << "what was refused";
  const Credentials whole =
      people.make_user("half", document(statement("Allow", "sts:DecodeAuthorizationMessage") + "," +
                                        statement("Allow", "openirsa:ExplainDecision")));
  EXPECT_EQ(people.call(whole, "DecodeAuthorizationMessage", {{"EncodedMessage", id}}).status, 200);
  EXPECT_EQ(people.call(people.bob, "DecodeAuthorizationMessage", {{"EncodedMessage", id}}).code,
            "AccessDenied");
  EXPECT_EQ(people.call(people.alice, "DecodeAuthorizationMessage").code, "ValidationError");
  people.house.traces = &people.traces;
}

}  // namespace
}  // namespace openirsa::server
