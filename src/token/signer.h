// Signs claims into a compact JWS with header {"alg","kid","typ":"JWT"}.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "crypto/key.h"

namespace openirsa::token {

// REQUIRES: crypto::fits(key.type(), algorithm).
std::string sign_token(const json::object& claims, std::string_view key_id, crypto::Algorithm algorithm,
                       const crypto::PrivateKey& key);

// A key id for a public key: RFC 7638 thumbprint (SHA-256, base64url).
std::string key_id_of(const crypto::PublicKey& key);

}  // namespace openirsa::token
