// Reads the case files of test/cases/policy (test code only): description, policies, facts, decision.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "policy/evaluate.h"

namespace openirsa::policy {

struct Outcome {
  std::string effect;  // as name_of writes it; "refused: …" when a policy does not parse
  std::string source;
  bool operator==(const Outcome&) const = default;
};

std::string_view name_of_source(Source source);

// Runs one case through the engine, with or without an explanation.
Outcome run_case(const json::object& one, Explanation* explanation = nullptr);

std::string read_file(const std::string& path);

}  // namespace openirsa::policy
