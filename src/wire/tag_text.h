// The letters that tags of IAM entities and of sessions may have.
#pragma once

#include <string_view>

namespace openirsa::wire {

// [\p{L}\p{Z}\p{N}_.:/=+\-@]* of the service models. REQUIRES: well-formed UTF-8.
bool is_tag_text(std::string_view text);

}  // namespace openirsa::wire
