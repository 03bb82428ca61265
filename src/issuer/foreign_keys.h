// The keys of issuers that are not our own: fetched through the outbound guard when a registered provider's
// tokens need them, remembered for that account's provider alone, refreshed in the background, and used for a
// while when their issuer is down. doc/decisions/0014-foreign-keys.md has the times, bounds and what is worth
// retrying.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/outbound.h"
#include "issuer/fetch_crowd.h"
#include "issuer/key_cache.h"
#include "store/mirror.h"
#include "wire/outside.h"

namespace openirsa::issuer {

class ForeignKeys final : public wire::Outside {
 public:
  // For discovery document and key set together, redirects and queueing included: AWS's own limit.
  static constexpr std::chrono::milliseconds time_for_keys{5'000};

  struct Seams {
    store::Mirror& mirror;
    const Clock& clock;
    // The ports beside 443 that an account's providers may use. Thread-safe.
    std::function<std::vector<std::uint16_t>(const std::string& account)> ports{};
  };
  ForeignKeys(std::unique_ptr<http::Outbound> outbound, Seams seams);
  ~ForeignKeys() override { stop(); }
  // Ends fetches; whoever waits is resumed. Remembered keys go on to be given. Safe to call twice. REQUIRES:
  // nobody is in another member.
  void stop();

  Keys keys_of(const record::OpenIdConnectProvider& provider, std::optional<std::string_view> key_id,
               Time now) override;
  void when_keys_settle(const record::OpenIdConnectProvider& provider, std::function<void()> resume) override;
  void fetch_thumbprint(const std::string& account, const std::string& url,
                        std::function<void(wire::OutsideText)> done) override;
  void fetch_document(const Document& document, std::function<void(wire::OutsideText)> done) override;

  wire::OutsideCounters counters() const;

 private:
  struct Errand;
  using ErrandPtr = std::shared_ptr<const Errand>;
  using OnText = std::function<void(wire::OutsideText)>;

  bool enter(const std::string& account, const std::string& name);
  void leave(const std::string& name);
  void refresh(const record::OpenIdConnectProvider& provider, const KnownIssuer& known);
  void fetch_keys(const record::OpenIdConnectProvider& provider);
  void read_discovery(const ErrandPtr& errand, Result<http::Fetched, http::FetchFailure> came);
  void read_keys(const ErrandPtr& errand, const std::string& url,
                 Result<http::Fetched, http::FetchFailure> came);
  void settle(const ErrandPtr& errand, std::shared_ptr<KnownIssuer> known);
  void settle(const ErrandPtr& errand, wire::OutsideFailure failure, bool keys_end = false);
  std::vector<std::uint16_t> ports_of(const std::string& account) const;
  void count(const wire::OutsideFailure* failure);
  std::string next_name();

  Seams seams_;
  std::shared_ptr<KeyCache> cache_ = std::make_shared<KeyCache>();  // the mirror's listener keeps it too
  // Held to begin, join and end a fetch: rare, for requests that find their keys come nowhere near it.
  mutable std::mutex mutex_;
  FetchCrowd crowd_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> fetched_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> crowded_{0};
  std::atomic<std::uint64_t> names_{0};
  http::Outbound& fetcher_;  // usable while *outbound_ is being destroyed, when outbound_ is null already
  std::unique_ptr<http::Outbound> outbound_;
};

}  // namespace openirsa::issuer
