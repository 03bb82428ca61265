// The guarded fetcher: the only way by which the server connects to a host that a user named. https only; the
// name is resolved once and every address is checked against the policy, again when the socket is opened;
// redirects are followed by us, each checked anew; time, size and number are bounded; no proxy variable is
// read. Each fetch has a thread while it talks to a host: whatever a host finds to keep it busy with is no
// other fetch's business, and ends with the fetch's time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/address_policy.h"
#include "http/endpoint.h"

namespace openirsa::http {

struct OutboundSettings {
  AddressPolicy addresses{};
  std::optional<HostPort> proxy{};           // CONNECT to the checked literal address through it
  std::string roots_pem{};                   // further roots beside the system's
  std::chrono::milliseconds timeout{5'000};  // for one fetch, redirects included
  std::size_t body_bytes = 1024 * 1024;
  std::size_t redirects = 5;
  std::size_t parallel = 64;  // fetches at once; further ones queue within their time
  // How a name becomes addresses, in the order to try: the system's resolver when empty. May block; is called
  // by several threads at once, and one of them may still be in it after the fetcher is gone.
  std::function<std::vector<IpAddress>(const std::string& host)> resolve{};
};

struct Fetch {
  std::string url;      // https://…
  std::string payer{};  // on whose share of fetches and of lookups at once; all have the same size
  std::vector<std::uint16_t> ports{};          // allowed beside 443, of redirects too
  std::vector<std::string> thumbprints{};      // SHA-1, 40 lower-case hex digits: see verification below
  std::optional<std::string> authority_pem{};  // trusted instead of the system's roots, ours and thumbprints
  std::optional<std::string> bearer_token{};   // never sent on to another origin
  // Where several fetches must end together (discovery and key set: 5 s in all): no later than this, and
  // within the settings' timeout.
  std::optional<std::chrono::steady_clock::time_point> deadline{};
};
// How a server's certificate is verified: chain to the roots (or to `authority_pem`), validity, server usage,
// host name, and no key or signature below 112 bits of security. Where the roots do not know the chain and
// `thumbprints` is not empty, a certificate of the served chain that has one of them acts as trust anchor,
// and the leaf must verify to it in the same way.

enum class FetchFault : std::uint8_t {
  refused,      // by the guard: URL, port, address, redirect target
  unresolved,   // no address, or the resolver failed
  unreachable,  // connect, read or the proxy failed
  timed_out,
  untrusted,  // the certificate does not verify
  too_large,
  too_many_redirects,
  bad_status,   // anything but 200 at the end
  bad_content,  // not HTTP, or an encoding that was not asked for
};
struct FetchFailure {
  FetchFault fault;
  int status = 0;      // of bad_status
  std::string reason;  // one line: what, where
  bool retryable() const;
};

struct Fetched {
  std::string body;
  std::string url;           // after redirects
  std::string content_type;  // as sent, may be empty
};

class Outbound {
 public:
  using OnFetched = std::function<void(Result<Fetched, FetchFailure>)>;
  using OnChain = std::function<void(Result<std::vector<std::string>, FetchFailure>)>;

  // REQUIRES: `settings.roots_pem` holds nothing but certificates (throws otherwise).
  static std::unique_ptr<Outbound> start(OutboundSettings settings);
  // Pending fetches end with `unreachable`, whatever their hosts do; no callback is called after the
  // destructor returned.
  virtual ~Outbound() = default;

  // From any thread. Callbacks come once, on the fetcher's thread, never from within the call, and must
  // neither block nor throw.
  virtual void get(Fetch fetch, OnFetched done) = 0;
  // The certificates that the URL's host serves, leaf first, each as PEM, whatever they are worth.
  virtual void chain(Fetch fetch, OnChain done) = 0;
};

}  // namespace openirsa::http
