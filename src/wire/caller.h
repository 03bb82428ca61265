// Who makes a call, once the signature is verified.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "policy/policy.h"

namespace openirsa::wire {

struct SessionTag {
  std::string key;
  std::string value;
  bool transitive = false;  // goes on into sessions made with this one
};

// One identity of those that a session comes from: what ends it ends the session.
struct Ancestor {
  std::string account;
  std::string unique_id;      // AROA… or AIDA…; the account's id for its root
  std::string name;           // of the role or user; empty for root
  std::string access_key_id;  // that it acted with
  // Of a web identity; empty for others.
  std::string provider_arn;
  std::string issuer;
  std::string key_id;
  std::string cluster_arn;
  Time issued_at;  // its session; of a long-lived key, the moment that it was used
};

// What temporary credentials carry beyond who they are (sealed in the session token, see sts).
struct Session {
  std::string provider_arn;  // of the web identity; may be empty
  std::string issuer;        // URL; may be empty
  std::string key_id;        // kid of the exchanged token; may be empty
  std::string cluster_arn;   // when the issuer is one of ours
  Time issued_at;
  Time expires_at;
  std::optional<policy::Policy> inline_policy;  // session policy
  std::vector<std::string> policy_arns;         // managed session policies, evaluated live
  std::string source_identity;                  // may be empty
  std::vector<SessionTag> tags;
  std::vector<Ancestor> ancestors;  // the nearest first; none of a web identity
};

using PrincipalTags = std::vector<std::pair<std::string, std::string>>;

struct Caller {
  // session: an assumed role's. federated_user: GetFederationToken's. administrator: the host's, over the
  // admin socket.
  enum class Kind { root, user, session, federated_user, administrator };
  Kind kind = Kind::user;
  std::string account;
  std::string arn;      // user ARN, session ARN, federated user's ARN, or …:root
  std::string user_id;  // AIDA…, AROA…:session, account:name of a federated user, or the account id for root
  std::string unique_id;  // AIDA… or AROA…; of a federated user, that of the user whose rights it has
  std::string name;       // user name, or role name of a session; empty for root
  std::string role_arn;   // of a session
  std::string access_key_id;
  std::shared_ptr<const Session> session{};  // of all temporary credentials, GetSessionToken's included
  PrincipalTags tags{};                      // the entity's, a session's over them: aws:PrincipalTag
};

}  // namespace openirsa::wire
