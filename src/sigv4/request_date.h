// The date of a request, from X-Amz-Date or the Date header. Not for other rooms.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace openirsa::sigv4 {

// 20261124T120000Z, or the one form of date that RFC 9110 §5.6.7 lets clients make: Tue, 24 Nov 2026 12:00:00
// GMT.
std::optional<Time> parse_request_date(std::string_view text);

}  // namespace openirsa::sigv4
