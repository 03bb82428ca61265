// Makes the identifiers that AWS clients expect. All randomness comes from crypto/random.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace openirsa::record {

std::string make_account_id();                        // 12 digits, first not 0
std::string make_unique_id(std::string_view prefix);  // "AROA" + 17 of A-Z2-7
// The account lies inside the identifier in the same bits as on AWS, so that a key names its account without
// a look-up. `prefix` is AKIA or ASIA; 20 characters in all. REQUIRES: `account` is 12 digits.
std::string make_access_key_id(std::string_view prefix, std::string_view account);
// Nothing for another form, and for ids of the older kind (first letter A-P) that do not name their account.
std::optional<std::string> account_of_access_key(std::string_view access_key_id);
Secret make_secret_access_key();  // 40 letters of base64's alphabet
std::string make_issuer_id();     // 32 upper-case hex digits

}  // namespace openirsa::record
