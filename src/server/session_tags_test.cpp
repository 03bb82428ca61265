// Which tags and source identities does a session get, who may give them, and what do later policies see?
#include "sts/session_tags.h"

#include <gtest/gtest.h>

#include "server/test_people.h"

namespace openirsa::server {
namespace {

namespace test = people;
using test::account;
using test::aws;
using test::claims;
using test::Credentials;
using test::document;
using test::expect_refused;
using test::Fields;
using test::no_assumption;
using test::Reply;
using test::sign;
using test::statement;
using test::trusting;
using test::user_arn;

const Fields project{{"Tags.member.1.Key", "Project"},
                     {"Tags.member.1.Value", "Apollo"},
                     {"Tags.member.2.Key", "Team"},
                     {"Tags.member.2.Value", "red"},
                     {"TransitiveTagKeys.member.1", "project"}};

struct SessionTags : ::testing::Test {
  test::People people;
  const std::string root = "arn:aws:iam::" + account + ":root";
  const std::string first = people.make_role("first", trusting(aws(root)), std::string(test::allow_all),
                                             account, {{"team", "of the role"}, {"Env", "prod"}});
  const std::string second = people.make_role("second", trusting(aws(root)), std::string(test::allow_all));

  std::map<std::string, std::string> principal_tags(const Credentials& by) {
    wire::Trace trace;
    auto found = people.sessions.find(by.id, by.token, *people.mirror->snapshot(), people.clock.now(), trace);
    EXPECT_TRUE(found);
    if (!found) return {};
    return {found->caller.tags.begin(), found->caller.tags.end()};
  }
  using Map = std::map<std::string, std::string>;
};

TEST_F(SessionTags, StandOverTheRolesOwnInAnyCase) {
  EXPECT_EQ(principal_tags(people.assumed(people.alice, first)),
            (Map{{"team", "of the role"}, {"Env", "prod"}}));
  EXPECT_EQ(principal_tags(people.assumed(people.alice, first, project)),
            (Map{{"Env", "prod"}, {"Project", "Apollo"}, {"Team", "red"}}));
}

TEST_F(SessionTags, AreSeenByLaterPolicies) {
  people.make_role("third", trusting(aws("*"), R"({"StringEquals":{"aws:PrincipalTag/project":"Apollo"}})"));
  const std::string third = "arn:aws:iam::" + account + ":role/third";
  EXPECT_EQ(people.assume(people.assumed(people.alice, first, project), third).status, 200);
  EXPECT_EQ(people.assume(people.assumed(people.alice, first), third).status, 403);
}

TEST_F(SessionTags, GoOnWhereTransitive) {
  const Credentials session = people.assumed(people.alice, first, project);
  const Credentials chained = people.assumed(session, second);
  EXPECT_EQ(principal_tags(chained), (Map{{"Project", "Apollo"}}));
  EXPECT_EQ(principal_tags(people.assumed(chained, second)), (Map{{"Project", "Apollo"}}));
  expect_refused(
      people.assume(session, second, {{"Tags.member.1.Key", "PROJECT"}, {"Tags.member.1.Value", "x"}}), 400,
      "InvalidParameterValue",
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
      "key from the calling session.");
}

TEST_F(SessionTags, NeedTheirOwnPermissionOnBothSides) {
  const std::string without =
      document(R"({"Effect":"Allow","Principal":{"AWS":")" + root + R"("},"Action":"sts:AssumeRole"})");
  people.make_role("second", without);
  EXPECT_EQ(people.assume(people.alice, second).status, 200);
  expect_refused(people.assume(people.alice, second, project), 403, "AccessDenied",
                 no_assumption(user_arn("alice"), second, "sts:TagSession"));
  EXPECT_EQ(people.trace().action, "sts:TagSession");
  expect_refused(
      people.assume(people.assumed(people.alice, first, project), second), 403, "AccessDenied",
      no_assumption("arn:aws:sts::111122223333:assumed-role/first/shift", second, "sts:TagSession"));
  expect_refused(people.assume(people.alice, second, {{"SourceIdentity", "alice"}}), 403, "AccessDenied",
                 no_assumption(user_arn("alice"), second, "sts:SetSourceIdentity"));
  people.make_role("second", trusting(aws(root)));
  people.make_user("dave", document(statement("Allow", "sts:AssumeRole")));
  const Credentials dave = people.make_user("dave", document(statement("Allow", "sts:AssumeRole")));
  EXPECT_EQ(people.assume(dave, second).status, 200);
  EXPECT_EQ(people.assume(dave, second, project).status, 403);
  EXPECT_EQ(people.assume(dave, second, {{"SourceIdentity", "dave"}}).status, 403);
}

TEST_F(SessionTags, AreConditionKeysOfTheRequest) {
  people.make_role("second", trusting(aws(root), R"({"StringEquals":{"aws:RequestTag/Project":"Apollo"},
      "ForAllValues:StringEquals":{"aws:TagKeys":["Project","Team"],"sts:TransitiveTagKeys":["project"]}})"));
  EXPECT_EQ(people.assume(people.alice, second, project).status, 200);
  Fields more = project;
  more.insert(more.end(), {{"Tags.member.3.Key", "Extra"}, {"Tags.member.3.Value", "x"}});
  EXPECT_EQ(people.assume(people.alice, second, more).status, 403);
  Fields transitive = project;
  transitive.emplace_back("TransitiveTagKeys.member.2", "Team");
  EXPECT_EQ(people.assume(people.alice, second, transitive).status, 403);
}

TEST_F(SessionTags, AreChecked) {
  expect_refused(people.assume(people.alice, first,
                               {{"Tags.member.1.Key", "a"},
                                {"Tags.member.1.Value", "1"},
                                {"Tags.member.2.Key", "A"},
                                {"Tags.member.2.Value", "2"}}),
                 400, "InvalidParameterValue",
                 "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  expect_refused(people.assume(people.alice, first, {{"TransitiveTagKeys.member.1", "a"}}), 400,
                 "InvalidParameterValue",
                 "The specified transitive tag key must be included in the requested tags.");
  expect_refused(
      people.assume(people.alice, first, {{"Tags.member.1.Key", "aws:x"}, {"Tags.member.1.Value", "1"}}), 400,
      "InvalidParameterValue", "aws: prefixed tag key names are not allowed for external use.");
  Fields many;
  for (int i = 1; i <= 51; ++i) {
    many.emplace_back("Tags.member." + std::to_string(i) + ".Key", "k" + std::to_string(i));
    many.emplace_back("Tags.member." + std::to_string(i) + ".Value", "v");
  }
  expect_refused(
      people.assume(people.alice, first, many), 400, "ValidationError",
      "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length "
      "less than or equal to 50");
  many.resize(100);
  EXPECT_EQ(people.assume(people.alice, first, many).status, 200) << "fifty";
  EXPECT_EQ(people
                .assume(people.alice, first,
                        {{"Tags.member.1.Key", std::string(129, 'k')}, {"Tags.member.1.Value", "v"}})
                .code,
            "ValidationError");
  EXPECT_EQ(people
                .assume(people.alice, first,
                        {{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", std::string(257, 'v')}})
                .code,
            "ValidationError");
}

TEST_F(SessionTags, ASourceIdentityStaysThroughAChain) {
  const Reply reply = people.assume(people.alice, first, {{"SourceIdentity", "alice.a"}});
  EXPECT_EQ(reply["SourceIdentity"], "alice.a");
  const Credentials session = test::credentials_of(reply);
  EXPECT_EQ(people.assume(session, second)["SourceIdentity"], "alice.a");
  EXPECT_EQ(people.assume(session, second, {{"SourceIdentity", "alice.a"}}).status, 200);
  expect_refused(people.assume(session, second, {{"SourceIdentity", "bob"}}), 400, "ValidationError",
                 "The source identity is already set for this assume role session");
  people.make_role("second", trusting(aws(root), R"({"StringEquals":{"sts:SourceIdentity":"alice.a",
      "aws:SourceIdentity":"alice.a"}})"));
  EXPECT_EQ(people.assume(session, second).status, 200);
  EXPECT_EQ(people.assume(people.alice, second).status, 403);
}

// --- from a token's claims ---

json::object tagged(const json::value& tags) {
  json::object content = claims();
  content[sts::tags_claim] = tags;
  return content;
}

std::string trust_with(const std::string& actions, const std::string& conditions = "{}") {
  return document(R"({"Effect":"Allow","Principal":{"Federated":")" + test::provider_arn() +
                  R"("},"Action":)" + actions + R"(,"Condition":)" + conditions + "}");
}
const std::string web_actions =
    R"(["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"])";
const json::value apollo = {{"principal_tags", {{"Project", {"Apollo"}}, {"Team", "red"}}},
                            {"transitive_tag_keys", json::array{"Project"}}};

TEST_F(SessionTags, ComeFromTheTokensClaims) {
  people.put_role(test::a_role(trust_with(web_actions)));
  json::object content = tagged(apollo);
  content[sts::source_identity_claim] = "carol";
  const Reply reply = people.exchange(sign(content));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply["SourceIdentity"], "carol");
  EXPECT_NE(reply["PackedPolicySize"], "<absent>");
  const Credentials session = test::credentials_of(reply);
  EXPECT_EQ(principal_tags(session), (Map{{"Project", "Apollo"}, {"Team", "red"}}));
  people.make_role("third", trusting(aws(people.role_id("first")), "{}"));
  record::Role role = test::a_role(trust_with(web_actions));
  role.permissions.inline_policies.emplace("all", test::compiled(test::allow_all, policy::Kind::identity));
  people.put_role(role);
  const Reply chained = people.assume(session, second);
  ASSERT_EQ(chained.status, 200) << chained.body;
  EXPECT_EQ(chained["SourceIdentity"], "carol");
  EXPECT_EQ(principal_tags(test::credentials_of(chained)), (Map{{"Project", "Apollo"}}));
}

