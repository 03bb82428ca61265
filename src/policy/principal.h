// Who a statement of a trust policy or of a resource's policy speaks about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/facts.h"

namespace openirsa::policy {

struct NamedPrincipal {
  enum class Kind {
    everyone,   // {"AWS": "*"}: any principal, federated and anonymous ones included, as AWS reads it
    account,    // an account id or its root: any principal of the account
    exact,      // the ARN of a user, a role or a session
    unique_id,  // AIDA… or AROA…: what a saved ARN became, so that a re-created namesake is somebody else
    federated,
    service,
  };
  Kind kind = Kind::exact;
  std::string text;   // as written
  std::string value;  // what is compared: the account of an account principal, the text otherwise

  bool matches(const Principal& principal) const;
};

// Whether the principal and everything that it belongs to are named each by themselves: the account, then the
// user or the role, then the session. An account names itself alone here, not those within it.
bool name_throughout(const std::vector<NamedPrincipal>& named, const Principal& principal);

// `type`: "AWS", "Federated" or "Service". Nothing when the value is of no form that AWS accepts.
std::optional<NamedPrincipal> parse_principal(std::string_view type, std::string_view value);

}  // namespace openirsa::policy
