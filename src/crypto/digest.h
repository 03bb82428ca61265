// Digests and message authentication. SHA-1 is here for certificate thumbprints alone.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace openirsa::crypto {

using Sha256 = std::array<std::uint8_t, 32>;
using Sha384 = std::array<std::uint8_t, 48>;
using Sha512 = std::array<std::uint8_t, 64>;
using Sha1 = std::array<std::uint8_t, 20>;

Sha256 sha256(std::string_view bytes);
Sha384 sha384(std::string_view bytes);
Sha512 sha512(std::string_view bytes);
Sha1 sha1(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view message);

// RFC 5869 with SHA-256, one output block of 32 bytes; `info` separates purposes.
Sha256 hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info);
// The second half alone (RFC 5869 §2.3), for a key that is uniformly random already; `info` is the two texts
// one after the other. REQUIRES: a key of 32 bytes.
Sha256 hkdf_expand_sha256(std::string_view key, std::string_view label, std::string_view salt = {});

}  // namespace openirsa::crypto
