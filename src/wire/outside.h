// What the server asks of other hosts: the keys of issuers that are not our own, the thumbprint of a
// certificate chain, a cluster's key set. Every connection goes through the outbound guard (http/outbound.h);
// the implementation is issuer/foreign_keys.h.
#pragma once

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

class Outside {
 public:
  virtual ~Outside() = default;

  // The keys of a provider's issuer as they are known here and now; never waits. Exactly one of the three is
  // set.
  struct Keys {
    std::shared_ptr<const token::JwkSet> keys;
    bool must_wait = false;  // a fetch may give the key: when_keys_settle, then ask again
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