TEST_F(SessionTags, OfATokenNeedTheTrustPolicysPermission) {
  people.put_role(test::a_role(trust_with(R"("sts:AssumeRoleWithWebIdentity")")));
  EXPECT_EQ(people.exchange(sign(claims())).status, 200);
  expect_refused(people.exchange(sign(tagged(apollo))), 403, "AccessDenied",
                 "Not authorized to perform sts:TagSession");
  json::object content = claims();
  content[sts::source_identity_claim] = "carol";
  expect_refused(people.exchange(sign(content)), 403, "AccessDenied",
                 "Not authorized to perform sts:SetSourceIdentity");
  EXPECT_TRUE(people.trace().explanation);
  people.put_role(test::a_role(
      trust_with(web_actions,
                 R"({"StringEquals":{"aws:RequestTag/Project":"Gemini"},"Null":{"aws:TagKeys":"false"}})")));
  EXPECT_EQ(people.exchange(sign(tagged(apollo))).message, test::denied);
  EXPECT_EQ(people.trace().failure->actual, "Apollo");
}

TEST_F(SessionTags, OfATokenAreChecked) {
  people.put_role(test::a_role(trust_with(web_actions)));
  const auto code = [&](const json::value& tags) { return people.exchange(sign(tagged(tags))).code; };
  EXPECT_EQ(code(apollo), "");
  EXPECT_EQ(code("x"), "InvalidIdentityToken");
  EXPECT_EQ(code({{"principal_tags", {{"a", {"1", "2"}}}}}), "InvalidIdentityToken") << "one value each";
  EXPECT_EQ(code({{"principal_tags", {{"a", 1}}}}), "InvalidIdentityToken");
  EXPECT_EQ(code({{"principal_tags", json::object{}}, {"transitive_tag_keys", "a"}}), "InvalidIdentityToken");
  EXPECT_EQ(code({{"principal_tags", {{"a", {"1"}}, {"A", {"2"}}}}}), "InvalidParameterValue");
  EXPECT_EQ(code({{"principal_tags", {{"a", {"1"}}}}, {"transitive_tag_keys", json::array{"b"}}}),
            "InvalidParameterValue");
  EXPECT_EQ(code({{"principal_tags", {{"a", std::string(257, 'v')}}}}), "ValidationError");
  json::object content = claims();
  content[sts::source_identity_claim] = "with blank";
  EXPECT_EQ(people.exchange(sign(content)).code, "ValidationError");
  content[sts::source_identity_claim] = 7;
  EXPECT_EQ(people.exchange(sign(content)).code, "InvalidIdentityToken");
}

}  // namespace
}  // namespace openirsa::server
