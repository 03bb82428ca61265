// Is a principal simulated with the policies that it holds now, less those left out?
#include <gtest/gtest.h>

#include "iam/simulate_harness.h"

namespace openirsa::iam {
namespace {

using test::actions;
using test::at;
using test::document;
using test::expect_refusal;
using test::first;
using test::Params;
using test::plus;
using test::Reply;
using test::statement;
using test::Texts;
using test::texts;
using test::World;

// A role with an inline policy, one of AWS's and one of the account's.
struct WithRole : World {
  WithRole() {
    make_role("r", "/team/");
    must("PutRolePolicy", {{"RoleName", "r"},
                           {"PolicyName", "own"},
                           {"PolicyDocument", document(statement("Allow", "sqs:*"))}});
    must("AttachRolePolicy",
         {{"RoleName", "r"}, {"PolicyArn", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}});
    const std::string mine =
        must("CreatePolicy",
             {{"PolicyName", "mine"},
              {"PolicyDocument", document(statement("Deny", "s3:GetBucketPolicy",
                                                    R"(,"Condition":{"Null":{"aws:TagKeys":"true"}})"))}})
            .at("Policy/Arn");
    must("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", mine}});
  }
  Reply simulate(const Params& more) {
    return call("SimulatePrincipalPolicy", plus({{"PolicySourceArn", arn("role/team/r")}}, more));
  }
};

TEST(SimulatePrincipalPolicy, DecidesWithWhatIsAttached) {
  WithRole world;
  const auto reply =
      world.simulate(actions({"s3:GetObject", "sqs:SendMessage", "s3:GetBucketPolicy", "s3:PutObject"}));
  ASSERT_TRUE(reply.ok()) << reply.body;
  EXPECT_EQ(reply.members("EvaluationResults", "EvalDecision"),
            (Texts{"allowed", "allowed", "explicitDeny", "implicitDeny"}));
  const auto& results = reply.result().find("EvaluationResults")->children;
  EXPECT_EQ(texts(results[0], "MatchedStatements", "SourcePolicyId"), Texts{"AmazonS3ReadOnlyAccess"});
  EXPECT_EQ(texts(results[0], "MatchedStatements", "SourcePolicyType"), Texts{"aws-managed"});
  EXPECT_EQ(texts(results[1], "MatchedStatements", "SourcePolicyId"), Texts{"role_r_own"});
  EXPECT_EQ(texts(results[1], "MatchedStatements", "SourcePolicyType"), Texts{"role"});
  EXPECT_EQ(texts(results[2], "MatchedStatements", "SourcePolicyId"), Texts{"mine"});
  EXPECT_EQ(texts(results[2], "MatchedStatements", "SourcePolicyType"), Texts{"user-managed"});
  EXPECT_EQ(texts(results[2], "MissingContextValues"), Texts{"aws:TagKeys"});
  EXPECT_EQ(texts(results[3], "MatchedStatements"), Texts{});
}

