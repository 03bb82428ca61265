// AssumeRoleWithWebIdentity: the exchange of a service-account token for temporary credentials. Its checks
// run in AWS's order with one difference that no caller can see: whether the role exists is asked last, so
// that a missing role and a refused one answer alike whatever the token is.
#pragma once

#include "wire/operation.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> assume_role_with_web_identity(wire::Call& call);

}  // namespace openirsa::sts
