// env: asks the server over the admin socket, writes the bundle of roots, prints what the shell is to
// evaluate.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/env.h"
#include "cli/files.h"
#include "cli/nouns.h"

namespace openirsa::cli {
namespace {

constexpr std::string_view bundle_mark =
    "# The system's roots, then the authorities of this OpenIRSA server.\n";

struct EnvArguments {
  bool verbatim = false;
  bool unset = false;
  std::string account;
  std::string profile;
  std::string shell;
};

// The roots that the shell's tools trust now: a bundle named by the environment, unless it is one of ours,
// else the system's.
std::string system_roots() {
  std::vector<std::string> places{
      variable("SSL_CERT_FILE"),          variable("AWS_CA_BUNDLE"), "/etc/ssl/certs/ca-certificates.crt",
      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",  "/etc/ssl/cert.pem"};
  for (const std::string& place : places) {
    if (place.empty()) continue;
    const auto text = read_file(place);
    if (text && !text->starts_with(bundle_mark)) return *text;
  }
  return {};
}

Result<std::string, Failure> write_bundle(const json::object& facts, bool verbatim) {
  const std::filesystem::path credentials(std::string(find_string(facts, "credentialsFile").value_or("")));
  const std::string path =
      (credentials.parent_path() / (verbatim ? "bundle-verbatim.pem" : "bundle.pem")).string();
  std::string text(bundle_mark);
  text += system_roots();
  if (!text.ends_with('\n')) text += "\n";
  text += find_string(facts, "authorityPem").value_or("");
  text += find_string(facts, "verbatimAuthorityPem").value_or("");
  if (auto done = write_file(path, text, 0644); !done) return std::move(done).error();
  return path;
}

Result<EnvironmentFacts, Failure> gather(const Common& common, const EnvArguments& arguments) {
  const auto facts = ask_server_facts(common, arguments.verbatim);
  if (!facts) return facts.error();
  const auto text = [&](std::string_view member) {
    return std::string(find_string(*facts, member).value_or(""));
  };
  std::string credentials = text("credentialsFile");
  if (!arguments.account.empty()) {
    auto file = credentials_file_of(common, *facts, arguments.account);
    if (!file) return std::move(file).error();
    credentials = std::move(*file);
  }
  const auto file = read_file(credentials);
  const auto keys = file ? find_section(*file, "default") : std::nullopt;
  if (!keys || !keys->contains("aws_access_key_id") || !keys->contains("aws_secret_access_key")) {
    return Failure{"no credentials in " + credentials +
                   (arguments.account.empty()
                        ? "; run as the user that runs the server"
                        : "; run as the user that made the account, or put there what was printed then")};
  }
  auto bundle = write_bundle(*facts, arguments.verbatim);
  if (!bundle) return std::move(bundle).error();
  std::string earlier = variable("NO_PROXY");
  if (earlier.empty()) earlier = variable("no_proxy");
  return EnvironmentFacts{.endpoint = text("endpoint"),
                          .proxy = text("proxy"),
                          .region = common.region.empty() ? text("region") : common.region,
                          .bundle = std::move(*bundle),
                          .access_key_id = keys->at("aws_access_key_id"),
                          .secret_access_key = keys->at("aws_secret_access_key"),
                          .issuer_host = text("issuerHost"),
                          .earlier_no_proxy = std::move(earlier)};
}

std::string aws_file(const char* name, const char* file) {
  const std::string set = variable(name);
  return set.empty() ? home_directory() + "/.aws/" + file : set;
}

// What a section header may hold without being taken for something else.
bool is_profile_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.@+:/").find(c) != std::string_view::npos;
  });
}

// Keys of the real AWS must not be lost: only a profile that env itself wrote is written over.
bool is_anothers(const std::optional<std::map<std::string, std::string>>& settings, bool has_keys,
                 const EnvironmentFacts& facts) {
  if (!settings) return has_keys;
  const auto bundle = settings->find("ca_bundle");
  return bundle == settings->end() || bundle->second != facts.bundle;
}

// What cannot be read is not taken for empty: it is about to be written over.
Result<std::string, Failure> text_if_there(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure) && !failure) return std::string();
  return text_of_file(path);
}

