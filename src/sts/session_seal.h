// Session tokens: an authenticated-encrypted statement of who the session is. Nothing is stored when one is
// issued. Form: base64 of  version ‖ type ‖ ring key id ‖ 32 random bytes ‖ AES-256-GCM(statement). Each
// token has its own key, HKDF(ring key, random bytes); version, type, ring key id and account are associated
// data.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "record/secrets.h"
#include "store/mirror.h"
#include "wire/caller.h"

namespace openirsa::sts {

// A managed session policy: looked up live by its ARN, and only while the policy there still has the sealed
// id, so that a policy made anew under an old ARN gives nothing to older sessions.
struct SealedPolicy {
  std::string arn;
  std::string id;  // ANPA…; empty for AWS-managed policies
};
// The id of a policy that did not exist when the session began: no policy made later has it.
constexpr std::string_view no_policy = "-";

// How a session began; the type that a token says before it is opened.
enum class SessionKind : std::uint8_t { web_identity = 1, assumed_role, session_token, federated_user };

// What the session of a web identity seldom has.
struct Extras {
  std::string source_identity;
  std::vector<wire::SessionTag> tags;
  std::vector<wire::Ancestor> ancestors;  // the nearest first

  bool empty() const { return source_identity.empty() && tags.empty() && ancestors.empty(); }
};

// Everything a session token states.
struct Statement {
  SessionKind kind = SessionKind::web_identity;
  std::string account;
  std::string access_key_id;  // ASIA…
  Secret secret_access_key;
  // Of the role; for GetSessionToken and GetFederationToken those of the user, or the account's id and no
  // name of its root.
  std::string role_id;  // AROA…
  std::string role_name;
  std::string session_name;  // a federated user's name; empty for GetSessionToken
  std::string provider_arn;
  std::string issuer;
  std::string key_id;
  std::string cluster_arn;             // empty for foreign issuers
  std::int64_t issued_at = 0;          // seconds since 1970
  std::int64_t milliseconds = 0;       // into that second: a cut-off may fall within it
  std::int64_t expires_at = 0;         // seconds
  std::string policy;                  // session policy text, may be empty
  std::vector<SealedPolicy> policies;  // managed session policies
  Extras extras;

  Time issued() const { return time_of_seconds(issued_at) + std::chrono::milliseconds{milliseconds}; }
};

// The same, of texts that lie elsewhere: an exchange copies none of them to seal them.
struct StatementView {
  StatementView() = default;
  StatementView(const Statement& whole)  // NOLINT(google-explicit-constructor): what is whole can be seen
      : kind(whole.kind),
        account(whole.account),
        access_key_id(whole.access_key_id),
        secret_access_key(whole.secret_access_key.expose()),
        role_id(whole.role_id),
        role_name(whole.role_name),
        session_name(whole.session_name),
        provider_arn(whole.provider_arn),
        issuer(whole.issuer),
        key_id(whole.key_id),
        cluster_arn(whole.cluster_arn),
        issued_at(whole.issued_at),
        milliseconds(whole.milliseconds),
        expires_at(whole.expires_at),
        policy(whole.policy),
        policies(whole.policies),
        extras(&whole.extras) {}

  SessionKind kind = SessionKind::web_identity;
  std::string_view account, access_key_id, secret_access_key, role_id, role_name, session_name, provider_arn,
      issuer, key_id, cluster_arn;
  std::int64_t issued_at = 0;
  std::int64_t milliseconds = 0;
  std::int64_t expires_at = 0;
  std::string_view policy;
  std::span<const SealedPolicy> policies;
  const Extras* extras = nullptr;  // null: none
};

enum class SealFault { malformed, unknown_ring_key, not_authentic, too_large };
struct SealError {
  SealFault code;
  std::string message;
};

constexpr std::size_t max_plain_token_bytes = 1024;   // without session policy, tags and ancestors
constexpr std::size_t max_packed_token_bytes = 4096;  // with them

// `too_large` when the token would be longer than allowed; packed_percent says how much of the budget
// session policies and tags use.
struct Sealed {
  std::string token;
  int packed_percent = 0;
};
Result<Sealed, SealError> seal(const StatementView& statement, const record::RingKey& ring_key);
// Whether the session has expired is the caller's question.
Result<Statement, SealError> open(std::string_view token, std::string_view access_key_id,
                                  const store::Snapshot& snapshot);

// The ring key to seal with: the newest. Retired ones stay readable for 36 hours.
const record::RingKey* newest_ring_key(const store::Snapshot& snapshot);
record::RingKey make_ring_key(Time now);

}  // namespace openirsa::sts
