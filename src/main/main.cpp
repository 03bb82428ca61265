#include <CLI/CLI.hpp>
#include <functional>

#include "cli/output.h"
#include "cli/usage.h"
#include "cli/verbs.h"
#include "server/verb.h"

int main(int argc, char** argv) {
  CLI::App program{"OpenIRSA: the identity plane of EKS on its own", "openirsa"};
  program.require_subcommand(1);
  std::function<int()> run;
  openirsa::server::add_server_verb(program, run);
  openirsa::cli::add_client_verbs(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return openirsa::cli::finish(openirsa::cli::answer_unread(program, error));
  }
  return openirsa::cli::finish(run());
}
