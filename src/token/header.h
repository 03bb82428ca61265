// The header of a compact JWS (RFC 7515 §4): what it says, and whether we take it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "token/fault.h"

namespace openirsa::token {

struct Header {
  std::string algorithm;
  std::optional<std::string> key_id;
  // For `typ`, `crit` or `b64`: apart, because a payload that cannot be read is reported before a header that
  // is refused.
  std::optional<Refusal> refusal;
};

// Of the first segment's text. Every refusal of its own is Fault::malformed. Tokens that one key signs have
// one header, letter for letter: the last headers of up to 1 KiB are remembered, each thread its own few.
Result<std::shared_ptr<const Header>, Refusal> read_header(std::string_view encoded);

}  // namespace openirsa::token
