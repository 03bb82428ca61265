// SimulateWebIdentity: what AssumeRoleWithWebIdentity would answer, and why, without an exchange. The checks
// are the exchange's own; nothing is issued, nothing is kept and nothing is counted as an exchange.
#pragma once

#include "wire/operation.h"

namespace openirsa::own {

std::string role_of_body(const wire::Call& call);  // the body's roleArn; "*" where there is none
// For roles of the caller's account; the host's administrator may ask about every role. Another account's
// role answers as one that is not there.
Result<wire::Answer, wire::Error> simulate_web_identity(wire::Call& call);

}  // namespace openirsa::own
