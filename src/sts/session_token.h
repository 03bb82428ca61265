// GetSessionToken: a user's or root's own rights, for a while. Needs no permission, as no policy can control
// it (IAM User Guide, "Permissions for GetSessionToken").
#pragma once

#include "wire/operation.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> get_session_token(wire::Call& call);

}  // namespace openirsa::sts
