#include <CLI/CLI.hpp>
#include <functional>

#include "cli/verbs.h"
#include "server/verb.h"

int main(int argc, char** argv) {
  CLI::App program{"OpenIRSA: the identity plane of EKS on its own"};
  program.require_subcommand(1);
  std::function<int()> run;
  openirsa::server::add_server_verb(program, run);
  openirsa::cli::add_client_verbs(program, run);
  CLI11_PARSE(program, argc, argv);
  return run();
}
