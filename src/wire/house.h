// What every handler may use: the store's mirror, the clock, the vault, the server's names and limits, and
// the two seams through which the dispatcher reaches rooms below it. Made once by server/app.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "policy/catalogue.h"
#include "policy/evaluate.h"
#include "record/vault.h"
#include "store/mirror.h"
#include "wire/caller.h"
#include "wire/error.h"
#include "wire/trace.h"

namespace openirsa::wire {

struct Call;
class Outside;

struct Names {
  std::string partition = "aws";
  std::string region = "us-west-2";  // default region of new requests without a scope
  std::string issuer_host = "oidc.openirsa.internal";
  std::string public_endpoint;  // "https://127.0.0.1:8443": where clients reach listen.api
};

// AWS's defaults, all raisable by settings.
struct Quotas {
  std::int64_t providers_per_account = 100;
  std::int64_t client_ids_per_provider = 100;
  std::int64_t thumbprints_per_provider = 5;
  std::int64_t roles_per_account = 1000;
  std::int64_t users_per_account = 5000;
  std::int64_t groups_per_account = 300;
  std::int64_t groups_per_user = 10;
  std::int64_t access_keys_per_user = 2;
  std::int64_t managed_policies_per_account = 1500;
  std::int64_t attached_policies_per_role = 10;
  std::int64_t attached_policies_per_user = 10;
  std::int64_t attached_policies_per_group = 10;
  std::int64_t trust_policy_characters = 2048;
  std::int64_t inline_policy_characters_per_role = 10'240;
  std::int64_t inline_policy_characters_per_user = 2048;
  std::int64_t inline_policy_characters_per_group = 5120;
  std::int64_t managed_policy_characters = 6144;
  std::int64_t versions_per_policy = 5;
  std::int64_t tags_per_entity = 50;
  std::int64_t clusters_per_region = 100;
};

// Finds the secret behind an access key id. Two implementations: long-lived keys (iam) and sealed sessions
// (sts).
struct FoundKey {
  Secret secret;
  Caller caller;
};
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // Whether ids of this form are its own ("AKIA…", "ASIA…").
  virtual bool owns(std::string_view access_key_id) const = 0;
  // Refuses with invalid_client_token_id or expired_token and fails the trace's step.
  virtual Result<FoundKey, Error> find(std::string_view access_key_id,
                                       const std::optional<std::string>& session_token,
                                       const store::Snapshot& snapshot, Time now, Trace& trace) const = 0;
};

// What long-lived access keys were last used for.
struct KeyUse {
  Time used{};
  std::string service;
  std::string region;
};
class KeyUses {
 public:
  virtual ~KeyUses() = default;
  // After the signature was verified; quick, from any thread.
  virtual void used(std::string_view access_key_id, std::string_view service, std::string_view region,
                    Time now) = 0;
  // Only what was seen since the start: what came before is in the store.
  virtual std::optional<KeyUse> last(std::string_view access_key_id) const = 0;
};

// Whether a caller may do something; the caller's policies are looked up in the snapshot.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual policy::Decision decide(const Caller& caller, std::string_view action, std::string_view resource,
                                  const policy::Context& context, const store::Snapshot& snapshot,
                                  policy::Explanation* explanation) const = 0;
};

struct House {
  store::Mirror& mirror;
  const Clock& clock;
  const record::Vault& vault;
  Names names{};
  Quotas quotas{};
  std::vector<const CredentialSource*> credential_sources{};
  const Authorizer* authorizer = nullptr;
  // AWS's managed policies with what the operator added; null: our own copies alone.
  const policy::Catalogue* managed_policies = nullptr;
  TraceSink* traces = nullptr;
  KeyUses* key_uses = nullptr;  // null: nobody remembers
  Outside* outside = nullptr;   // null: nothing outside is asked
  // SHA-1 thumbprint (40 lower-case hex digits) of the last certificate that our own issuer listener serves.
  std::function<std::string()> own_thumbprint{};
  // PEM of the authority that signed the API listener's certificate: a cluster's certificateAuthority.
  std::function<std::string()> own_authority_pem{};
  // What `openirsa env` needs to know of the running server: addresses, account, region, authorities as PEM.
  // With `verbatim`, the verbatim authority is made on first use and included.
  std::function<json::object(bool verbatim)> server_facts{};
};

}  // namespace openirsa::wire
