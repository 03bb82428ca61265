// Does `openirsa simulate web-identity` ask the right question, show the verdict and end with its status?
#include <gtest/gtest.h>

#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

const std::string call = "POST /openirsa/v1/simulate/web-identity";
const std::string role = "arn:aws:iam::111122223333:role/web";
const std::string allowed =
    R"({"verdict":"allowed","wouldAnswer":{"status":200},"decision":{"version":1,"requestId":"id-1",)"
    R"("time":"2026-11-24T12:00:00Z","service":"sts","operation":"AssumeRoleWithWebIdentity","steps":[)"
    R"({"step":"audience_allowed","question":"The audience?"},)"
    R"({"step":"key_found","question":"The key?","notChecked":true}]}})";
const std::string refused =
    R"({"verdict":"refused","wouldAnswer":{"status":403,"code":"AccessDenied","message":"no"},"decision":{)"
    R"("version":1,"requestId":"id-2","time":"2026-11-24T12:00:00Z","service":"sts",)"
    R"("operation":"AssumeRoleWithWebIdentity","code":"AccessDenied","message":"no","steps":[],)"
    R"("decisive":{"step":"trust_policy_allowed","question":"Does it?","expected":"a","actual":"b\u001b"}}})";

class Simulate : public Desk {
 protected:
  Ran simulate(std::vector<std::string> more) {
    more.insert(more.begin(), {"simulate", "web-identity", "--role", role});
    return run(more);
  }
  std::string file(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file(directory_.file(name), text, 0600));
    return directory_.file(name);
  }
};

TEST_F(Simulate, asks_with_claims_and_ends_with_0_where_it_would_be_allowed) {
  answer(call, 200, allowed);
  const auto ran = simulate({"--claims", R"({"sub":"a"})", "--duration", "900"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_TRUE(ran.out.starts_with("ALLOWED  AssumeRoleWithWebIdentity by sts\n")) << ran.out;
  EXPECT_NE(ran.out.find("  ✔ The audience?\n  – The key?  Not checked"), std::string::npos) << ran.out;
  EXPECT_TRUE(ran.out.ends_with("Simulated: nothing was issued.\n")) << ran.out;
  EXPECT_EQ(calls(), (std::vector<std::string>{call + R"( {"roleArn":")" + role +
                                               R"(","sessionName":"simulation","durationSeconds":900,)"
                                               R"("claims":{"sub":"a"}})"}));
}

TEST_F(Simulate, sends_a_tokens_bytes_as_they_are_and_ends_with_1_where_it_would_be_refused) {
  answer(call, 200, refused);
  const auto ran = simulate({"--token", file("token", "a.b.c\n")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(ran.out.starts_with("REFUSED  Does it?  No.\n  expected:  a\n  actual:    b\\x1b\n"))
      << ran.out;
  ASSERT_EQ(calls().size(), 1U);
  EXPECT_NE(calls().front().find(R"("token":"a.b.c\n")"), std::string::npos) << calls().front();
}

TEST_F(Simulate, answers_in_json) {
  answer(call, 200, refused);
  const auto ran = simulate({"--claims", "{}", "-o", "json"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(*parse_json(ran.out), *parse_json(refused));
}

TEST_F(Simulate, ends_with_2_where_nothing_was_simulated) {
  const auto error_of = [&](std::vector<std::string> more) {
    const auto ran = simulate(std::move(more));
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.out, "");
    return ran.error;
  };
  EXPECT_EQ(error_of({"--claims", "{}"}), "Error: NoAnswer\n");
  EXPECT_EQ(error_of({}), "Error: say one of --token FILE and --claims JSON\n");
  EXPECT_EQ(error_of({"--claims", "{}", "--token", "t"}),
            "Error: say one of --token FILE and --claims JSON\n");
  EXPECT_NE(error_of({"--claims", "[]"}).find("--claims must be a JSON object"), std::string::npos);
  EXPECT_NE(error_of({"--token", "/nowhere/token"}).find("cannot read /nowhere/token"), std::string::npos);
  EXPECT_EQ(error_of({"--token", directory_.path()}),
            "Error: cannot read " + directory_.path() + ": Is a directory\n");
  EXPECT_EQ(error_of({"--claims", "{}", "--offline", "--trust-policy", "/", "--issuer", "https://i",
                      "--client-id", "c"}),
            "Error: cannot read /: Is a directory\n");
  EXPECT_NE(error_of({"--token", file("bytes", "\xff")}).find("holds no token"), std::string::npos);
  EXPECT_NE(error_of({"--claims", "{}", "--jwks", "x"}).find("need --offline"), std::string::npos);
  EXPECT_NE(error_of({"--claims", "{}", "--offline"}).find("--offline needs --trust-policy"),
            std::string::npos);
  EXPECT_NE(
      error_of({"--token", "t", "--offline", "--trust-policy", "p", "--issuer", "i", "--client-id", "c"})
          .find("--jwks"),
      std::string::npos);
  EXPECT_NE(error_of({"--nonsense"}).find("unknown option `--nonsense`"), std::string::npos);
  EXPECT_EQ(run({"simulate", "web-identity", "--claims", "{}"}).status, 2);
  answer(call, 200, "{}");
  EXPECT_EQ(error_of({"--claims", "{}"}), "Error: the answer holds no verdict\n");
}

TEST_F(Simulate, offline_needs_no_server) {
  const std::string trust = file(
      "trust.json",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":)"
      R"("arn:aws:iam::111122223333:oidc-provider/issuer.example"},"Action":"sts:AssumeRoleWithWebIdentity",)"
      R"("Condition":{"StringEquals":{"issuer.example:sub":"app"}}}]})");
  const auto status_of = [&](const std::string& subject) {
    const auto ran =
        simulate({"--offline", "--claims",
                  R"({"iss":"https://issuer.example","aud":"x","sub":")" + subject + "\"}", "--trust-policy",
                  trust, "--issuer", "https://issuer.example", "--client-id", "y", "--client-id", "x"});
    EXPECT_EQ(ran.error, "");
    EXPECT_EQ(ran.out.find("answered:  AccessDenied\n") != std::string::npos, ran.status == 1) << ran.out;
    return ran.status;
  };
  EXPECT_EQ(status_of("app"), 0);
  EXPECT_EQ(status_of("App"), 1);
  EXPECT_TRUE(calls().empty());
}

}  // namespace
}  // namespace openirsa::cli
