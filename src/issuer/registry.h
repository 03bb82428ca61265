// Our own issuers: one for each cluster, with the server's key pair for it. Looked up by exact URL, for every
// account.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "record/cluster.h"
#include "store/mirror.h"

namespace openirsa::issuer {

// "https://<host>/id/<ID>"
std::string url_of(std::string_view issuer_host, std::string_view issuer_id);

// The issuer whose recorded URL is exactly `url`; null when there is none, also for a tombstone (its cluster
// is gone, and with it every exchange).
const record::Issuer* find_live(const store::Snapshot& snapshot, std::string_view url);

// Whether `url` names one of our own issuers, or would: it lies under the issuer host, or one of them, live
// or a tombstone, was made with it under an earlier host. Nobody else's keys count for such a URL.
bool is_ours(const store::Snapshot& snapshot, std::string_view issuer_host, std::string_view url);

// A new issuer with a fresh id and RSA-2048 key; not stored yet.
record::Issuer make_issuer(std::string_view issuer_host, std::string_view account, std::string_view region,
                           std::string_view cluster, Time now);

struct ServiceAccountToken {
  std::string name_space;
  std::string service_account;
  std::string service_account_uid;  // UUID
  std::string audience;
  std::chrono::seconds lifetime{3600};
};
// A token as kube-apiserver issues it (aud as array, sub, iss, iat, nbf, exp, jti, kubernetes.io), signed
// with the issuer's newest key; an error when that is damaged. REQUIRES: !issuer.keys.empty().
Result<std::string, record::RecordError> mint(const record::Issuer& issuer, const ServiceAccountToken& token,
                                              Time now);

}  // namespace openirsa::issuer
