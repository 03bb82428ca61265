#include "issuer/known_issuer.h"

#include <algorithm>

namespace openirsa::issuer {
namespace {

// Without a sign: a request reads its clock before a fetch that it waits for ends, and a clock that was set
// back must not keep keys for ever.
Time::duration between(Time a, Time b) { return a < b ? b - a : a - b; }

bool has_key(const token::JwkSet& keys, std::string_view key_id) {
  return std::ranges::any_of(keys.keys(), [&](const token::Jwk& key) { return key.key_id == key_id; });
}

}  // namespace

ProviderIdentity ProviderIdentity::of(const record::OpenIdConnectProvider& provider) {
  return {provider.account, provider.url, provider.created, provider.thumbprints, provider.authority_pem};
}

bool ProviderIdentity::is(const record::OpenIdConnectProvider& provider) const {
  return url == provider.url && account == provider.account && created == provider.created &&
         thumbprints == provider.thumbprints && authority_pem == provider.authority_pem;
}

bool KnownIssuer::usable(Time now) const {
  return keys != nullptr && between(fetched, now) < KeyTimes::stale;
}

Standing KnownIssuer::standing(std::optional<std::string_view> key_id, Time now) const {
  const auto age = between(tried, now);
  if (!usable(now)) {
    return failure && age < KeyTimes::after_failure ? Standing::refuse : Standing::fetch_first;
  }
  if (age >= KeyTimes::unseen) return Standing::fetch_first;
  if (key_id && !has_key(*keys, *key_id)) {
    if (age >= KeyTimes::between) return Standing::fetch_first;
    // The key may be there, and we could not look: not the same as an unknown key.
    return failure ? Standing::refuse : Standing::use;
  }
  const Time::duration pause = failure ? Time::duration(KeyTimes::between) : KeyTimes::refresh;
  return age >= pause ? Standing::use_and_refresh : Standing::use;
}

bool KnownIssuer::may_fetch(Time now) const {
  return between(tried, now) >= (usable(now) ? KeyTimes::between : KeyTimes::after_failure);
}

bool KnownIssuer::spent(Time now) const { return !usable(now) && between(tried, now) >= KeyTimes::unseen; }

}  // namespace openirsa::issuer
