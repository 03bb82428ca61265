// The compact serialisation itself (RFC 7515 §3.1), below SignedToken: three segments, a header that may be
// taken, and a payload nobody has looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "token/fault.h"

namespace openirsa::token {

struct Compact {
  json::object header;
  std::string algorithm;
  std::optional<std::string> key_id;
  std::string payload;
  std::string_view signing_input;  // of the text that was split
  std::string signature;
};

// Splits and decodes; every refusal is Fault::malformed. The header is kept in `storage`.
Result<Compact, Refusal> split_compact(std::string_view text, const json::storage_ptr& storage);

// `typ`, `crit` and `b64`: apart, because a payload that cannot be read is reported before a header that is
// refused.
std::optional<Refusal> judge_header(const json::object& header);

}  // namespace openirsa::token
