// Who makes a call, once the signature is verified.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "policy/policy.h"

namespace openirsa::wire {

// What a temporary session carries beyond its role (sealed in the session token, see sts).
struct Session {
  std::string name;  // RoleSessionName
  std::string role_name;
  std::string provider_arn;  // of the web identity; may be empty
  std::string issuer;        // URL; may be empty
  std::string key_id;        // kid of the exchanged token; may be empty
  std::string cluster_arn;   // when the issuer is one of ours
  Time issued_at;
  Time expires_at;
  std::optional<policy::Policy> inline_policy;  // session policy
  std::vector<std::string> policy_arns;         // managed session policies, evaluated live
};

struct Caller {
  enum class Kind { root, user, session, administrator };  // administrator: the host's, over the admin socket
  Kind kind = Kind::user;
  std::string account;
  std::string arn;        // user ARN, assumed-role session ARN, or …:root
  std::string user_id;    // AIDA…, AROA…:session, or the account id for root
  std::string unique_id;  // AIDA… or AROA…
  std::string name;       // user name, or role name of a session
  std::string role_arn;   // of a session
  std::string access_key_id;
  std::shared_ptr<const Session> session;  // for Kind::session
};

}  // namespace openirsa::wire
