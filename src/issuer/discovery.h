// A foreign issuer's discovery document (OpenID Connect Discovery 1.0 §3, §4): where it lies, and the one
// thing that we take from it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace openirsa::issuer {

struct DiscoveryError {
  std::string message;  // one line, clipped: what the document says is a stranger's word
};

// "<issuer>/.well-known/openid-configuration"; one trailing slash of the issuer is dropped first (§4).
std::string discovery_url(std::string_view issuer);

// The document's `jwks_uri`, an https URL. The document must be strict JSON, its `issuer` must equal `issuer`
// byte for byte (§4.3), a trailing slash included, and what §3 requires must be there.
Result<std::string, DiscoveryError> parse_discovery(std::string_view text, std::string_view issuer);

}  // namespace openirsa::issuer
