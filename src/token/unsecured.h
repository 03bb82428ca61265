// Claims without a signature, in a token's form, for simulations.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/json.h"

namespace openirsa::token {

// An unsecured JWT (RFC 7519 §6.1): `alg` none, an empty signature. The verifier refuses it whatever the keys
// are. Claims that say no `iat` or `exp` are those of a token made now, for an hour.
std::string unsecured_token(json::object claims, Time now);

}  // namespace openirsa::token
