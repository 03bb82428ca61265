#include "cli/verbs.h"

#include <CLI/CLI.hpp>

#include "cli/nouns.h"
#include "cli/output.h"

namespace openirsa::cli {

CLI::Option* refuse_empty(CLI::Option* option) {
  return option->check(
      [](const std::string& value) { return std::string(value.empty() ? empty_value : ""); });
}

std::shared_ptr<Common> add_common(CLI::App& verb) {
  auto common = std::make_shared<Common>();
  verb.add_option("--data-dir", common->data_dir, "the server's data directory (OPENIRSA_DATA_DIR)");
  verb.add_option("-r,--region", common->region, "AWS region (AWS_REGION, else the server's)");
  verb.add_option("-o,--output", common->output, "text or json")->check(CLI::IsMember({"text", "json"}));
  return common;
}

void add_client_verbs(CLI::App& program, std::function<int()>& run) {
  CLI::App* create =
      program.add_subcommand("create", "make a cluster, an account, a provider or a service-account token")
          ->require_subcommand(1);
  CLI::App* get =
      program.add_subcommand("get", "show clusters, accounts or providers")->require_subcommand(1);
  CLI::App* update =
      program.add_subcommand("update", "replace the keys of a provider")->require_subcommand(1);
  CLI::App* remove =
      program.add_subcommand("delete", "delete a cluster or a provider")->require_subcommand(1);
  CLI::App* utils = program.add_subcommand("utils", "the steps of the EKS guide")->require_subcommand(1);
  add_cluster_verbs(*create, *get, *remove, run);
  add_account_verbs(*create, *get, run);
  add_provider_verbs(*create, *get, *update, *remove, run);
  add_token_verb(*create, run);
  add_associate_verb(*utils, run);
  add_env_verb(program, run);
  add_explain_verb(program, run);
  add_lint_verb(program, run);
  add_revoke_verb(program, run);
  add_simulate_verb(program, run);
  program.set_version_flag("--version", OPENIRSA_VERSION, "print the version");
  CLI::App* version = program.add_subcommand("version", "print the version");
  auto output = std::make_shared<std::string>("text");
  version->add_option("-o,--output", *output, "text or json")->check(CLI::IsMember({"text", "json"}));
  version->callback([&run, output] {
    run = [output] {
      if (*output == "json")
        print_json(json::object{{"version", OPENIRSA_VERSION}});
      else
        print(OPENIRSA_VERSION);
      return 0;
    };
  });
}

}  // namespace openirsa::cli
