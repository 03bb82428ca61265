#include "issuer/foreign_keys.h"

#include <utility>

#include "base/text.h"
#include "crypto/certificate.h"
#include "issuer/discovery.h"
#include "record/key.h"

namespace openirsa::issuer {
namespace {

using http::Fetched;
using http::FetchFailure;
using wire::OutsideFailure;
using wire::OutsideText;

std::string name_of(const std::string& account, const std::string& url) {
  return record::provider_key(account, url);
}

OutsideFailure crowded() {
  return {true, "too many requests wait for other hosts at this moment; try again in a few seconds"};
}
OutsideFailure stopped() { return {true, "the server stops"}; }
OutsideFailure failure_of(const std::string& what, const FetchFailure& failure) {
  return {failure.retryable(), what + ": " + failure.reason};
}

OutsideText thumbprint_of(Result<std::vector<std::string>, FetchFailure> chain) {
  if (!chain) return failure_of("certificate chain", chain.error());
  if (chain->empty()) return OutsideFailure{false, "certificate chain: the host served none"};
  auto certificates = crypto::inspect_pem(chain->back());
  if (!certificates) return OutsideFailure{false, "certificate chain: " + certificates.error().message};
  if (certificates->empty()) return OutsideFailure{false, "certificate chain: the last one cannot be read"};
  return certificates->back().sha1_thumbprint;
}

OutsideText document_of(Result<Fetched, FetchFailure> came) {
  if (!came) return failure_of("document", came.error());
  if (!is_utf8(came->body)) return OutsideFailure{false, "document: what came is not UTF-8 text"};
  return std::move(came->body);
}

}  // namespace

// One fetch of an issuer's keys on its way.
struct ForeignKeys::Errand {
  ProviderIdentity provider;
  std::vector<std::uint16_t> ports;
  std::chrono::steady_clock::time_point deadline;

  std::string name() const { return name_of(provider.account, provider.url); }
  http::Fetch fetch(std::string url) const {
    http::Fetch fetch{.url = std::move(url),
                      .payer = provider.account,
                      .ports = ports,
                      .thumbprints = provider.thumbprints};
    if (!provider.authority_pem.empty()) fetch.authority_pem = provider.authority_pem;
    fetch.deadline = deadline;
    return fetch;
  }
};

ForeignKeys::ForeignKeys(std::unique_ptr<http::Outbound> outbound, Seams seams)
    : seams_(std::move(seams)), fetcher_(*outbound), outbound_(std::move(outbound)) {
  // The mirror cannot forget a listener and may outlive us: it keeps what the listener uses.
  seams_.mirror.on_change([cache = cache_, &mirror = seams_.mirror](const std::vector<std::string>& changed) {
    cache->review(changed, mirror);
  });
}

void ForeignKeys::stop() {
  stopping_ = true;
  outbound_.reset();
  std::vector<Resume> waited;
  {
    const std::lock_guard lock(mutex_);
    waited = crowd_.end_all();
  }
  for (const Resume& resume : waited) resume();
}

ForeignKeys::Keys ForeignKeys::keys_of(const record::OpenIdConnectProvider& provider,
                                       std::optional<std::string_view> key_id, Time now) {
  if (provider.key_set != nullptr) return {.keys = provider.key_set, .failure = {}};
  const KnownIssuer* known = cache_->find(provider);
  const Standing standing = known == nullptr ? Standing::fetch_first : known->standing(key_id, now);
  switch (standing) {
    case Standing::use:
      return {.keys = known->keys, .failure = {}};
    case Standing::use_and_refresh: {
      Keys keys{.keys = known->keys, .failure = {}};
      refresh(provider, *known);
      return keys;
    }
    case Standing::refuse:
      return {.keys = {}, .failure = known->failure};
    case Standing::fetch_first:
      break;
  }
  const std::lock_guard lock(mutex_);
  if (crowd_.has_room(provider.account, name_of(provider.account, provider.url))) {
    return {.keys = {}, .must_wait = true, .failure = {}};
  }
  ++crowded_;
  return {.keys = {}, .failure = crowded()};
}

void ForeignKeys::refresh(const record::OpenIdConnectProvider& provider, const KnownIssuer& known) {
  if (known.asked.exchange(true)) return;
  const std::string name = name_of(provider.account, provider.url);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || crowd_.fetching(name) || !crowd_.begin(provider.account, name)) {
      known.asked = false;
      return;
    }
  }
  fetch_keys(provider);
}

void ForeignKeys::when_keys_settle(const record::OpenIdConnectProvider& provider,
                                   std::function<void()> resume) {
  const std::string name = name_of(provider.account, provider.url);
  bool begins = false;
  bool waits = false;
  {
    const std::lock_guard lock(mutex_);
    const bool room = crowd_.has_room(provider.account, name);
    const bool under_way = crowd_.fetching(name);
    // Between keys_of and now a fetch may have ended: what it brought is the answer.
    const KnownIssuer* known = cache_->find(provider);
    const bool due = known == nullptr || known->may_fetch(seams_.clock.now());
    begins = room && !under_way && due && !stopping_;
    waits = room && (under_way || begins);
    if (begins) crowd_.begin(provider.account, name);
    if (waits) crowd_.wait(name, std::exchange(resume, nullptr));
    if (!room) ++crowded_;
  }
  if (begins) fetch_keys(provider);
  if (resume) resume();
}

