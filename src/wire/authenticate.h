// Steps 5 and 6: who calls, and may they. Not for other rooms.
#pragma once

#include <string_view>

#include "wire/passage.h"

namespace openirsa::wire {

// Our own service: its signed rows are open to the host's administrator too, unsigned, over the admin socket.
inline constexpr std::string_view own_service = "openirsa";

// Sets the caller, and the region from the credential scope. Nothing for rows that judge their own token.
Result<Done, Error> authenticate(Passage& passage);
// REQUIRES: authenticate() succeeded and the body is parsed.
Result<Done, Error> authorise(Passage& passage, const Call& call);

}  // namespace openirsa::wire
