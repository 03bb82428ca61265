// Identity providers that serve many tenants under one issuer: a trust policy that does not name the tenant
// trusts all of them, so AWS refuses to store it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/condition.h"
#include "policy/policy.h"
#include "policy/principal.h"

namespace openirsa::policy {

// The refusal of an Allow statement with these principals and conditions, if AWS refuses it.
std::optional<PolicyError> check_shared_issuers(const std::vector<NamedPrincipal>& principals,
                                                const std::vector<Condition>& conditions);

}  // namespace openirsa::policy
