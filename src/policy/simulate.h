// What a request would be answered, for whoever asks before acting: the engine's own verdict, and which
// statements brought it about.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/evaluate.h"

namespace openirsa::policy {

// Policies of one caller, of the sources identity and boundary, and the policy that the resource carries.
struct Simulation {
  std::span<const Attached> held;
  const Policy* resource_policy = nullptr;  // read as Kind::resource
  // Service control policies, a list for each level from the root down: each level must allow.
  std::span<const std::vector<Policy>> organization{};
  bool across_accounts = false;  // the resource belongs to another account than the caller
};

struct MatchedStatement {
  const Policy* policy = nullptr;
  Source source = Source::identity;
  std::string_view name;  // of the policy; empty for the resource's
  std::size_t statement = 0;
};

struct Simulated {
  Effect effect = Effect::implicit_deny;
  // What each kind of policy says by itself.
  Effect identity = Effect::implicit_deny;
  std::optional<Effect> boundary;
  std::optional<Effect> resource;
  std::optional<Effect> organization;
  std::vector<MatchedStatement> matched;  // what decided; none for an implicit deny
  std::vector<std::string> missing_keys;
};

Simulated simulate(const Simulation& simulation, const Facts& facts);

// How many statements a simulation looks at: what one result costs.
std::size_t count_statements(const Simulation& simulation);

}  // namespace openirsa::policy