TEST(SimulatePrincipalPolicy, AddsAndLeavesOutPolicies) {
  WithRole world;
  const auto decision = [&](const std::string& action, const Params& more) {
    return at(first(world.simulate(plus(actions({action}), more))), "EvalDecision");
  };
  EXPECT_EQ(decision("s3:PutObject", {{"PolicyInputList.member.1", document(statement("Allow", "s3:Put*"))}}),
            "allowed");
  const auto excluding = [&](const std::string& action, const std::string& member, const std::string& value) {
    return decision(action, {{"PolicyExclusionList.member.1." + member, value}});
  };
  EXPECT_EQ(excluding("sqs:SendMessage", "PolicyType", "inline"), "implicitDeny");
  EXPECT_EQ(excluding("s3:GetObject", "PolicyType", "inline"), "allowed");
  EXPECT_EQ(excluding("s3:GetObject", "PolicyType", "aws-managed"), "implicitDeny");
  EXPECT_EQ(excluding("s3:GetBucketPolicy", "PolicyType", "user-managed"), "allowed");
  EXPECT_EQ(excluding("s3:GetObject", "PolicyArn", "arn:aws:iam::aws:policy/AmazonS3*"), "implicitDeny");
  EXPECT_EQ(excluding("s3:GetObject", "PolicyArn", "arn:aws:iam::aws:policy/AmazonSQS*"), "allowed");
  const std::string identifier = "PolicyExclusionList.member.1.InlinePolicyIdentifier.";
  const auto excluding_inline = [&](const std::string& name, const std::string& entity) {
    return decision("sqs:SendMessage", {{identifier + "PolicyName", name},
                                        {identifier + "AttachmentType", "role"},
                                        {identifier + "AttachmentName", entity}});
  };
  EXPECT_EQ(excluding_inline("own", "?"), "implicitDeny");
  EXPECT_EQ(excluding_inline("own", "x*"), "allowed");
  EXPECT_EQ(excluding_inline("other", "r"), "allowed");
  for (const auto& [member, value] : Params{{"PolicyType", "managed"},
                                            {"PolicyArn", "arn:aws:iam::*:policy/x"},
                                            {"PolicyArn", "arn:aws:iam::aws:policy/**"},
                                            {"PolicyArn", "mine"},
                                            {"InlinePolicyIdentifier.PolicyName", "own"}}) {
    const auto reply =
        world.simulate(plus(actions({"s3:GetObject"}), {{"PolicyExclusionList.member.1." + member, value}}));
    EXPECT_EQ(reply.code(), "InvalidInput") << member << " " << value;
  }
}

TEST(SimulatePrincipalPolicy, SeesTheGroupsAndTheBoundaryOfAUser) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  world.must("CreateGroup", {{"GroupName", "g"}, {"Path", "/team/"}});
  world.must(
      "PutGroupPolicy",
      {{"GroupName", "g"}, {"PolicyName", "own"}, {"PolicyDocument", document(statement("Allow", "s3:*"))}});
  const auto ask = [&](const std::string& who, const Params& more = {}) {
    return first(
        world.must("SimulatePrincipalPolicy",
                   plus(plus({{"PolicySourceArn", world.arn(who)}}, actions({"s3:PutObject"})), more)));
  };
  EXPECT_EQ(at(ask("user/bob"), "EvalDecision"), "implicitDeny");
  EXPECT_EQ(at(ask("group/team/g"), "EvalDecision"), "allowed");
  world.must("AddUserToGroup", {{"GroupName", "g"}, {"UserName", "bob"}});
  const auto by_group = ask("user/bob");
  EXPECT_EQ(at(by_group, "EvalDecision"), "allowed");
  EXPECT_EQ(texts(by_group, "MatchedStatements", "SourcePolicyId"), Texts{"group_g_own"});
  EXPECT_EQ(texts(by_group, "MatchedStatements", "SourcePolicyType"), Texts{"group"});

  world.must(
      "PutUserPermissionsBoundary",
      {{"UserName", "bob"}, {"PermissionsBoundary", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}});
  const auto bounded = ask("user/bob");
  EXPECT_EQ(at(bounded, "EvalDecision"), "implicitDeny");
  EXPECT_EQ(at(bounded, "PermissionsBoundaryDecisionDetail/AllowedByPermissionsBoundary"), "false");
  // Another boundary may be tried in its place.
  const auto tried = ask(
      "user/bob", {{"PermissionsBoundaryPolicyInputList.member.1", document(statement("Allow", "s3:Put*"))}});
  EXPECT_EQ(at(tried, "EvalDecision"), "allowed");
  EXPECT_EQ(at(tried, "PermissionsBoundaryDecisionDetail/AllowedByPermissionsBoundary"), "true");
}

