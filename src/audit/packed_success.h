// A success in one compact block: numbers, then texts with their lengths before them. It lives in memory
// only, so the form may change from one version to the next. Not for refusals: those are kept as JSON.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/trace.h"

namespace openirsa::audit {

// How many bytes a trace takes, and the most that one can take: texts are cut to Trace::longest_text.
std::size_t packed_size(const wire::Trace& trace);
inline constexpr std::size_t largest_packed = 10'000;

// REQUIRES: packed_size(trace) bytes at `to`.
void pack(const wire::Trace& trace, char* to);
wire::Trace unpack(const char* from);

}  // namespace openirsa::audit
