#include "issuer/key_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "record/key.h"

namespace openirsa::issuer {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

Name name_of(const std::shared_ptr<const KnownIssuer>& issuer) {
  return {issuer->provider.url, issuer->provider.account};
}

// Of a provider's store key, <account>/-/oidc-provider/<url>.
Name name_in(std::string_view key) {
  const std::string_view account = key.substr(0, key.find('/'));
  return {key.substr(record::kind_prefix(account, "-", record::OpenIdConnectProvider::kind).size()), account};
}

// Unique in the process, so that a thread's list can never be taken for that of another cache.
std::uint64_t next_generation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

const record::OpenIdConnectProvider* record_of(const store::Snapshot& snapshot,
                                               const ProviderIdentity& provider) {
  return record::find<record::OpenIdConnectProvider>(snapshot,
                                                     record::provider_key(provider.account, provider.url));
}

bool still_registered(const store::Snapshot& snapshot, const ProviderIdentity& provider) {
  const auto* record = record_of(snapshot, provider);
  return record != nullptr && record->jwks.empty() && provider.is(*record);
}

}  // namespace

const KeyCache::List& KeyCache::current() const {
  struct Taken {
    std::uint64_t generation = 0;
    std::shared_ptr<const List> list = std::make_shared<const List>();
  };
  thread_local Taken taken;
  if (taken.generation != generation_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    taken = {generation_.load(std::memory_order_relaxed), list_};
  }
  return *taken.list;
}

const KnownIssuer* KeyCache::named(std::string_view url, std::string_view account) const {
  const List& list = current();
  const Name name{url, account};
  const auto found = std::ranges::lower_bound(list, name, {}, name_of);
  return found == list.end() || name_of(*found) != name ? nullptr : found->get();
}

const KnownIssuer* KeyCache::find(const record::OpenIdConnectProvider& provider) const {
  const KnownIssuer* known = named(provider.url, provider.account);
  return known != nullptr && known->provider.is(provider) ? known : nullptr;
}

const KnownIssuer* KeyCache::find(const ProviderIdentity& provider) const {
  const KnownIssuer* known = named(provider.url, provider.account);
  return known != nullptr && known->provider == provider ? known : nullptr;
}

void KeyCache::replace(std::shared_ptr<const List> list) {
  list_ = std::move(list);
  generation_.store(next_generation(), std::memory_order_release);
}

void KeyCache::put(std::shared_ptr<const KnownIssuer> issuer, const store::Mirror& mirror, Time now) {
  const std::lock_guard lock(mutex_);
  // Under the lock that review() takes: a record that is deleted after this look is dropped by the review
  // that follows its deletion.
  if (!still_registered(*mirror.snapshot(), issuer->provider)) return;
  auto list = std::make_shared<List>();
  list->reserve(list_->size() + 1);
  std::ranges::copy_if(*list_, std::back_inserter(*list), [&](const auto& known) {
    return !known->spent(now) && name_of(known) != name_of(issuer);
  });
  const auto place = std::ranges::lower_bound(*list, name_of(issuer), {}, name_of);
  list->insert(place, std::move(issuer));
  replace(std::move(list));
}

void KeyCache::review(const std::vector<std::string>& changed, const store::Mirror& mirror) {
  std::vector<Name> names;
  for (const std::string_view key : changed) {
    if (record::kind_of(key) == record::OpenIdConnectProvider::kind) names.push_back(name_in(key));
  }
  if (names.empty()) return;
  std::ranges::sort(names);
  const std::lock_guard lock(mutex_);
  const auto snapshot = mirror.snapshot();
  auto list = std::make_shared<List>();
  list->reserve(list_->size());
  std::ranges::copy_if(*list_, std::back_inserter(*list), [&](const auto& known) {
    return !std::ranges::binary_search(names, name_of(known)) || still_registered(*snapshot, known->provider);
  });
  if (list->size() != list_->size()) replace(std::move(list));
}

std::size_t KeyCache::size() const {
  const std::lock_guard lock(mutex_);
  return list_->size();
}

}  // namespace openirsa::issuer
