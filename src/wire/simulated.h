// What a simulation of a request answers, online (own/simulation.h) and offline (cli/offline.h) alike.
#pragma once

#include <optional>

#include "base/json.h"
#include "wire/error.h"
#include "wire/trace.h"

namespace openirsa::wire {

// Whether the simulated token had a signature to be checked.
enum class SimulatedToken { signed_by_issuer, claims_alone };

// {verdict ("allowed" | "refused"), wouldAnswer {status, code, message}, decision}: the trace of what would
// have happened, its explanation completed, in to_json's form. Steps that were not looked at, because claims
// alone carry no signature, stand at their place with `notChecked`.
json::object simulated_answer(Trace trace, const std::optional<Error>& refusal, SimulatedToken token);

}  // namespace openirsa::wire
