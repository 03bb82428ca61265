// Does a trace say what was passed, what decided and why, in the one form that everybody reads?
#include "wire/trace.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"

namespace openirsa::wire {
namespace {

TEST(Step, has_a_name_and_a_question_of_its_own) {
  std::set<std::string_view> names;
  std::set<std::string_view> questions;
  for (int i = 0; i < static_cast<int>(Step::count_); ++i) {
    const Step step = static_cast<Step>(i);
    EXPECT_TRUE(names.insert(name_of(step)).second) << name_of(step);
    EXPECT_TRUE(questions.insert(question_of(step)).second) << question_of(step);
    EXPECT_TRUE(question_of(step).ends_with('?')) << question_of(step);
  }
  EXPECT_EQ(name_of(Step::audience_allowed), "audience_allowed");
  EXPECT_EQ(question_of(Step::audience_allowed), "Is the audience in the provider's client-id list?");
}

Trace success() {
  Trace trace;
  trace.request_id = "00000000-0000-4000-8000-000000000000";
  trace.time = time_of_seconds(1'795'521'600);
  trace.service = "iam";
  trace.operation = "GetRole";
  trace.status = 200;
  trace.pass(Step::signature_verified);
  trace.pass(Step::request_parsed);
  trace.pass(Step::handler_done);
  return trace;
}

TEST(Trace, of_a_success_lists_the_steps_in_order_and_leaves_out_what_is_empty) {
  EXPECT_EQ(
      json::serialize(to_json(success())),
      R"({"version":1,"requestId":"00000000-0000-4000-8000-000000000000","time":"2026-11-24T12:00:00Z",)"
      R"("service":"iam","operation":"GetRole","status":200,"outcome":"allowed","steps":[)"
      R"({"step":"request_parsed","question":"Can the request be read?"},)"
      R"({"step":"signature_verified","question":"Does the signature fit the request and the secret?"},)"
      R"({"step":"handler_done","question":"Could the operation be carried out?"}]})");
}

TEST(Trace, of_a_refusal_has_the_decisive_step_beside_those_passed) {
  Trace trace = success();
  trace.fail(Step::handler_done, "no_such_role", "there is no role of that name", "a role", "web",
             "`Web` exists");
  const auto object = to_json(trace);
  EXPECT_EQ(object.at("outcome"), "refused");
  EXPECT_EQ(object.at("steps").as_array().size(), 2U);
  EXPECT_EQ(
      json::serialize(object.at("decisive")),
      R"({"step":"handler_done","question":"Could the operation be carried out?","code":"no_such_role",)"
      R"("detail":"there is no role of that name","expected":"a role","actual":"web","hint":"`Web` exists"})");
  EXPECT_FALSE(object.contains("policy"));
}

TEST(Trace, keeps_the_last_failure) {
  Trace trace;
  trace.fail(Step::token_parsed, "a", "first");
  trace.fail(Step::issuer_known, "b", "second");
  ASSERT_TRUE(trace.failure);
  EXPECT_EQ(trace.failure->step, Step::issuer_known);
  EXPECT_FALSE(trace.passed(Step::token_parsed));
}

TEST(Trace, shows_the_token_in_its_own_words) {
  Trace trace = success();
  trace.issuer = "https://oidc.example/id/A";
  trace.subject = "system:serviceaccount:ns:sa";
  trace.audience = "sts.amazonaws.com";
  trace.key_id = "k1";
  trace.algorithm = "RS256";
  trace.token_issued_at = 1;
  trace.token_expires_at = 2;
  EXPECT_EQ(json::serialize(to_json(trace).at("token")),
            R"({"issuer":"https://oidc.example/id/A","subject":"system:serviceaccount:ns:sa",)"
            R"("audience":"sts.amazonaws.com","keyId":"k1","algorithm":"RS256","issuedAt":1,"expiresAt":2})");
  EXPECT_FALSE(to_json(success()).contains("token"));
}

TEST(Trace, shows_the_statements_of_the_policies_that_refused) {
  Trace trace = success();
  trace.explanation.emplace();
  auto& statement = trace.explanation->statements.emplace_back();
  statement.policy = "trust";
  statement.source = policy::Source::trust;
  statement.index = 1;
  statement.sid = "Pods";
  statement.comparisons.push_back(
      {"Condition", "StringEquals", "oidc.example:sub", "a", "A", false, "differs only in case"});
  EXPECT_EQ(json::serialize(to_json(trace).at("policy")),
            R"({"statements":[{"policy":"trust","source":"trust","index":1,"sid":"Pods","effect":"Allow",)"
            R"("matched":false,"comparisons":[{"element":"Condition","operator":"StringEquals",)"
            R"("key":"oidc.example:sub","expected":"a","actual":"A","matched":false,)"
            R"("hint":"differs only in case"}]}]})");
}

TEST(Trace, texts_that_a_caller_chose_are_cut) {
  Trace trace = success();
  trace.operation = std::string(1'000'000, 'x');
  trace.wire_message = std::string(Trace::longest_text - 1, 'a') + "é" + std::string(100'000, 'b');
  trace.fail(Step::operation_found, "unknown_action", std::string(1'000'000, 'y'),
             std::string(1'000'000, 'z'));
  trace.clip();
  EXPECT_EQ(trace.operation, std::string(Trace::longest_text, 'x') + "…");
  EXPECT_LT(trace.operation.capacity(), 1'000U);
  EXPECT_EQ(trace.wire_message, std::string(Trace::longest_text - 1, 'a') + "…");
  EXPECT_LT(json::serialize(to_json(trace)).size(), 4'000U);
}

TEST(Trace, texts_that_are_no_utf8_are_made_so) {
  Trace trace = success();
  trace.access_key_id = "AK\xFF";
  trace.fail(Step::access_key_found, "unknown_access_key", std::string(1'000, '\xFF'));
  trace.clip();
  EXPECT_EQ(trace.access_key_id, "AK\xEF\xBF\xBD");
  EXPECT_TRUE(is_utf8(json::serialize(to_json(trace))));
}

TEST(Trace, what_is_costly_is_worked_out_once_and_only_when_asked_for) {
  Trace trace = success();
  int asked = 0;
  trace.explain_later = [&asked](Trace& own) {
    ++asked;
    own.role_arn = "explained";
  };
  EXPECT_EQ(asked, 0);
  trace.complete();
  trace.complete();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(trace.role_arn, "explained");
}

}  // namespace
}  // namespace openirsa::wire