TEST(SimulatePrincipalPolicy, LeavesOutTheBoundaryWhereItIsExcluded) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"},
                            {"PermissionsBoundary", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}});
  world.must(
      "PutUserPolicy",
      {{"UserName", "bob"}, {"PolicyName", "own"}, {"PolicyDocument", document(statement("Allow", "s3:*"))}});
  const auto excluding = [&](const std::string& type) {
    const auto reply = world.must(
        "SimulatePrincipalPolicy",
        plus({{"PolicySourceArn", world.arn("user/bob")}, {"PolicyExclusionList.member.1.PolicyType", type}},
             actions({"s3:PutObject"})));
    return at(first(reply), "EvalDecision") + " " +
           at(first(reply), "PermissionsBoundaryDecisionDetail/AllowedByPermissionsBoundary");
  };
  EXPECT_EQ(excluding("permission-boundary"), "allowed (none)");
  // It limits all the same where only what grants is left out.
  EXPECT_EQ(excluding("aws-managed"), "implicitDeny false");
}

TEST(SimulatePrincipalPolicy, KnowsWhoIsSimulated) {
  World world;
  const std::string own_folder =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*"}})";
  const auto ask = [&](const Params& more) {
    return at(first(world.must("SimulatePrincipalPolicy",
                               plus(plus({{"PolicySourceArn", world.arn("user/nobody")},
                                          {"PolicyInputList.member.1", own_folder},
                                          {"ResourceArns.member.1", "arn:aws:s3:::b/nobody/k"}},
                                         actions({"s3:GetObject"})),
                                    more))),
              "EvalDecision");
  };
  world.add_caller("nobody");
  EXPECT_EQ(ask({}), "allowed");
  EXPECT_EQ(ask({{"CallerArn", world.arn("user/bob")}}), "implicitDeny");
  EXPECT_EQ(ask({{"ContextEntries.member.1.ContextKeyName", "aws:username"},
                 {"ContextEntries.member.1.ContextKeyValues.member.1", "bob"}}),
            "implicitDeny");
}

TEST(SimulatePrincipalPolicy, RefusesWhoIsNotThere) {
  WithRole world;
  for (const char* action : {"SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"}) {
    const auto about = [&](const std::string& arn) {
      return world.call(
          action, plus({{"PolicySourceArn", arn}},
                       std::string_view(action).starts_with("S") ? actions({"s3:GetObject"}) : Params{}));
    };
    EXPECT_TRUE(about(world.arn("role/team/r")).ok()) << action;
    expect_refusal(about(world.arn("role/r")), 404, "NoSuchEntity", "The role with name r cannot be found.");
    expect_refusal(about(world.arn("user/ghost")), 404, "NoSuchEntity",
                   "The user with name ghost cannot be found.");
    expect_refusal(about(world.arn("group/ghosts")), 404, "NoSuchEntity",
                   "The group with name ghosts cannot be found.");
    const std::string session = "arn:aws:sts::" + world.account + ":assumed-role/r/s";
    expect_refusal(about(session), 400, "InvalidInput",
                   "Invalid Entity Arn: " + session + " does not clearly define entity type and name.");
    EXPECT_EQ(about("arn:aws:iam::999988887777:role/team/r").code(), "AccessDenied");
  }
}

TEST(ContextKeys, AreNamedForPoliciesAndForPrincipals) {
  WithRole world;
  const std::string policy =
      document(statement("Allow", "s3:*", R"(,"Condition":{"StringEquals":{"aws:RequestedRegion":"x"}})"));
  EXPECT_EQ(world.must("GetContextKeysForCustomPolicy", {{"PolicyInputList.member.1", policy}})
                .members("ContextKeyNames"),
            Texts{"aws:RequestedRegion"});
  EXPECT_EQ(world
                .must("GetContextKeysForPrincipalPolicy",
                      {{"PolicySourceArn", world.arn("role/team/r")}, {"PolicyInputList.member.1", policy}})
                .members("ContextKeyNames"),
            (Texts{"aws:TagKeys", "aws:RequestedRegion"}));
  expect_refusal(world.call("GetContextKeysForCustomPolicy", {{"PolicyInputList.member.1", "{}"}}), 400,
                 "InvalidInput", "Invalid policy in PolicyInputList.member.1: Syntax errors in policy.");
}

}  // namespace
}  // namespace openirsa::iam
