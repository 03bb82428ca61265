// Does the brake name exactly one subject, in the server's words?
#include <gtest/gtest.h>

#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

using Calls = std::vector<std::string>;

constexpr const char* path = "/openirsa/v1/revocations";

class RevokeVerb : public Desk {
 protected:
  RevokeVerb() {
    answer(std::string("POST ") + path, 200,
           R"({"revocation":{"kind":"role","subject":"AROAONE","until":"2026-11-24T12:00:00Z"}})");
  }
};

TEST_F(RevokeVerb, names_each_of_the_seven_kinds) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--role", "app"}, R"({"kind":"role","subject":"app"})"},
      {{"--user", "alice"}, R"({"kind":"user","subject":"alice"})"},
      {{"--provider", "arn:p"}, R"({"kind":"provider","subject":"arn:p"})"},
      {{"--issuer", "https://i"}, R"({"kind":"issuer","subject":"https://i"})"},
      {{"--cluster", "prod"}, R"({"kind":"cluster","subject":"prod"})"},
      {{"--signing-key", "k1", "--issuer", "https://i"},
       R"({"kind":"signing-key","subject":"k1","issuer":"https://i"})"},
      {{"--access-key", "AKIAONE"}, R"({"kind":"access-key","subject":"AKIAONE"})"},
      {{"--role", "app", "--until", "2026-11-24T11:00:00Z"},
       R"({"kind":"role","subject":"app","until":"2026-11-24T11:00:00Z"})"},
  };
  Calls expected;
  for (const auto& [options, body] : cases) {
    std::vector<std::string> words{"revoke", "sessions"};
    words.insert(words.end(), options.begin(), options.end());
    const auto ran = run(words);
    EXPECT_EQ(ran.status, 0) << ran.error;
    EXPECT_NE(ran.out.find("AROAONE"), std::string::npos);
    expected.push_back(std::string("POST ") + path + " " + body);
  }
  EXPECT_EQ(calls(), expected);
}

TEST_F(RevokeVerb, refuses_none_and_two_before_any_call) {
  EXPECT_NE(run({"revoke", "sessions"}).error.find("say whose sessions"), std::string::npos);
  EXPECT_NE(run({"revoke", "sessions", "--role", "a", "--user", "b"}).error.find("one subject at a time"),
            std::string::npos);
  EXPECT_NE(run({"revoke", "sessions", "--signing-key", "k"}).error.find("needs --issuer"),
            std::string::npos);
  EXPECT_EQ(run({"revoke", "sessions", "--role", ""}).status, 1);
  EXPECT_EQ(calls(), Calls{});
}

TEST_F(RevokeVerb, says_what_the_server_says) {
  answer(std::string("POST ") + path, 404, R"({"message":"No role found for: app."})",
         {{"x-amzn-ErrorType", "ResourceNotFoundException"}, {"x-amzn-RequestId", "r"}});
  const auto ran = run({"revoke", "sessions", "--role", "app"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "Error: ResourceNotFoundException: No role found for: app. (request id r)\n");
}

}  // namespace
}  // namespace openirsa::cli