void ForeignKeys::fetch_keys(const record::OpenIdConnectProvider& provider) {
  const auto deadline = std::chrono::steady_clock::now() + time_for_keys;
  auto errand = std::make_shared<const Errand>(
      Errand{ProviderIdentity::of(provider), ports_of(provider.account), deadline});
  http::Fetch fetch = errand->fetch(discovery_url(errand->provider.issuer()));
  fetcher_.get(std::move(fetch), [this, errand = std::move(errand)](Result<Fetched, FetchFailure> came) {
    read_discovery(errand, std::move(came));
  });
}

void ForeignKeys::read_discovery(const ErrandPtr& errand, Result<Fetched, FetchFailure> came) {
  if (!came) return settle(errand, failure_of("discovery document", came.error()));
  auto keys = parse_discovery(came->body, errand->provider.issuer());
  if (!keys) {
    return settle(
        errand, {false, "discovery document of " + errand->provider.issuer() + ": " + keys.error().message});
  }
  if (stopping_) return settle(errand, stopped());
  http::Fetch fetch = errand->fetch(*keys);
  fetcher_.get(std::move(fetch), [this, errand, url = *std::move(keys)](Result<Fetched, FetchFailure> set) {
    read_keys(errand, url, std::move(set));
  });
}

void ForeignKeys::read_keys(const ErrandPtr& errand, const std::string& url,
                            Result<Fetched, FetchFailure> came) {
  if (!came) return settle(errand, failure_of("key set", came.error()));
  auto keys = token::JwkSet::parse(came->body);
  if (!keys) {
    // A set without a key is the issuer's word that no key of its own is good any more; anything else that
    // cannot be read says nothing about the keys that we have.
    const bool keys_end = keys.error().code == token::JwkFault::no_keys;
    return settle(errand, {false, "key set " + url + ": " + keys.error().message}, keys_end);
  }
  const Time now = seams_.clock.now();
  auto known = std::make_shared<KnownIssuer>();
  known->keys = std::make_shared<const token::JwkSet>(*std::move(keys));
  known->fetched = now;
  known->tried = now;
  settle(errand, std::move(known));
}

void ForeignKeys::settle(const ErrandPtr& errand, OutsideFailure failure, bool keys_end) {
  auto known = std::make_shared<KnownIssuer>();
  known->tried = seams_.clock.now();
  known->failure = std::move(failure);
  const KnownIssuer* before = keys_end ? nullptr : cache_->find(errand->provider);
  if (before != nullptr && before->usable(known->tried)) {
    known->keys = before->keys;
    known->fetched = before->fetched;
  }
  settle(errand, std::move(known));
}

void ForeignKeys::settle(const ErrandPtr& errand, std::shared_ptr<KnownIssuer> known) {
  known->provider = errand->provider;
  count(known->failure ? &*known->failure : nullptr);
  const Time now = known->tried;
  std::vector<Resume> waited;
  {
    // In this order and under one lock: who comes later finds either the fetch or what it brought.
    const std::lock_guard lock(mutex_);
    cache_->put(std::move(known), seams_.mirror, now);
    waited = crowd_.end(errand->name());
  }
  for (const Resume& resume : waited) resume();
}

void ForeignKeys::fetch_thumbprint(const std::string& account, const std::string& url, OnText done) {
  const std::string name = next_name();
  if (!enter(account, name)) return done(crowded());
  fetcher_.chain({.url = url, .payer = account, .ports = ports_of(account)},
                 [this, name, done = std::move(done)](Result<std::vector<std::string>, FetchFailure> came) {
                   leave(name);
                   OutsideText text = thumbprint_of(std::move(came));
                   count(text ? nullptr : &text.error());
                   done(std::move(text));
                 });
}

void ForeignKeys::fetch_document(const Document& document, OnText done) {
  const std::string name = next_name();
  if (!enter(document.account, name)) return done(crowded());
  http::Fetch fetch{.url = document.url,
                    .payer = document.account,
                    .ports = ports_of(document.account),
                    .authority_pem = document.authority_pem,
                    .bearer_token = document.bearer_token};
  fetcher_.get(std::move(fetch), [this, name, done = std::move(done)](Result<Fetched, FetchFailure> came) {
    leave(name);
    OutsideText text = document_of(std::move(came));
    count(text ? nullptr : &text.error());
    done(std::move(text));
  });
}

bool ForeignKeys::enter(const std::string& account, const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!stopping_ && crowd_.begin(account, name)) return true;
  ++crowded_;
  return false;
}

std::string ForeignKeys::next_name() { return "fetch " + std::to_string(++names_); }

void ForeignKeys::leave(const std::string& name) {
  const std::lock_guard lock(mutex_);
  crowd_.end(name);
}

std::vector<std::uint16_t> ForeignKeys::ports_of(const std::string& account) const {
  return seams_.ports ? seams_.ports(account) : std::vector<std::uint16_t>{};
}

void ForeignKeys::count(const OutsideFailure* failure) {
  if (failure == nullptr)
    ++fetched_;
  else
    ++(failure->retryable ? failed_ : refused_);
}

wire::OutsideCounters ForeignKeys::counters() const {
  wire::OutsideCounters figures{.fetched = fetched_,
                                .failed = failed_,
                                .refused = refused_,
                                .crowded = crowded_,
                                .issuers = cache_->size()};
  const std::lock_guard lock(mutex_);
  figures.fetching = crowd_.fetches();
  figures.waiting = crowd_.waiting();
  return figures;
}

}  // namespace openirsa::issuer
