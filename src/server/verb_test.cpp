// Does `openirsa server` take its settings from everywhere, and say in one line why it does not start?
#include "server/verb.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>

#include "server/schema.h"
#include "server/test_server.h"

namespace openirsa::server {
namespace {

struct Ran {
  int status = -1;
  std::string out;
  std::string error;
};

Ran run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"openirsa", "server"});
  std::vector<const char*> texts;
  for (const auto& argument : arguments) texts.push_back(argument.c_str());
  CLI::App program;
  std::function<int()> chosen;
  add_server_verb(program, chosen);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  try {
    program.parse(static_cast<int>(texts.size()), texts.data());
    ran.status = chosen();
  } catch (const CLI::ParseError& error) {
    ran.status = program.exit(error);
  }
  ran.out = testing::internal::GetCapturedStdout();
  ran.error = testing::internal::GetCapturedStderr();
  return ran;
}

bool has_line(const std::string& text, const std::string& key, const std::string& value,
              const std::string& origin) {
  for (const auto line : split(text, '\n')) {
    if (line.starts_with(key + " ") && line.find("= \"" + value + "\"") != std::string_view::npos) {
      return line.ends_with("# " + origin);
    }
  }
  return false;
}

TEST(ServerVerb, prints_every_setting_with_its_origin) {
  store::TestDirectory directory{store::Where::memory};
  std::ofstream(directory.path("config.toml")) << "region = \"eu-west-1\"\n[listen]\napi = \"[::1]:8443\"\n";
  ::setenv("OPENIRSA_THREADS_IO", "3", 1);
  const auto ran = run({"--print-config", "--config", directory.path("config.toml"), "--tls-issuer", "off"});
  ::unsetenv("OPENIRSA_THREADS_IO");
  EXPECT_EQ(ran.status, 0) << ran.error;
  for (const SettingRow& row : schema())
    EXPECT_NE(ran.out.find(std::string(row.key) + " "), std::string::npos);
  EXPECT_TRUE(has_line(ran.out, "listen.api", "[::1]:8443", "file")) << ran.out;
  EXPECT_TRUE(has_line(ran.out, "threads.io", "3", "environment OPENIRSA_THREADS_IO")) << ran.out;
  EXPECT_TRUE(has_line(ran.out, "tls.issuer", "off", "flag --tls-issuer")) << ran.out;
  EXPECT_TRUE(has_line(ran.out, "issuer.host", "oidc.openirsa.internal", "default")) << ran.out;
}

TEST(ServerVerb, prints_every_setting_as_json) {
  const auto ran = run({"--print-config", "-o", "json", "-r", "eu-west-3"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  const auto settings = parse_json_object(ran.out);
  ASSERT_TRUE(settings) << ran.out;
  EXPECT_EQ(settings->size(), schema().size());
  for (const SettingRow& row : schema()) EXPECT_TRUE(settings->contains(row.key)) << row.key;
  EXPECT_EQ(settings->at("region"), (json::object{{"value", "eu-west-3"}, {"origin", "flag --region"}}));
  EXPECT_EQ(settings->at("issuer.host"),
            (json::object{{"value", "oidc.openirsa.internal"}, {"origin", "default"}}));
  EXPECT_NE(run({"--print-config", "-o", "xml"}).status, 0);
  EXPECT_NE(run({"-o", "json"}).status, 0);
}

TEST(ServerVerb, a_mistake_ends_it_with_one_line) {
  const auto wrong = run({"--listen-api", "localhost:8443"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_TRUE(
      wrong.error.starts_with("openirsa server: flag --listen-api: `localhost:8443` is not a value of "))
      << wrong.error;
  EXPECT_EQ(std::ranges::count(wrong.error, '\n'), 1);
  const auto absent = run({"--config", "/nowhere/config.toml"});
  EXPECT_EQ(absent.status, 1);
  EXPECT_EQ(absent.error, "openirsa server: cannot read /nowhere/config.toml: No such file or directory\n");
  EXPECT_NE(run({"--listen-apis", "x"}).status, 0);
  EXPECT_NE(run({"stray"}).status, 0);
}

TEST(ServerVerb, every_setting_has_a_flag_in_the_help) {
  const auto ran = run({"--help"});
  EXPECT_EQ(ran.status, 0);
  for (const SettingRow& row : schema())
    EXPECT_NE(ran.out.find(flag_of(row) + " "), std::string::npos) << row.key;
}

}  // namespace
}  // namespace openirsa::server
