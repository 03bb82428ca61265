// Do settings come from where they should, and is every mistake in them named?
#include "server/settings.h"

#include <gtest/gtest.h>

#include "server/schema.h"

namespace openirsa::server {
namespace {

using Map = std::map<std::string, std::string>;

std::string refusal(const std::optional<std::string>& file, const Map& environment, const Map& flags) {
  const auto settings = Settings::load(file, environment, flags);
  return settings ? "accepted" : settings.error().message;
}

std::string refusal_of(const std::string& key, const std::string& value) {
  return refusal(std::nullopt, {}, {{key, value}});
}

std::string origin_of(const Settings& settings, std::string_view key) {
  for (const auto& row : settings.all()) {
    if (row.key == key) return row.origin;
  }
  return "missing";
}

TEST(Settings, later_sources_win_and_each_value_knows_its_own) {
  const std::string file = "region = \"eu-west-1\"\n[threads]\nio = 3\nworkers = 5\n[tls]\napi = false\n";
  const Map environment{
      {"OPENIRSA_THREADS_IO", "6"}, {"OPENIRSA_THREADS_WORKERS", "7"}, {"HOME", "/root"}, {"PATH", "x"}};
  const auto settings = Settings::load(file, environment, {{"threads.workers", "9"}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->text("issuer.host"), "oidc.openirsa.internal");
  EXPECT_EQ(origin_of(*settings, "issuer.host"), "default");
  EXPECT_EQ(settings->text("region"), "eu-west-1");
  EXPECT_EQ(origin_of(*settings, "region"), "file");
  EXPECT_EQ(settings->number("threads.io"), 6);
  EXPECT_EQ(origin_of(*settings, "threads.io"), "environment OPENIRSA_THREADS_IO");
  EXPECT_EQ(settings->number("threads.workers"), 9);
  EXPECT_EQ(origin_of(*settings, "threads.workers"), "flag --threads-workers");
  EXPECT_FALSE(settings->flag("tls.api"));
  EXPECT_TRUE(settings->flag("tls.issuer"));
}

TEST(Settings, lists_come_from_arrays_and_from_commas) {
  const auto file = Settings::load("trusted_proxies = [\"10.0.0.1\", \"192.0.2.0/24\"]", {}, {});
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->list("trusted_proxies"), (std::vector<std::string>{"10.0.0.1", "192.0.2.0/24"}));
  const auto flag = Settings::load(std::nullopt, {}, {{"trusted_proxies", " 10.0.0.1 ,, unix"}});
  ASSERT_TRUE(flag) << flag.error().message;
  EXPECT_EQ(flag->list("trusted_proxies"), (std::vector<std::string>{"10.0.0.1", "unix"}));
}

TEST(Settings, unknown_names_are_refused_where_they_stand) {
  EXPECT_EQ(refusal("listen.apis = \"127.0.0.1:1\"", {}, {}), "file: there is no setting `listen.apis`");
  EXPECT_EQ(refusal(std::nullopt, {{"OPENIRSA_REGIN", "x"}}, {}),
            "environment: there is no setting behind `OPENIRSA_REGIN`");
  EXPECT_EQ(refusal(std::nullopt, {}, {{"regin", "x"}}), "flag regin: there is no setting `regin`");
  EXPECT_EQ(refusal(std::nullopt, {{"OPENIRSA_BIN", "x"}, {"OPENIRSA_VECTORS", "y"}}, {}), "accepted");
}

TEST(Settings, one_setting_is_given_once_however_it_is_spelt) {
  EXPECT_EQ(refusal("\"tls.api\" = true\n[tls]\napi = false\n", {}, {}),
            "settings file: a setting below `tls.api` is given twice");
  EXPECT_EQ(refusal("\"tls.api\" = true\n[tls]\nissuer = false\n", {}, {}), "accepted");
}

TEST(Settings, letters_beyond_ascii_stand_in_texts_and_comments) {
  for (const char* file :
       {"r\xC3\xA9gion = 1\n", "a.\xD1\x94.b = 1", "tls = \xD1\x96", "\"\"=--f\"'''a\xD1\x96.a\n[tls]"}) {
    EXPECT_TRUE(refusal(file, {}, {}).starts_with("settings file")) << refusal(file, {}, {});
  }
  for (const char* file : {"data_dir = \"/\xC3\xA9\"", "data_dir = '/\xC3\xA9'  # \xC3\xA9"}) {
    EXPECT_EQ(refusal(file, {}, {}), "accepted") << file;
  }
}

TEST(Settings, a_name_that_toml_does_not_have_is_refused_in_every_build) {
  const std::string expected =
      "settings file: it is not TOML; look for a name that has another character than A-Z a-z 0-9 - _";
  EXPECT_EQ(refusal("[%x]\n", {}, {}), expected);
  EXPECT_EQ(refusal("[tls]\napi = true\n", {}, {}), "accepted");
}

TEST(Settings, texts_that_no_file_could_hold_are_refused) {
  EXPECT_EQ(refusal("region = \"eu-west-1\"\n[\x1bx]\n", {}, {}),
            "settings file, line 2: a control character");
  EXPECT_EQ(refusal(std::string("a\0", 2), {}, {}), "settings file, line 1: a control character");
  EXPECT_EQ(refusal("region = \"eu-west-1\"\r\n\t[tls]\r\n", {}, {}), "accepted");
  EXPECT_EQ(refusal_of("data_dir", "/\xA0"),
            "flag --data-dir: the value of `data_dir` is not well-formed UTF-8");
  EXPECT_EQ(refusal_of("data_dir", "/\xC3\xA0"), "accepted");
}

TEST(Settings, what_kubernetes_sets_beside_a_service_of_our_name_is_no_mistake) {
  EXPECT_EQ(refusal(std::nullopt,
                    {{"OPENIRSA_SERVICE_HOST", "10.0.0.1"},
                     {"OPENIRSA_SERVICE_PORT", "8443"},
                     {"OPENIRSA_SERVICE_PORT_API", "8443"},
                     {"OPENIRSA_PORT", "tcp://10.0.0.1:8443"},
                     {"OPENIRSA_PORT_8443_TCP", "tcp://10.0.0.1:8443"},
                     {"OPENIRSA_ISSUER_PORT_443_TCP_ADDR", "10.0.0.1"}},
                    {}),
            "accepted");
  EXPECT_NE(refusal(std::nullopt, {{"OPENIRSA_PORT_API", "8443"}}, {}), "accepted");
  for (const SettingRow& row : schema()) EXPECT_FALSE(is_service_link(variable_of(row))) << row.key;
}

TEST(Settings, a_wrong_form_is_refused_with_the_form) {
  EXPECT_EQ(refusal_of("tls.api", "true"),
            "flag --tls-api: `true` is not a value of `tls.api`; it takes on or off");
  EXPECT_EQ(refusal("[threads]\nio = 0", {}, {}),
            "file: `0` is not a value of `threads.io`; it takes a whole number from 1 to 256");
  EXPECT_EQ(
      refusal(std::nullopt, {{"OPENIRSA_REGION", "moon-1"}}, {}),
      "environment OPENIRSA_REGION: `moon-1` is not a value of `region`; it takes the name of an AWS region");
  EXPECT_EQ(refusal("[threads]\nio = 1.5", {}, {}), "setting `threads.io` has a type that no setting has");
  EXPECT_EQ(refusal("trusted_proxies = [1]", {}, {}), "setting `trusted_proxies`: a list holds texts only");
  EXPECT_TRUE(refusal("region = ", {}, {}).starts_with("settings file, line 1: "))
      << refusal("region = ", {}, {});
}

TEST(Settings, every_default_is_valid) {
  for (const SettingRow& row : schema()) {
    EXPECT_TRUE(row.valid(row.default_value)) << row.key;
    EXPECT_FALSE(row.form.empty()) << row.key;
    EXPECT_FALSE(row.help.empty()) << row.key;
    EXPECT_EQ(row.help.find('\n'), std::string_view::npos) << row.key;
  }
}

struct Form {
  std::string key;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

TEST(Settings, forms) {
  const std::vector<Form> forms{
      {"listen.api",
       {"127.0.0.1:8443", "127.0.0.1:0", "[::1]:8443", "[::]:8443", "0.0.0.0:1", "unix:/run/openirsa.sock"},
       {"", "localhost:8443", "127.0.0.1", "127.0.0.1:", ":8443", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:x", "::1:8443", "[::1]", "[::g]:1", "256.0.0.1:1", "unix:relative",
        "unix:", "unix:/" + std::string(200, 'a')}},
      {"listen.metrics", {"", "127.0.0.1:9464", "unix:/run/m.sock"}, {"9464"}},
      {"listen.proxy", {"", "127.0.0.1:8888"}, {"unix:/run/p.sock", "localhost:1"}},
      {"listen.admin", {"", "unix:/run/a.sock"}, {"127.0.0.1:1", "/run/a.sock"}},
      {"endpoint",
       {"", "https://iam.example.com", "https://iam.example.com:8443", "https://10.0.0.1:8443",
        "https://[2001:db8::1]", "https://[2001:db8::1]:8443"},
       {"http://iam.example.com", "https://", "https://iam.example.com/", "https://iam.example.com/path",
        "https://iam.example.com:99999", "https://a b", "https://user@iam.example.com", "iam.example.com"}},
      {"issuer.host",
       {"oidc.openirsa.internal", "oidc.eks.us-west-2.example.com"},
       {"", "localhost", "oidc.localhost", "nodot", "127.0.0.1", "::1", "OIDC.example.com", "a..b", "a.b:443",
        "a.b/", "-a.b", ".a.b", "a.b.", std::string(64, 'a') + ".b"}},
      {"certificate.names",
       {"", "iam.example.com", "iam.example.com, 10.0.0.1,2001:db8::1"},
       {"*.example.com", "10.0.0.256", "[2001:db8::1]", "a b", "https://a.b"}},
      {"trusted_proxies",
       {"", "10.0.0.1", "10.0.0.0/8,unix,2001:db8::/32"},
       {"10.0.0.0/33", "proxy.example"}},
      {"outbound.allow_networks",
       {"", "10.0.0.0/8", "10.0.0.1, fd00::/8,::1"},
       {"10.0.0.0/33", "localhost", "10.0.0", "https://10.0.0.1"}},
      {"outbound.allow_ports",
       {"", "8443", "8443, 111122223333:6443"},
       {"0", "65536", "any", "1-9", "1111:8443", "111122223333:"}},
      {"outbound.ca_file", {"", "/etc/openirsa/ca.pem"}, {}},
      {"outbound.proxy", {"", "proxy.example.com:3128", "[::1]:3128"}, {"proxy.example.com", "http://p:1"}},
      {"proxy.upstream",
       {"", "proxy.example.com:3128", "10.0.0.1:3128"},
       {"proxy.example.com", "http://p:1", ":1"}},
      {"account_id", {"", "111122223333"}, {"11112222333", "1111222233334", "11112222333a"}},
      {"store", {"", "memory:", "sqlite:/var/lib/x.db"}, {"sqlite:x.db", "etcd://a", "memory"}},
      {"limits.body_bytes", {"1", "1000000000"}, {"", "0", "-1", "1e6", " 1", "1000000001"}},
      {"log.level", {"debug", "info", "warn", "error"}, {"", "trace", "INFO"}},
  };
  for (const Form& form : forms) {
    for (const auto& value : form.good) EXPECT_EQ(refusal_of(form.key, value), "accepted");
    for (const auto& value : form.bad) {
      EXPECT_TRUE(refusal_of(form.key, value).find(" is not a value of `" + form.key + "`; it takes ") !=
                  std::string::npos)
          << form.key << " = " << value;
    }
  }
}

TEST(Settings, names_follow_from_the_key) {
  EXPECT_EQ(variable_of(schema().front()), "OPENIRSA_ACCOUNT_ID");
  EXPECT_EQ(flag_of(schema().front()), "--account-id");
}

TEST(Settings, the_printed_configuration_is_a_settings_file_with_origins) {
  const Map flags{{"data_dir", "/tmp/a \"b\" \\c\t"}, {"master_key.command", "printf '%s' \"$KEY\""}};
  const auto settings = Settings::load("region = \"eu-west-1\"", {{"OPENIRSA_TLS_API", "off"}}, flags);
  ASSERT_TRUE(settings) << settings.error().message;
  const std::string text = settings->to_toml();
  const auto again = Settings::load(text, {}, {});
  ASSERT_TRUE(again) << again.error().message << "\n" << text;
  const auto before = settings->all();
  const auto after = again->all();
  ASSERT_EQ(before.size(), schema().size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].value, before[i].value) << before[i].key;
    EXPECT_EQ(after[i].origin, "file");
  }
  for (const std::string_view line :
       {"# file\n", "# environment OPENIRSA_TLS_API\n", "# flag --data-dir\n", "# default\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace openirsa::server
