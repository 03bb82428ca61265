// The condition keys that policies ask for, under Condition and as policy variables.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "policy/facts.h"
#include "policy/policy.h"

namespace openirsa::policy {

// Keys in the order in which they are met, each once whatever its letters' case.
class KeyNames {
 public:
  void add(std::string_view key);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_set<std::string> known_;  // in lower case
};

void add_context_keys(const Policy& policy, KeyNames& keys);

// Those that statements about this principal, action and resource ask for and that the request lacks.
void add_missing_keys(const Policy& policy, const Facts& facts, KeyNames& keys);

}  // namespace openirsa::policy
