// Does `openirsa explain` ask for the right decisions, and show each once?
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

const std::string refused =
    R"({"version":1,"requestId":"id-1","time":"2026-11-24T12:00:00Z","service":"sts",)"
    R"("operation":"AssumeRoleWithWebIdentity","status":403,"outcome":"refused","code":"AccessDenied",)"
    R"("roleArn":"arn:aws:iam::111122223333:role/path/web","token":{"subject":"system:serviceaccount:d:a\u001b"},)"
    R"("steps":[],"decisive":{"step":"trust_policy_allowed","question":"Does it?"}})";
const std::string allowed =
    R"({"version":1,"requestId":"id-2","time":"2026-11-24T12:00:01Z","service":"iam","operation":"GetRole",)"
    R"("status":200,"outcome":"allowed","caller":"arn:aws:iam::111122223333:user/admin","steps":[]})";

std::string page(const std::string& decisions, const std::string& cursor) {
  return R"({"decisions":[)" + decisions + R"(],"cursor":")" + cursor + "\"}";
}

class Explain : public Desk {
 protected:
  Explain() {
    answer("GET /openirsa/v1/decisions?last=2", 200, page(refused + "," + allowed, "7-1"));
    answer("GET /openirsa/v1/decisions?last=20&role=web", 200, page(refused, "7-1"));
    answer("GET /openirsa/v1/decisions?last=20", 200, page(refused, "7-1"));
  }
};

TEST_F(Explain, lists_a_line_for_each_decision) {
  const auto ran = run({"explain", "--last", "2"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(
      ran.out,
      "TIME                   OPERATION                       OUTCOME   CODE           ROLE   SUBJECT       "
      "                         STEP                   REQUEST ID\n"
      "2026-11-24T12:00:00Z   sts:AssumeRoleWithWebIdentity   refused   AccessDenied   web    "
      "system:serviceaccount:d:a\\x1b          trust_policy_allowed   id-1\n"
      "2026-11-24T12:00:01Z   iam:GetRole                     allowed   -              -      "
      "arn:aws:iam::111122223333:user/admin   -                      id-2\n");
}

TEST_F(Explain, lists_of_a_role_and_of_an_outcome) {
  EXPECT_NE(run({"explain", "--role", "web"}).out.find("  id-1\n"), std::string::npos);
  answer("GET /openirsa/v1/decisions?last=5&role=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa&outcome=refused", 200,
         page("", "7-1"));
  EXPECT_EQ(run({"explain", "--role", "arn:aws:iam::1:role/a", "--outcome", "refused", "--last", "5"}).out,
            "No decisions found.\n");
}

TEST_F(Explain, the_last_one_is_shown_whole) {
  answer("GET /openirsa/v1/decisions?last=1", 200, page(refused, "7-1"));
  const auto ran = run({"explain", "--last", "1"});
  EXPECT_TRUE(ran.out.starts_with("REFUSED  Does it?  No.\n")) << ran.out;
  EXPECT_NE(ran.out.find("Request id-1 at 2026-11-24T12:00:00Z\n"), std::string::npos);
}

TEST_F(Explain, lists_in_json) {
  const auto list = parse_json(run({"explain", "--last", "2", "-o", "json"}).out);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->as_array().size(), 2U);
  EXPECT_EQ(list->as_array().at(1), *parse_json(allowed));
}

TEST_F(Explain, says_what_it_needs) {
  const auto error_of = [&](std::vector<std::string> more) {
    more.insert(more.begin(), "explain");
    const auto ran = run(more);
    EXPECT_EQ(ran.status, 1);
    EXPECT_EQ(ran.out, "");
    return ran.error;
  };
  EXPECT_EQ(error_of({}),
            "Error: nothing to explain; name a request id, or say --last N, --role NAME or --follow\n");
  EXPECT_EQ(error_of({"id-1", "--last", "2"}),
            "Error: a request id stands alone: leave it out, or --last, --role, --outcome and --follow\n");
  for (const char* number : {"0", "1001", "x"}) {
    EXPECT_NE(error_of({"--last", number}).find("openirsa explain --help"), std::string::npos) << number;
  }
  EXPECT_NE(error_of({"--outcome", "maybe"}).find("--outcome"), std::string::npos);
  EXPECT_NE(error_of({"--role", ""}).find("must not be empty"), std::string::npos);
  EXPECT_TRUE(calls().empty());
}

TEST_F(Explain, follows_by_the_cursor_and_shows_each_once) {
  answer("GET /openirsa/v1/decisions?last=1000&after=7-1", 200, page(allowed, "7-2"));
  // The next page has no answer here: a refusal ends the following.
  const auto ran = run({"explain", "--follow", "-o", "json"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out,
            json::serialize(*parse_json(refused)) + "\n" + json::serialize(*parse_json(allowed)) + "\n");
  EXPECT_EQ(ran.error, "Error: NoAnswer\n");
  EXPECT_EQ(calls(), (std::vector<std::string>{"GET /openirsa/v1/decisions?last=20",
                                               "GET /openirsa/v1/decisions?last=1000&after=7-1",
                                               "GET /openirsa/v1/decisions?last=1000&after=7-2"}));
}

TEST_F(Explain, following_keeps_the_filters_and_one_header) {
  answer("GET /openirsa/v1/decisions?last=2&role=web", 200, page(refused, "7-1"));
  answer("GET /openirsa/v1/decisions?last=1000&role=web&after=7-1", 200, page(refused, "7-2"));
  const auto ran = run({"explain", "--follow", "--role", "web", "--last", "2"});
  EXPECT_EQ(ran.out.find("TIME"), 0U);
  EXPECT_EQ(ran.out.rfind("TIME"), 0U);
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 3);
}

// Follows in this process and interrupts it after the first line, which goes to standard error.
[[noreturn]] void follow_until_a_line(const std::string& data_directory) {
  std::fflush(stdout);  // what the test program has said itself
  int out[2];
  if (::pipe(out) != 0 || ::dup2(out[1], STDOUT_FILENO) < 0) ::_exit(1);
  std::thread([from = out[0]] {
    char byte = 0;
    while (::read(from, &byte, 1) == 1 && ::write(STDERR_FILENO, &byte, 1) == 1) {
      if (byte == '\n') ::kill(::getpid(), SIGINT);
    }
  }).detach();
  CLI::App program;
  std::function<int()> chosen;
  add_client_verbs(program, chosen);
  program.parse("explain --follow -o json --data-dir " + data_directory);
  ::_exit(chosen());
}

TEST_F(Explain, an_interrupted_following_ends_quietly_with_130) {
  // The test's server has threads: a process of its own is begun anew, not forked from between their locks.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  answer("GET /openirsa/v1/decisions?last=1000&after=7-1", 200, page("", "7-1"));
  EXPECT_EXIT(follow_until_a_line(directory_.path()), ::testing::ExitedWithCode(130),
              ::testing::Matcher<const std::string&>(json::serialize(*parse_json(refused)) + "\n"));
}

}  // namespace
}  // namespace openirsa::cli
