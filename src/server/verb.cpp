#include "server/verb.h"

#include <pthread.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <system_error>

#include "base/data_directory.h"
#include "base/json.h"
#include "server/app.h"
#include "server/data_directory.h"
#include "server/schema.h"
#include "server/settings.h"

// POSIX's own; unistd.h declares it only for GNU extensions.
extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace openirsa::server {
namespace {

struct Arguments {
  std::string config;
  bool print_config = false;
  std::string output = "text";
  std::map<std::string, std::string> flags;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return value == nullptr ? std::string{} : std::string(value);
}

std::map<std::string, std::string> whole_environment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

int fail(const std::string& message) {
  std::fprintf(stderr, "openirsa server: %s\n", message.c_str());
  return 1;
}

Result<Settings, SettingsError> load_settings(const Arguments& arguments) {
  const std::string file = arguments.config.empty() ? variable("OPENIRSA_CONFIG") : arguments.config;
  std::optional<std::string> text;
  if (!file.empty()) {
    auto read = read_file(file, std::size_t{1} << 20);
    if (!read) return SettingsError{read.error().message};
    text = std::move(*read);
  }
  return Settings::load(text, whole_environment(), arguments.flags);
}

std::string as_json(const Settings& settings) {
  json::object members;
  for (const auto& [key, value, origin] : settings.all())
    members[key] = json::object{{"value", value}, {"origin", origin}};
  return json::serialize(members) + "\n";
}

void start_log(const Settings& settings) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("openirsa"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  spdlog::set_level(spdlog::level::from_str(settings.text("log.level")));
}

// SIGTERM and SIGINT are taken by sigwait alone, so that no code runs inside a handler; blocked before the
// first thread starts, because threads inherit the mask.
sigset_t block_stop_signals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return stop;
}

int run(const Arguments& arguments) {
  auto settings = load_settings(arguments);
  if (!settings) return fail(settings.error().message);
  if (arguments.print_config) {
    std::fputs((arguments.output == "json" ? as_json(*settings) : settings->to_toml()).c_str(), stdout);
    return 0;
  }
  start_log(*settings);
  const sigset_t stop = block_stop_signals();
  const SystemClock clock;
  const bool root = ::geteuid() == 0;
  std::string upstream = variable("HTTPS_PROXY");
  if (upstream.empty()) upstream = variable("https_proxy");
  auto app = App::start(
      *settings, {.clock = clock,
                  .data_directory =
                      default_data_directory(root, variable("XDG_STATE_HOME"), variable("HOME")).value_or(""),
                  .upstream_proxy = upstream});
  if (!app) return fail(app.error().message);
  if (std::fputs((*app)->greeting().c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    const int reason = errno;
    (*app)->stop();
    std::fprintf(stderr, "Error: cannot write the output: %s\n",
                 std::generic_category().message(reason).c_str());
    return 1;
  }
  int received = 0;
  sigwait(&stop, &received);
  spdlog::info("stopping: finishing requests in flight");
  // A second signal ends the process at once.
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  (*app)->stop();
  spdlog::info("stopped");
  return 0;
}

}  // namespace

void add_server_verb(CLI::App& program, std::function<int()>& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      program.add_subcommand("server", "run the server: APIs, issuer documents, proxy, embedded store");
  verb->add_option("--config", arguments->config, "settings file (TOML)");
  CLI::Option* print_config = verb->add_flag("--print-config", arguments->print_config,
                                             "print every setting with its origin and end");
  verb->add_option("-o,--output", arguments->output, "with --print-config: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->needs(print_config);
  for (const SettingRow& row : schema()) {
    const std::string help = std::string(row.help) + " (" + std::string(row.form) + ")";
    verb->add_option_function<std::string>((row.key == "region" ? "-r," : "") + flag_of(row),
                                           [arguments, key = std::string(row.key)](const std::string& value) {
                                             arguments->flags[key] = value;
                                           },
                                           help)
        ->group("Settings");
  }
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace openirsa::server