Result<Done, Failure> write_profile(const EnvironmentFacts& facts, const std::string& profile) {
  const std::string config = aws_file("AWS_CONFIG_FILE", "config");
  const auto config_text = text_if_there(config);
  if (!config_text) return config_text.error();
  const std::string credentials = aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  const auto credentials_text = text_if_there(credentials);
  if (!credentials_text) return credentials_text.error();
  const std::string section = profile == "default" ? profile : "profile " + profile;
  if (is_anothers(find_section(*config_text, section), find_section(*credentials_text, profile).has_value(),
                  facts)) {
    return Failure{"profile `" + profile +
                   "` is there already and was not made by openirsa env for this server; "
                   "take another name, or remove it from " +
                   config + " and " + credentials};
  }
  auto written = write_file(
      config,
      with_section(*config_text, section,
                   {{"ca_bundle", facts.bundle}, {"endpoint_url", facts.endpoint}, {"region", facts.region}}),
      0600);
  if (!written) return written;
  return write_file(credentials,
                    with_section(*credentials_text, profile,
                                 {{"aws_access_key_id", facts.access_key_id},
                                  {"aws_secret_access_key", facts.secret_access_key}}),
                    0600);
}

int env(const Common& common, const EnvArguments& arguments) {
  const auto shell = parse_shell(arguments.shell.empty() ? variable("SHELL") : arguments.shell);
  // An unknown $SHELL is most likely one that takes POSIX syntax; an unknown --shell is a mistake.
  if (!shell && !arguments.shell.empty())
    return fail({"unknown shell `" + arguments.shell + "`; bash, zsh or fish"});
  if (arguments.verbatim && !arguments.profile.empty()) {
    return fail(
        {"--verbatim and --profile exclude each other: a profile needs endpoint_url, verbatim mode sets "
         "none"});
  }
  if (!arguments.profile.empty() && !is_profile_name(arguments.profile)) {
    return fail({"`" + arguments.profile + "` is not a profile name: letters, digits and -_.@+:/"});
  }
  if (shown(common.region) != common.region) return fail({"the region holds a control character"});
  std::vector<Assignment> assignments;
  if (arguments.unset) {
    assignments = no_environment();
  } else {
    const auto facts = gather(common, arguments);
    if (!facts) return fail(facts.error());
    if (facts->proxy.empty() && arguments.verbatim)
      return fail({"verbatim mode needs the proxy; set listen.proxy"});
    if (!arguments.profile.empty()) {
      if (auto done = write_profile(*facts, arguments.profile); !done) return fail(done.error());
      assignments = profile_environment(*facts, arguments.profile);
    } else {
      assignments = arguments.verbatim ? verbatim_environment(*facts) : normal_environment(*facts);
    }
  }
  if (common.form() == Form::json) {
    json::object members;
    for (const auto& [name, value] : assignments)
      members[name] = value ? json::value(*value) : json::value(nullptr);
    print_json(members);
    return 0;
  }
  auto text = render(assignments, shell.value_or(Shell::bash));
  if (!text) return fail(text.error());
  text->pop_back();
  print(*text);
  return 0;
}

}  // namespace

void add_env_verb(CLI::App& program, Run& run) {
  CLI::App* verb = program.add_subcommand(
      "env", "what points this shell's AWS tools at the server: eval \"$(openirsa env)\"");
  auto common = add_common(*verb);
  auto arguments = std::make_shared<EnvArguments>();
  verb->add_flag("--verbatim", arguments->verbatim,
                 "AWS's own names, mapped by the proxy: for tools that know no endpoint variables");
  refuse_empty(verb->add_option("--account", arguments->account,
                                "the keys of another account's `admin` (openirsa get account)"));
  refuse_empty(verb->add_option("--profile", arguments->profile,
                                "write this profile into the AWS configuration and use it"));
  verb->add_flag("--unset", arguments->unset, "undo");
  verb->add_option("--shell", arguments->shell, "bash, zsh or fish (default: $SHELL)");
  verb->callback([&run, common, arguments] { run = [=] { return env(*common, *arguments); }; });
}

}  // namespace openirsa::cli
