// A further permission that a request needs, asked of the same policies with the same context keys as the one
// that its row names: sts:TagSession beside sts:AssumeRole.
#pragma once

#include <string_view>

#include "wire/operation.h"

namespace openirsa::wire {

// The trace names the action and the resource, and explains a refusal.
Result<Done, Error> authorise_action(const Call& call, std::string_view action, std::string_view resource);

}  // namespace openirsa::wire
