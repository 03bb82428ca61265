// AssumeRoleWithWebIdentity: the exchange of a service-account token for temporary credentials. Its checks
// are those of web_identity_check.h; what is left is to issue.
#pragma once

#include "wire/operation.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> assume_role_with_web_identity(wire::Call& call);

}  // namespace openirsa::sts
