// Some operations need their permission on two resources: renaming asks for the old name and the new one.
#pragma once

#include <string>

#include "wire/operation.h"

namespace openirsa::wire {

// Whether the caller may do the call's own action on this resource as well, under the call's own context
// keys. Refuses with AccessDenied and fails the trace's step. REQUIRES: a signed caller, and a row with an
// action.
Result<Done, Error> authorise_target(const Call& call, std::string resource);

}  // namespace openirsa::wire
