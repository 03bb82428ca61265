// What `openirsa explain` shows: one decision whole, or many, a line each.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "cli/connection.h"

namespace openirsa::cli {

// The decisive step first, then how far the request came, then what the policy statements said.
void show_decision(const json::object& decision);

// Which decisions, as a person says it.
struct Wanted {
  std::optional<std::int64_t> last;
  std::string role;
  std::string outcome;
};
int list_decisions(const Common& common, const Wanted& wanted);
// Until it is interrupted (exit status 130) or refused. A server that is away is waited for.
int follow_decisions(const Common& common, const Wanted& wanted);

}  // namespace openirsa::cli
