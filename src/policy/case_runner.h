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

// The policies of a case, compiled once for several requests.
class CompiledCase {
 public:
  explicit CompiledCase(const json::array& policies);
  // `facts` as in a case; keeps nothing of them.
  Outcome run(const json::object& facts, Explanation* explanation = nullptr) const;

 private:
  std::vector<Policy> policies_;
  std::vector<Source> sources_;
  std::vector<std::string> names_;
  std::string refusal_;  // of the first policy that does not parse
};

// Runs one case through the engine, with or without an explanation.
Outcome run_case(const json::object& one, Explanation* explanation = nullptr);

std::string read_file(const std::string& path);

}  // namespace openirsa::policy
