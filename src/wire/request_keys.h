// The global condition keys that every request has, whoever calls.
#pragma once

#include <string_view>

#include "policy/facts.h"
#include "wire/operation.h"

namespace openirsa::wire {

// aws:SourceIp, aws:SecureTransport, aws:CurrentTime, aws:EpochTime, aws:RequestedRegion and the like. The
// context keeps views into the call's request.
void add_request_keys(const Call& call, std::string_view requested_region, policy::Context& context);

}  // namespace openirsa::wire
