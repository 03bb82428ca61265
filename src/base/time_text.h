// The text forms of time that our protocols use. Parsing is strict: every field two or four digits, real
// calendar dates only, the whole text used.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace openirsa {

std::string to_iso8601(Time t);        // 2026-11-24T12:00:00Z
std::string to_basic_iso8601(Time t);  // 20261124T120000Z, as X-Amz-Date has it
std::string to_http_date(Time t);      // Tue, 24 Nov 2026 12:00:00 GMT (RFC 9110 §5.6.7)

// Date, or date and time with optional fraction and `Z` or ±hh:mm (the W3C note that AWS's policy language
// cites).
std::optional<Time> parse_iso8601(std::string_view text);
std::optional<Time> parse_basic_iso8601(std::string_view text);

}  // namespace openirsa
