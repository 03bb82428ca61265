// Callers put tokens into places that are not for them: a role's ARN, a path, a claim of another token. Such
// a token may be live, and what is kept of a request is read by others and for days.
#pragma once

#include <string>
#include <string_view>

namespace openirsa::wire {

// The text without the signature of any compact JWS (RFC 7515 §3.1) that stands in it: "<header>.<claims>.…".
// A JWS is told by its header, the base64url form of a JSON object. What has none comes back unchanged, names
// of hosts and roles among it.
std::string without_signatures(std::string_view text);

}  // namespace openirsa::wire
