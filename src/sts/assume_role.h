// AssumeRole: the caller's own policies and the role's trust policy have decided together when the handler
// runs (policy::decide_assumption, by iam); here are its further permissions, its limits and the session.
#pragma once

#include "wire/operation.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> assume_role(wire::Call& call);
// A missing role and one whose trust policy refuses look alike to the caller. The trace goes to the owner of
// the policy that refused, and shows no other account's.
wire::Error refuse_assume_role(const wire::Call& call, const policy::Decision& decision, wire::Error usual);

}  // namespace openirsa::sts
