// Policies and requests that nobody wrote, from a small vocabulary, so that things often meet; most requests
// are aimed at a statement of their policies. Test code only.
#pragma once

#include <cstdint>
#include <memory>

#include "base/json.h"

namespace openirsa::policy {

class RandomCases {
 public:
  explicit RandomCases(std::uint64_t seed);
  ~RandomCases();
  RandomCases(const RandomCases&) = delete;
  RandomCases& operator=(const RandomCases&) = delete;

  // In the form of test/cases/policy.
  json::array policies();
  json::object facts_for(const json::array& policies);

 private:
  class Maker;
  std::unique_ptr<Maker> maker_;
};

}  // namespace openirsa::policy
