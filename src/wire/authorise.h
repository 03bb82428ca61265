// A further permission that a request needs, asked of the same policies with the same context keys as the one
// that its row names: sts:TagSession beside sts:AssumeRole, or the row's own action on the new name beside
// the old one.
#pragma once

#include <string_view>

#include "wire/operation.h"

namespace openirsa::wire {

// A refusal is explained in the trace, which then names this action and resource; after a success it names
// what it named before. REQUIRES: a signed caller; texts that are not the trace's own.
Result<Done, Error> authorise_also(const Call& call, std::string_view action, std::string_view resource);

}  // namespace openirsa::wire
