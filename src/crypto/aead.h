// AES-256-GCM (NIST SP 800-38D) with a random 12-byte nonce in front and a 16-byte tag behind.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace openirsa::crypto {

constexpr std::size_t aead_overhead = 28;

// REQUIRES: key.size() == 32. The result is nonce ‖ ciphertext ‖ tag.
std::string aead_seal(std::string_view key, std::string_view plain, std::string_view associated);
// Nothing when key, associated data or a single bit differ.
std::optional<std::string> aead_open(std::string_view key, std::string_view sealed,
                                     std::string_view associated);

// For keys that are used once: the nonce is all zero and not transmitted. REQUIRES: the key seals one message
// only.
std::string aead_seal_once(std::string_view key, std::string_view plain, std::string_view associated);
// The same, appended to `out`.
void aead_append_once(std::string& out, std::string_view key, std::string_view plain,
                      std::string_view associated);
std::optional<std::string> aead_open_once(std::string_view key, std::string_view sealed,
                                          std::string_view associated);

}  // namespace openirsa::crypto
