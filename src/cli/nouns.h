// The verbs, a file for each noun. Each adds its own sub-commands; when one is chosen, `run` is set.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "cli/connection.h"

namespace openirsa::cli {

using Run = std::function<int()>;

// A name that is empty is most likely a shell variable that was never set: refused before any call.
inline constexpr const char* empty_value = "must not be empty";
CLI::Option* refuse_empty(CLI::Option* option);

// Where the credentials of an account's `admin` lie; `account` is a name or an id.
Result<std::string, Failure> credentials_file_of(const Common& common, const json::object& facts,
                                                 const std::string& account);

// Adds --data-dir, --region and -o to a verb.
std::shared_ptr<Common> add_common(CLI::App& verb);

void add_account_verbs(CLI::App& create, CLI::App& get, Run& run);
void add_cluster_verbs(CLI::App& create, CLI::App& get, CLI::App& remove, Run& run);
void add_provider_verbs(CLI::App& create, CLI::App& get, CLI::App& update, CLI::App& remove, Run& run);
void add_token_verb(CLI::App& create, Run& run);
void add_associate_verb(CLI::App& utils, Run& run);
void add_env_verb(CLI::App& program, Run& run);
void add_explain_verb(CLI::App& program, Run& run);
void add_lint_verb(CLI::App& program, Run& run);
void add_revoke_verb(CLI::App& program, Run& run);
void add_simulate_verb(CLI::App& program, Run& run);

}  // namespace openirsa::cli
