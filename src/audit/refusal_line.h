// A refusal as it stands in a file: one line of JSON, {"sequence":N,"decision":{…}} with the decision in
// wire::to_json's form. What the index needs of a line is read from its text, the same when it is written and
// when it is found after a restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/trace.h"

namespace openirsa::audit {

// With the line's end. Completes the trace. A line is at most 64 KiB: of a longer explanation the first
// statements stay, and `truncated` says so.
inline constexpr std::size_t longest_line = std::size_t{64} * 1024;
std::string refusal_line(wire::Trace trace, std::uint64_t sequence);

struct LineFacts {
  std::uint64_t sequence = 0;
  std::uint32_t id = 0;    // mark_of the request id
  std::uint32_t role = 0;  // mark_of the role's name, 0 without a role
};
// Nothing for a line that is torn, not ours, or of a number that no process gives. Without its end.
std::optional<LineFacts> facts_of_line(std::string_view line);
std::optional<json::object> decision_of_line(std::string_view line);

std::uint32_t mark_of(std::string_view text);
// "arn:aws:iam::111122223333:role/path/web" and "web" are both "web".
std::string_view role_name(std::string_view name_or_arn);
// Whether a decision's role is the one that was named, by name or by ARN.
bool is_role(std::string_view role_arn, std::string_view name_or_arn);

}  // namespace openirsa::audit
