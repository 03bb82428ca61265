// The compact serialisation itself (RFC 7515 §3.1), below SignedToken: three segments, a header that was
// read, and a payload nobody has looked at.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "token/header.h"

namespace openirsa::token {

struct Compact {
  std::shared_ptr<const Header> header;
  std::string payload;
  std::string_view signing_input;  // of the text that was split
  std::string signature;
};

// Splits and decodes; every refusal is Fault::malformed.
Result<Compact, Refusal> split_compact(std::string_view text);

}  // namespace openirsa::token
