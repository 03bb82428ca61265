// The foreign issuers that are remembered: one for each account and provider URL, never shared between
// accounts. A reader on the exchange's path takes no lock and allocates nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "issuer/known_issuer.h"
#include "store/mirror.h"

namespace openirsa::issuer {

class KeyCache {
 public:
  // What is remembered for this very provider: not of an older record of the same name. The pointer is valid
  // until this thread calls a member of any cache again.
  const KnownIssuer* find(const record::OpenIdConnectProvider& provider) const;
  const KnownIssuer* find(const ProviderIdentity& provider) const;

  // Replaces what was remembered for the provider, unless its record in the mirror is another one by now.
  void put(std::shared_ptr<const KnownIssuer> issuer, const store::Mirror& mirror, Time now);
  // Drops what no longer belongs to a record, of those that have these store keys.
  void review(const std::vector<std::string>& changed, const store::Mirror& mirror);
  std::size_t size() const;

 private:
  // Sorted by URL, then account. Readers share it: a change makes a new list, which costs a copy of pointers.
  using List = std::vector<std::shared_ptr<const KnownIssuer>>;

  const List& current() const;
  const KnownIssuer* named(std::string_view url, std::string_view account) const;
  void replace(std::shared_ptr<const List> list);  // REQUIRES: mutex_ is held

  // Held to change the list, and by each thread once after a change, to take the new one.
  mutable std::mutex mutex_;
  std::shared_ptr<const List> list_ = std::make_shared<const List>();
  std::atomic<std::uint64_t> generation_{0};  // 0: nothing was ever put
};

}  // namespace openirsa::issuer
