// Do the simulators answer in AWS's form what the real authorizer would decide, and refuse in AWS's words?
#include <gtest/gtest.h>

#include "iam/simulate_harness.h"

namespace openirsa::iam {
namespace {

using test::actions;
using test::at;
using test::custom;
using test::document;
using test::Element;
using test::expect_refusal;
using test::first;
using test::Params;
using test::plus;
using test::statement;
using test::Texts;
using test::texts;
using test::World;

TEST(SimulateCustomPolicy, DecidesEachAction) {
  World world;
  const auto reply = world.must(
      "SimulateCustomPolicy", plus({{"PolicyInputList.member.1", document(statement("Allow", "s3:*") + "," +
                                                                          statement("Deny", "s3:Delete*"))}},
                                   actions({"s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"})));
  EXPECT_EQ(reply.members("EvaluationResults", "EvalActionName"),
            (Texts{"s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"}));
  EXPECT_EQ(reply.members("EvaluationResults", "EvalDecision"),
            (Texts{"allowed", "explicitDeny", "implicitDeny"}));
  EXPECT_EQ(reply.members("EvaluationResults", "EvalResourceName"), (Texts{"*", "*", "*"}));
  EXPECT_EQ(reply.at("IsTruncated"), "false");
  EXPECT_EQ(first(reply).find("ResourceSpecificResults"), nullptr);
}

// The statement of AWS's example stands at 3:16 to 7:4.
TEST(SimulateCustomPolicy, SaysWhereTheDecidingStatementStands) {
  World world;
  const auto reply = world.must(
      "SimulateCustomPolicy",
      custom("{\n  \"Version\":\"2012-10-17\",\n  \"Statement\":{\n    \"Effect\":\"Allow\",\n"
             "    \"Action\":\"s3:PutObject\",\n    \"Resource\":\"arn:aws:s3:::my-test-bucket\"\n  }\n}",
             {{"ResourceArns.member.1", "arn:aws:s3:::my-test-bucket"}}));
  const Element* matched = first(reply).find("MatchedStatements");
  ASSERT_NE(matched, nullptr);
  ASSERT_EQ(matched->children.size(), 1U);
  const Element& one = matched->children.front();
  EXPECT_EQ(at(one, "SourcePolicyId"), "PolicyInputList.1");
  EXPECT_EQ(at(one, "SourcePolicyType"), "none");
  EXPECT_EQ(at(one, "StartPosition/Line") + ":" + at(one, "StartPosition/Column"), "3:16");
  EXPECT_EQ(at(one, "EndPosition/Line") + ":" + at(one, "EndPosition/Column"), "7:4");
}

TEST(SimulateCustomPolicy, AnswersForEachResourceAndTheStrictestForAll) {
  World world;
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/*"}]})";
  const auto reply =
      world.must("SimulateCustomPolicy", custom(policy, {{"ResourceArns.member.1", "arn:aws:s3:::a/k"},
                                                         {"ResourceArns.member.2", "arn:aws:s3:::b/k"}}));
  const Element& result = first(reply);
  EXPECT_EQ(at(result, "EvalDecision"), "implicitDeny");
  EXPECT_EQ(at(result, "EvalResourceName"), "*");
  EXPECT_EQ(at(result, "EvalDecisionDetails"), "");
  EXPECT_EQ(texts(result, "ResourceSpecificResults", "EvalResourceName"),
            (Texts{"arn:aws:s3:::a/k", "arn:aws:s3:::b/k"}));
  EXPECT_EQ(texts(result, "ResourceSpecificResults", "EvalResourceDecision"),
            (Texts{"allowed", "implicitDeny"}));
}

TEST(SimulateCustomPolicy, TakesContextOfEveryType) {
  World world;
  const struct {
    const char* op;
    const char* type;
    const char* expected;
    Texts values;
    Texts wrong;  // values that are not of the type
  } rows[] = {
      {"StringEquals", "string", "x", {"x"}, {}},
      {"ForAnyValue:StringEquals", "stringList", "x", {"y", "x"}, {}},
      {"NumericEquals", "numeric", "10", {"10.0"}, {"ten"}},
      {"ForAnyValue:NumericLessThan", "numericList", "3", {"9", "2"}, {"9", "two"}},
      {"Bool", "boolean", "true", {"true"}, {"yes"}},
      {"ForAllValues:Bool", "booleanList", "true", {"true", "true"}, {"true", "1"}},
      {"IpAddress", "ip", "192.0.2.0/24", {"192.0.2.9"}, {"192.0.2.256"}},
      {"ForAnyValue:IpAddress", "ipList", "2001:db8::/32", {"192.0.2.9", "2001:db8::1"}, {"host"}},
      {"BinaryEquals", "binary", "QQ==", {"QQ=="}, {"QQ"}},
      {"ForAllValues:BinaryEquals", "binaryList", "QQ==", {"QQ=="}, {"!"}},
      {"DateLessThan", "date", "2026-11-24T12:00:00Z", {"2026-11-24T11:59:59Z"}, {"noon"}},
      {"ForAnyValue:DateGreaterThan", "dateList", "1795521600", {"0", "2027-01-01"}, {"0", "later"}},
  };
  for (const auto& row : rows) {
    const std::string policy = document(
        statement("Allow", "s3:*",
                  R"(,"Condition":{")" + std::string(row.op) + R"(":{"my:key":")" + row.expected + R"("}})"));
    const auto with = [&](const Texts& values) {
      Params params = custom(policy, {{"ContextEntries.member.1.ContextKeyName", "MY:key"},
                                      {"ContextEntries.member.1.ContextKeyType", row.type}});
      for (std::size_t i = 0; i < values.size(); ++i)
        params.emplace_back("ContextEntries.member.1.ContextKeyValues.member." + std::to_string(i + 1),
                            values[i]);
      return world.call("SimulateCustomPolicy", params);
    };
    const auto allowed = with(row.values);
    EXPECT_EQ(at(first(allowed), "EvalDecision"), "allowed") << row.type << allowed.body;
    EXPECT_EQ(texts(first(allowed), "MissingContextValues"), Texts{}) << row.type;
    if (!row.wrong.empty()) {
      expect_refusal(with(row.wrong), 400, "InvalidInput",
                     "Invalid value " + row.wrong.back() + " for context key MY:key of type " +
                         std::string(row.type).substr(0, std::string(row.type).find("List")));
    }
    const auto without = world.must("SimulateCustomPolicy", custom(policy));
    EXPECT_EQ(texts(first(without), "MissingContextValues"), Texts{"my:key"}) << row.type;
  }
}

TEST(SimulateCustomPolicy, RefusesContextThatIsNone) {
  World world;
  const std::string policy = document(statement("Allow", "s3:*"));
  const auto with = [&](const Params& entry) {
    Params params = custom(policy);
    for (const auto& [name, value] : entry) params.emplace_back("ContextEntries.member." + name, value);
    return world.call("SimulateCustomPolicy", params);
  };
  const Params sound{{"1.ContextKeyName", "a:key"}, {"1.ContextKeyValues.member.1", "v"}};
  EXPECT_TRUE(with(sound).ok());
  expect_refusal(with({{"1.ContextKeyType", "string"}}), 400, "InvalidInput",
                 "ContextKeyName cannot be null or empty.");
  expect_refusal(with(plus(sound, {{"2.ContextKeyName", "A:KEY"}})), 400, "InvalidInput",
                 "Duplicate context key: A:KEY.");
  expect_refusal(with(plus(sound, {{"1.ContextKeyValues.member.2", "w"}})), 400, "InvalidInput",
                 "Context key a:key of type string takes one value; use the type stringList for several");
  EXPECT_EQ(with({{"1.ContextKeyName", "a:k"}}).code(), "ValidationError");
  EXPECT_EQ(with(plus(sound, {{"1.ContextKeyType", "text"}})).code(), "ValidationError");
}

TEST(SimulateCustomPolicy, ABoundaryIsReportedByItself) {
  World world;
  const std::string s3 = document(statement("Allow", "s3:*"));
  const auto with = [&](const std::string& boundary) {
    return world.must("SimulateCustomPolicy",
                      custom(s3, {{"PermissionsBoundaryPolicyInputList.member.1", boundary}}));
  };
  const char* detail = "PermissionsBoundaryDecisionDetail/AllowedByPermissionsBoundary";
  const auto allowed = with(s3);
  EXPECT_EQ(at(first(allowed), "EvalDecision"), "allowed");
  EXPECT_EQ(at(first(allowed), detail), "true");
  const auto limited = with(document(statement("Allow", "iam:*")));
  EXPECT_EQ(at(first(limited), "EvalDecision"), "implicitDeny");
  EXPECT_EQ(at(first(limited), detail), "false");
  const auto none = world.must("SimulateCustomPolicy", custom(s3));
  EXPECT_EQ(at(first(none), detail), "(none)");
  EXPECT_EQ(
      world
          .call("SimulateCustomPolicy", custom(s3, {{"PermissionsBoundaryPolicyInputList.member.1", s3},
                                                    {"PermissionsBoundaryPolicyInputList.member.2", s3}}))
          .code(),
      "InvalidInput");
}

std::string of_resource(const std::string& user) {
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/)" +
         user + R"("},"Action":["s3:List*","s3:Put*"],"Resource":"arn:aws:s3:::mary/*"}})";
}

// The third example of SimulatePrincipalPolicy and the second of SimulateCustomPolicy.
TEST(SimulateCustomPolicy, WeighsTheResourcesPolicyAsAwsDoes) {
  World world;
  const std::string iam = document(statement("Allow", "iam:*"));
  const Params request = custom(iam, {{"CallerArn", "arn:aws:iam::444455556666:user/arnav"},
                                      {"ResourceArns.member.1", "arn:aws:s3:::mary/Test"},
                                      {"PermissionsBoundaryPolicyInputList.member.1", iam},
                                      {"ResourcePolicy", of_resource("arnav")}});
  const auto across = world.must("SimulateCustomPolicy",
                                 plus(request, {{"ResourceOwner", "arn:aws:iam::123456789012:root"}}));
  EXPECT_EQ(at(first(across), "EvalDecision"), "implicitDeny");
  EXPECT_EQ(texts(first(across), "EvalDecisionDetails", "key"),
            (Texts{"IAM Policy", "Resource Policy", "Permissions Boundary Policy"}));
  EXPECT_EQ(texts(first(across), "EvalDecisionDetails", "value"),
            (Texts{"implicitDeny", "allowed", "implicitDeny"}));
  const auto within = world.must("SimulateCustomPolicy", request);
  EXPECT_EQ(at(first(within), "EvalDecision"), "allowed");
  EXPECT_EQ(texts(first(within), "EvalDecisionDetails"), Texts{});
  EXPECT_EQ(texts(first(within), "MatchedStatements", "SourcePolicyId"), Texts{"ResourcePolicy"});
  EXPECT_EQ(texts(first(within), "MatchedStatements", "SourcePolicyType"), Texts{"resource"});
}

TEST(SimulateCustomPolicy, WeighsAnOrganizationLevelByLevel) {
  World world;
  const std::string all = document(statement("Allow", "*"));
  const auto with = [&](const Texts& levels) {
    Params params = custom(all);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      params.emplace_back("OrderedOrganizationPolicyInputList.member." + std::to_string(i + 1) +
                              ".ServiceControlPolicyInputList.member.1",
                          levels[i]);
    }
    const auto reply = world.must("SimulateCustomPolicy", params);
    return at(first(reply), "EvalDecision") + " " +
           at(first(reply), "OrganizationsDecisionDetail/AllowedByOrganizations");
  };
  EXPECT_EQ(with({}), "allowed (none)");
  EXPECT_EQ(with({all, all}), "allowed true");
  EXPECT_EQ(with({all, document(statement("Allow", "iam:*"))}), "implicitDeny false");
  EXPECT_EQ(with({document(statement("Deny", "s3:*")), all}), "explicitDeny false");
}

TEST(SimulateCustomPolicy, RefusesInAwsWords) {
  World world;
  const std::string policy = document(statement("Allow", "s3:*"));
  const auto refused = [&](const Params& params, std::string_view message) {
    expect_refusal(world.call("SimulateCustomPolicy", params), 400, "InvalidInput", message);
  };
  EXPECT_TRUE(world.call("SimulateCustomPolicy", custom(policy)).ok());
  refused(custom("{}"), "Invalid policy in PolicyInputList.member.1: Syntax errors in policy.");
  refused(custom(policy, {{"PolicyInputList.member.2", "["}}),
          "Invalid policy in PolicyInputList.member.2: Syntax errors in policy.");
  refused(custom(policy, {{"CallerArn", "arn:aws:sts::123456789012:assumed-role/a/b"}}),
          "Invalid caller - Caller must be an IAM user, role or group in this context.");
  refused(custom(policy, {{"ResourceOwner", "1234-5678-9012"}}),
          "'1234-5678-9012' is not a valid as a Resource Owner.");
  refused(custom(policy, {{"ResourceArns.member.1", "mary"}}),
          "ResourceNames are not in a valid ARN format: mary.");
  refused(custom(policy, {{"ResourceArns.member.1", "*"}, {"ResourceArns.member.2", "*"}}),
          "ResourceNames are not in a valid ARN format: *.");
  const Params of_mary{{"ResourcePolicy", of_resource("u")}};
  const std::string user = "arn:aws:iam::444455556666:user/u";
  refused(custom(policy, of_mary), "Invalid caller - Caller cannot be null or empty.");
  refused(custom(policy, plus(of_mary, {{"CallerArn", "arn:aws:iam::444455556666:role/r"}})),
          "Invalid caller - Caller must be an IAM user in this context.");
  refused(custom(policy, plus(of_mary, {{"CallerArn", user}})),
          "Invalid Entity Arn: * does not clearly define entity type and name.");
  refused(plus({{"PolicyInputList.member.1", policy}}, actions({"GetObject"})),
          "The action GetObject is invalid since it is missing names");
  refused(plus({{"PolicyInputList.member.1", policy}}, actions({"s3:Get*"})),
          "The action s3:Get* is invalid: wildcards are not supported in an action name");
}

Params resources(std::size_t count) {
  Params params;
  for (std::size_t i = 1; i <= count; ++i) {
    params.emplace_back("ResourceArns.member." + std::to_string(i), "arn:aws:s3:::b/" + std::to_string(i));
  }
  return params;
}

// 300 actions on 50 resources are 15,000 results.
TEST(SimulateCustomPolicy, EndsAPageWhereItsWorkIsDoneWhateverMaxItemsSays) {
  World world;
  Params params =
      plus({{"PolicyInputList.member.1", document(statement("Deny", "s3:*"))}, {"MaxItems", "1000"}},
           resources(50));
  for (int i = 1; i <= 300; ++i)
    params.emplace_back("ActionNames.member." + std::to_string(i), "sqs:Action" + std::to_string(i));
  const auto begin = world.must("SimulateCustomPolicy", params);
  EXPECT_EQ(begin.members("EvaluationResults", "EvalActionName").size(), 200U);
  EXPECT_EQ(begin.at("IsTruncated"), "true");
  const auto rest = world.must("SimulateCustomPolicy", plus(params, {{"Marker", begin.at("Marker")}}));
  const auto names = rest.members("EvaluationResults", "EvalActionName");
  ASSERT_EQ(names.size(), 100U);
  EXPECT_EQ(names.front(), "sqs:Action201");
  EXPECT_EQ(names.back(), "sqs:Action300");
  EXPECT_EQ(rest.at("IsTruncated"), "false");
}

// Each result looks at every statement: with many of them a page has room for fewer.
TEST(SimulateCustomPolicy, RefusesMoreResourcesThanOnePageHasRoomFor) {
  World world;
  std::string statements = statement("Allow", "s3:*");
  for (int i = 1; i < 1000; ++i) statements += "," + statement("Deny", "sqs:*");
  const auto ask = [&](std::size_t count) {
    return world.call("SimulateCustomPolicy", custom(document(statements), resources(count)));
  };
  EXPECT_TRUE(ask(100).ok());
  expect_refusal(ask(101), 400, "InvalidInput",
                 "ResourceArns takes at most 100 resources with policies of so many statements.");
}

TEST(SimulateCustomPolicy, Pages) {
  World world;
  Params params{{"PolicyInputList.member.1", document(statement("Allow", "s3:*"))}};
  for (int i = 1; i <= 25; ++i)
    params.emplace_back("ActionNames.member." + std::to_string(i), "s3:Action" + std::to_string(i));
  const auto everything =
      world.must("SimulateCustomPolicy", params).members("EvaluationResults", "EvalActionName");
  EXPECT_EQ(everything.size(), 25U);
  Texts paged;
  Params more{{"MaxItems", "10"}};
  std::size_t pages = 0;
  for (; pages < 5; ++pages) {
    const auto reply = world.must("SimulateCustomPolicy", plus(params, more));
    for (const std::string& name : reply.members("EvaluationResults", "EvalActionName"))
      paged.push_back(name);
    if (reply.at("IsTruncated") == "false") break;
    more = {{"MaxItems", "10"}, {"Marker", reply.at("Marker")}};
  }
  EXPECT_EQ(pages, 2U);
  EXPECT_EQ(paged, everything);
}

}  // namespace
}  // namespace openirsa::iam
