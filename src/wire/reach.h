// What temporary credentials may not call, whatever their policies say (IAM User Guide, "Compare AWS STS
// credentials"). Not for other rooms.
#pragma once

#include <optional>
#include <string_view>

#include "wire/caller.h"
#include "wire/error.h"
#include "wire/trace.h"

namespace openirsa::wire {

// The refusal, which the trace has then too; nothing where the caller's policies decide.
std::optional<Error> out_of_reach(const Caller& caller, std::string_view service, std::string_view operation,
                                  Trace& trace);

}  // namespace openirsa::wire
