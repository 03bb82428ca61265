// What is remembered of one foreign issuer for one account's provider, and what that is worth at a moment.
// Immutable but for one mark: each fetch that ends makes a new one.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "record/provider.h"
#include "token/jwk.h"
#include "wire/outside.h"

namespace openirsa::issuer {

// doc/decisions/0014-foreign-keys.md says why each is as long as it is.
struct KeyTimes {
  static constexpr std::chrono::minutes refresh{5};         // used and older: fetched in the background
  static constexpr std::chrono::hours unseen{1};            // nobody asked for so long: fetched first
  static constexpr std::chrono::hours stale{24};            // since the last success: used no longer
  static constexpr std::chrono::seconds between{30};        // unknown kid, or a refresh that failed
  static constexpr std::chrono::seconds after_failure{10};  // without any keys
};

// What decides which keys are fetched and who is believed. Whatever else changes in a provider's record
// leaves its keys alone.
struct ProviderIdentity {
  std::string account{};
  std::string url{};  // without https://
  Time created{};
  std::vector<std::string> thumbprints{};
  std::string authority_pem{};

  static ProviderIdentity of(const record::OpenIdConnectProvider& provider);
  bool is(const record::OpenIdConnectProvider& provider) const;
  bool operator==(const ProviderIdentity&) const = default;
  std::string issuer() const { return "https://" + url; }
};

enum class Standing {
  use,              // the keys
  use_and_refresh,  // the keys, and a fetch in the background
  fetch_first,      // nothing yet that could be used
  refuse,           // the last failure
};

struct KnownIssuer {
  ProviderIdentity provider{};
  std::shared_ptr<const token::JwkSet> keys{};    // null: none were fetched so far, or they ended
  Time fetched{};                                 // when the keys came
  Time tried{};                                   // when the last fetch ended, whatever became of it
  std::optional<wire::OutsideFailure> failure{};  // of that fetch
  // Whoever sets it first begins the refresh; all others go on with the keys that are there.
  mutable std::atomic<bool> asked{false};

  Standing standing(std::optional<std::string_view> key_id, Time now) const;
  bool usable(Time now) const;
  // Whether an issuer may be asked again for somebody who waits.
  bool may_fetch(Time now) const;
  // Whether it can neither give keys nor refuse any more.
  bool spent(Time now) const;
};

}  // namespace openirsa::issuer
