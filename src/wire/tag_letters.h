// Which characters beyond ASCII tags may hold.
#pragma once

namespace openirsa::wire {

// \p{L}, \p{N} or \p{Z} of Unicode 14. REQUIRES: `scalar` is above U+007F.
bool is_letter_number_or_space(char32_t scalar);

}  // namespace openirsa::wire
