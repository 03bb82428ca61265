// ExplainDecision and ListDecisions: what was decided, for the owner of the account that it was about.
#pragma once

#include "wire/operation.h"

namespace openirsa::own {

// A trace of another account, of an unknown account or role, and one that does not exist all answer alike;
// the host's administrator (admin socket) sees every trace.
Result<wire::Answer, wire::Error> explain_decision(wire::Call& call);
Result<wire::Answer, wire::Error> list_decisions(wire::Call& call);

}  // namespace openirsa::own
