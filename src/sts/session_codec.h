// The plain form of a statement inside a session token: length-prefixed fields in a fixed order, as small as
// they can be.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sts/session_seal.h"

namespace openirsa::sts {

std::string encode(const StatementView& statement);
// Nothing unless every byte is used exactly.
std::optional<Statement> decode(std::string_view bytes);

// How many bytes of the plain form the session policy and the policy ARNs take.
std::size_t packed_bytes(const StatementView& statement);

}  // namespace openirsa::sts
