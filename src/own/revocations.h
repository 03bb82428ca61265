// RevokeSessions and ListRevocations: the sessions that came of a role, user, provider, issuer, cluster,
// signing key or access key until a moment have ended, and with them all that were made from them. Effective
// with the next request (sts/lineage.h).
#pragma once

#include "wire/operation.h"

namespace openirsa::own {

Result<wire::Answer, wire::Error> revoke_sessions(wire::Call& call);
Result<wire::Answer, wire::Error> list_revocations(wire::Call& call);

// The ARN of the subject: of an issuer or signing key that of the account's provider for it.
std::string revoked_of_body(const wire::Call& call);

}  // namespace openirsa::own
