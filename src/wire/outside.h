// What the server asks of other hosts: the keys of issuers that are not our own, the thumbprint of a
// certificate chain, a cluster's key set. Every connection goes through the outbound guard (http/outbound.h);
// the implementation is issuer/foreign_keys.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "record/provider.h"
#include "token/jwk.h"

namespace openirsa::wire {

struct OutsideFailure {
  bool retryable = false;  // worth trying again: IDPCommunicationError; else the issuer itself is wrong
  std::string reason;      // one line for the trace: what was asked, what came
};
using OutsideText = Result<std::string, OutsideFailure>;

// What became of fetches since the start, and what is held now.
struct OutsideCounters {
  std::uint64_t fetched = 0;   // key sets, documents and certificate chains that came
  std::uint64_t failed = 0;    // trouble worth retrying
  std::uint64_t refused = 0;   // by the guard, or what came cannot be used
  std::uint64_t crowded = 0;   // not begun, or not waited for: too many at once
  std::uint64_t issuers = 0;   // remembered now
  std::uint64_t fetching = 0;  // now
  std::uint64_t waiting = 0;   // requests, now
};

class Outside {
 public:
  virtual ~Outside() = default;

  // The keys of a provider's issuer as they are known here and now; never waits. Exactly one of the three is
  // set.
  struct Keys {
    std::shared_ptr<const token::JwkSet> keys;
    // A fetch may give the key: when_keys_settle, then ask again. Whoever has waited already does not wait
    // anew: it is trouble worth retrying then.
    bool must_wait = false;
    std::optional<OutsideFailure> failure;
  };
  // `key_id`: the token's kid. A kid that the cached set lacks asks for a fetch, at most once in 30 s an
  // issuer; in between the cached set is the answer. Keys uploaded for the provider are used alone: nothing
  // is fetched.
  virtual Keys keys_of(const record::OpenIdConnectProvider& provider, std::optional<std::string_view> key_id,
                       Time now) = 0;
  // Begins the fetch that keys_of asked for, or joins one that is under way. `resume` is called exactly once,
  // from any thread, when it has ended in whatever way or when too many wait already.
  virtual void when_keys_settle(const record::OpenIdConnectProvider& provider,
                                std::function<void()> resume) = 0;

  // All that follow call `done` exactly once, from any thread, also before they return.
  // SHA-1 (40 lower-case hex digits) of the last certificate that the host of `url` ("https://…") serves.
  virtual void fetch_thumbprint(const std::string& account, const std::string& url,
                                std::function<void(OutsideText)> done) = 0;
  // A document of at most 1 MiB, as UTF-8 text. `authority_pem`: trusted instead of the system's roots.
  struct Document {
    std::string account;  // whose ports are allowed
    std::string url;      // https
    std::optional<std::string> bearer_token;
    std::optional<std::string> authority_pem;
  };
  virtual void fetch_document(const Document& document, std::function<void(OutsideText)> done) = 0;
};

}  // namespace openirsa::wire
