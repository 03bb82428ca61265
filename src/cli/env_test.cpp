// Do the printed variables point a shell here, undo what would win over them, and survive the shell's own
// syntax?
#include "cli/env.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace openirsa::cli {
namespace {

const EnvironmentFacts facts{.endpoint = "https://127.0.0.1:8443",
                             .proxy = "http://127.0.0.1:8888",
                             .region = "us-west-2",
                             .bundle = "/data/bundle.pem",
                             .access_key_id = "AKIAEXAMPLE",
                             .secret_access_key = "secret/+",
                             .issuer_host = "oidc.openirsa.internal",
                             .earlier_no_proxy = ""};

// Every name once; nothing: unset.
std::map<std::string, std::optional<std::string>> by_name(const std::vector<Assignment>& assignments) {
  std::map<std::string, std::optional<std::string>> out;
  for (const auto& [name, value] : assignments)
    EXPECT_TRUE(out.emplace(name, value).second) << name << " twice";
  return out;
}

TEST(Environment, normal_mode_sets_both_endpoint_families) {
  const auto all = by_name(normal_environment(facts));
  for (const char* name : {"AWS_ENDPOINT_URL", "AWS_EKS_ENDPOINT", "AWS_IAM_ENDPOINT", "AWS_STS_ENDPOINT",
                           "AWS_CLOUDFORMATION_ENDPOINT"}) {
    EXPECT_EQ(all.at(name), facts.endpoint) << name;
  }
  for (const char* name :
       {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}) {
    EXPECT_EQ(all.at(name), facts.bundle) << name;
  }
  for (const char* name : {"HTTPS_PROXY", "https_proxy"}) EXPECT_EQ(all.at(name), facts.proxy) << name;
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) EXPECT_EQ(all.at(name), facts.region) << name;
  EXPECT_EQ(all.at("AWS_ACCESS_KEY_ID"), facts.access_key_id);
  EXPECT_EQ(all.at("AWS_SECRET_ACCESS_KEY"), facts.secret_access_key);
  for (const char* name : {"AWS_ENDPOINT_URL_STS", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN",
                           "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}) {
    EXPECT_EQ(all.at(name), std::nullopt) << name;
  }
}

TEST(Environment, verbatim_mode_sets_no_endpoint) {
  const auto all = by_name(verbatim_environment(facts));
  for (const auto& [name, value] : all) {
    if (name.find("ENDPOINT") == std::string::npos) continue;
    EXPECT_EQ(value, std::nullopt) << name;
  }
  EXPECT_EQ(all.at("HTTPS_PROXY"), facts.proxy);
  EXPECT_EQ(all.at("AWS_ACCESS_KEY_ID"), facts.access_key_id);
}

TEST(Environment, a_profile_carries_the_keys_itself) {
  const auto all = by_name(profile_environment(facts, "test"));
  EXPECT_EQ(all.at("AWS_PROFILE"), "test");
  EXPECT_EQ(all.at("AWS_ACCESS_KEY_ID"), std::nullopt);
  EXPECT_EQ(all.at("AWS_SECRET_ACCESS_KEY"), std::nullopt);
  EXPECT_EQ(all.at("AWS_EKS_ENDPOINT"), facts.endpoint);
}

TEST(Environment, unset_takes_back_whatever_a_mode_sets) {
  const auto none = by_name(no_environment());
  for (const auto& [name, value] : none) EXPECT_EQ(value, std::nullopt) << name;
  for (const auto& mode :
       {normal_environment(facts), verbatim_environment(facts), profile_environment(facts, "x")}) {
    for (const auto& [name, value] : mode) EXPECT_TRUE(none.contains(name)) << name;
  }
}

TEST(Environment, without_a_proxy_none_is_set) {
  EnvironmentFacts without = facts;
  without.proxy.clear();
  EXPECT_EQ(by_name(normal_environment(without)).at("HTTPS_PROXY"), std::nullopt);
}

TEST(Shells, are_known_by_name_and_by_path) {
  EXPECT_EQ(parse_shell("bash"), Shell::bash);
  EXPECT_EQ(parse_shell("/bin/sh"), Shell::bash);
  EXPECT_EQ(parse_shell("/usr/bin/zsh"), Shell::zsh);
  EXPECT_EQ(parse_shell("/usr/bin/fish"), Shell::fish);
  for (const char* other : {"", "tcsh", "bash ", "/"}) EXPECT_EQ(parse_shell(other), std::nullopt) << other;
}

const std::vector<std::string> awkward{
    "",      "plain",    "two  words", "it's",  "\"double\"",  "$HOME",   "`id`",       "$(id)", "a\\b",
    "a\\'b", "!history", "*",          "a;b&c", "#no comment", "ünïcödé", "trailing\\", "~",     "%s"};

TEST(Rendering, texts_of_each_shell) {
  const std::vector<Assignment> some{{"A", "it's"}, {"B", "a\\b"}, {"C", std::nullopt}};
  EXPECT_EQ(*render(some, Shell::bash), "export A='it'\\''s';\nexport B='a\\b';\nunset C;\n");
  EXPECT_EQ(*render(some, Shell::zsh), *render(some, Shell::bash));
  EXPECT_EQ(*render(some, Shell::fish), "set -gx A 'it\\'s';\nset -gx B 'a\\\\b';\nset -e C;\n");
}

TEST(Rendering, a_control_character_is_refused) {
  for (const std::string& value : std::vector<std::string>{"a\nb", "a\rb", std::string("a\0b", 3),
                                                           std::string("\x1b[0m"), std::string("\x7f")}) {
    for (const Shell shell : {Shell::bash, Shell::zsh, Shell::fish}) {
      const auto text = render({{"A", "good"}, {"B", value}}, shell);
      ASSERT_FALSE(text);
      EXPECT_TRUE(text.error().message.starts_with("the value of B holds a control character: "));
      EXPECT_EQ(text.error().message.find('\n'), std::string::npos);
    }
  }
}

// What the shell itself makes of it; nothing when there is no such shell.
std::optional<std::string> evaluate(const std::string& shell, const std::string& script) {
  if (std::system(("command -v " + shell + " > /dev/null 2>&1").c_str()) != 0) return std::nullopt;
  ::setenv("SCRIPT_UNDER_TEST", script.c_str(), 1);
  FILE* pipe = ::popen((shell + " -c \"$SCRIPT_UNDER_TEST\"").c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer{};
  while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.append(buffer.data(), count);
  EXPECT_EQ(::pclose(pipe), 0);
  return out;
}

class RealShell : public testing::TestWithParam<const char*> {};

TEST_P(RealShell, keeps_every_byte) {
  std::vector<Assignment> assignments{{"GONE", std::nullopt}};
  std::string expected;
  for (std::size_t i = 0; i < awkward.size(); ++i) {
    assignments.emplace_back("V" + std::to_string(i), awkward[i]);
    expected += "V" + std::to_string(i) + "=" + awkward[i] + "\n";
  }
  ::setenv("GONE", "still here", 1);
  std::string script = *render(assignments, *parse_shell(GetParam()));
  for (std::size_t i = 0; i < awkward.size(); ++i) {
    const std::string name = "V" + std::to_string(i);
    script += "printf '%s=%s\\n' " + name + " \"$" + name + "\";\n";
  }
  const auto out = evaluate(GetParam(), script + "printf '%s' \"$GONE\"");
  ::unsetenv("GONE");
  if (!out) GTEST_SKIP() << "there is no " << GetParam() << " here";
  EXPECT_EQ(*out, expected);
}

INSTANTIATE_TEST_SUITE_P(All, RealShell, testing::Values("bash", "sh", "zsh", "fish"),
                         [](const auto& shell) { return std::string(shell.param); });

TEST(NoProxy, keeps_what_stood_there_but_nothing_that_leads_past_our_proxy) {
  const std::string loopback = "localhost,127.0.0.1,::1";
  const auto from = [](std::string_view earlier) { return no_proxy(earlier, "oidc.openirsa.internal"); };
  EXPECT_EQ(from(""), loopback);
  EXPECT_EQ(from("corp.example, .svc ,10.0.0.0/8,[::1]:80"),
            loopback + ",corp.example,.svc,10.0.0.0/8,[::1]:80");
  EXPECT_EQ(from("localhost,a,a,127.0.0.1"), loopback + ",a");
  for (const char* entry :
       {"*", "oidc.openirsa.internal", "openirsa.internal", ".openirsa.internal", "*.openirsa.internal",
        "internal", "OIDC.OpenIRSA.Internal", "oidc.openirsa.internal:443", "oidc.openirsa.internal.",
        "amazonaws.com", ".amazonaws.com", "sts.us-west-2.amazonaws.com", "STS.amazonaws.com:443", "com", "",
        ",,"}) {
    EXPECT_EQ(from(entry), loopback) << entry;
  }
  EXPECT_EQ(from("notamazonaws.com"), loopback + ",notamazonaws.com");
  EXPECT_EQ(from("2001:db8::1"), loopback + ",2001:db8::1");
  EXPECT_EQ(from(from("corp.example")), loopback + ",corp.example");
}

}  // namespace
}  // namespace openirsa::cli
