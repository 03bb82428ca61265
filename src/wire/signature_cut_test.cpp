// Is a token that stands where none belongs shown without what makes it one?
#include "wire/signature_cut.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "wire/trace.h"

namespace openirsa::wire {
namespace {

const std::string claims = to_base64url(R"({"iss":"https://a","sub":"b"})");
const std::string signature(86, 'S');

std::string jws(std::string_view header) { return to_base64url(header) + "." + claims + "." + signature; }
const std::string header = R"({"alg":"ES256","kid":"a"})";
const std::string token = jws(header);
const std::string harmless = to_base64url(header) + "." + claims + ".…";

TEST(Signatures, are_left_out_wherever_a_token_stands) {
  EXPECT_EQ(without_signatures(token), harmless);
  EXPECT_EQ(without_signatures("Bearer " + token), "Bearer " + harmless);
  EXPECT_EQ(without_signatures("/" + token + "/x"), "/" + harmless + "/x");
  EXPECT_EQ(without_signatures(token + " and " + token + "."), harmless + " and " + harmless + ".");
  EXPECT_EQ(without_signatures("arn:aws:iam::1:role/" + token + " is invalid"),
            "arn:aws:iam::1:role/" + harmless + " is invalid");
  EXPECT_EQ(without_signatures("token" + token), "token" + harmless) << "nothing between them";
  EXPECT_EQ(without_signatures("a.b." + token), "a.b." + harmless);
  EXPECT_EQ(without_signatures("oidc.example/" + token), "oidc.example/" + harmless);
}

TEST(Signatures, are_told_by_a_header_in_whatever_form) {
  // Each length has another ending in base64url.
  for (std::string kid; kid.size() < 9; kid += 'x') {
    const std::string one = R"({"alg":"RS256","kid":")" + kid + "\"}";
    EXPECT_EQ(without_signatures(jws(one)).find(signature), std::string::npos) << one;
  }
  for (const char* other : {"{ \"alg\":\"RS256\"}", "{\n\"alg\":\"RS256\"}", "{\t\"alg\":\"RS256\"}\n",
                            "{\r\n  \"alg\": \"RS256\"\r\n} "}) {
    EXPECT_EQ(without_signatures(jws(other)).find(signature), std::string::npos) << other;
  }
}

TEST(Signatures, cut_in_two_are_left_out_too) {
  const std::size_t begin = token.rfind('.') + 1;
  for (std::size_t length = 0; length <= token.size(); ++length) {
    const std::string shown = without_signatures(std::string_view(token).substr(0, length));
    EXPECT_EQ(shown, length > begin ? harmless : token.substr(0, length)) << length;
  }
}

TEST(Signatures, are_not_seen_in_other_texts) {
  for (const std::string& text :
       {std::string(), std::string("."), std::string("..."), std::string("sts.amazonaws.com"),
        std::string("eyes.example.com"), std::string("https://eyJohn.example.com/id/1"),
        std::string("ey.ey.ey"), std::string("eyJ.a.b"), std::string("AssumeRoleWithWebIdentity"),
        std::string("system:serviceaccount:eyr.web.app:sa"), std::string("…ü.eyJ…"),
        std::string("arn:aws:iam::111122223333:oidc-provider/key.eks.us-west-2.amazonaws.com/id/EYJ"),
        to_base64url("no {object}") + "." + claims + "." + signature,
        to_base64url(header) + "." + claims + ".", to_base64url(header) + "." + claims,
        to_base64url(header) + ".", to_base64url(header)}) {
    EXPECT_EQ(without_signatures(text), text);
  }
}

// A caller chooses the text; what it costs is paid for each refusal.
TEST(Signatures, false_beginnings_cost_no_more_than_their_length) {
  std::string text;
  while (text.size() < 1'000'000) text += "ey.ew-eyJ.";
  EXPECT_EQ(without_signatures(text), text);
}

TEST(Signatures, stand_in_no_text_of_a_trace) {
  Trace trace;
  for (std::string* text :
       {&trace.service, &trace.operation, &trace.source_ip, &trace.account, &trace.caller,
        &trace.access_key_id, &trace.action, &trace.resource, &trace.role_arn, &trace.issuer, &trace.subject,
        &trace.audience, &trace.key_id, &trace.algorithm, &trace.provider_arn, &trace.session_name,
        &trace.wire_code, &trace.wire_message}) {
    *text = token;
  }
  const std::string allowed = json::serialize(to_json(trace));
  EXPECT_EQ(allowed.find(signature), std::string::npos) << allowed;
  EXPECT_NE(allowed.find(claims), std::string::npos) << allowed;
  trace.fail(Step::parameters_valid, token, token, token, token, token);
  trace.explanation.emplace();
  auto& statement = trace.explanation->statements.emplace_back();
  statement.policy = token;
  statement.sid = token;
  statement.comparisons.push_back({"Condition", "StringEquals", token, token, token, false, token});
  const std::string refused = json::serialize(to_json(trace));
  EXPECT_EQ(refused.find(signature), std::string::npos) << refused;
  EXPECT_NE(refused.find("Condition"), std::string::npos) << refused;
}

}  // namespace
}  // namespace openirsa::wire
