// AssumeRoleWithWebIdentity judged from files, where no server is: the token, the keys and the trust policy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "cli/output.h"

namespace openirsa::cli {

struct OfflineQuestion {
  std::optional<std::string> token;  // one of the two
  std::optional<json::object> claims;
  std::string role_arn;
  std::string account;  // of the provider; empty: the role's
  std::string session_name;
  std::int64_t duration = 3600;
  // Texts of files.
  std::string trust_policy;
  std::string jwks;  // empty: claims need none
  std::string issuer;
  std::vector<std::string> client_ids;
};

// In the form of the service's own answer (wire/simulated.h). What only a server knows is not judged: whether
// role and provider exist there, and the role's longest session.
Result<json::object, Failure> simulate_offline(const OfflineQuestion& question, Time now);

}  // namespace openirsa::cli
