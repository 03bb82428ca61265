#include "record/record.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "record/cluster.h"
#include "record/identity.h"
#include "record/policies.h"
#include "record/provider.h"
#include "record/revocation.h"
#include "record/role.h"
#include "record/secrets.h"

namespace openirsa::record {
namespace {

template <class R>
Result<store::Decoded, RecordError> decode(std::string_view key, std::string_view text, const Vault& vault) {
  auto record = R::parse(key, text, vault);
  if (!record) return std::move(record).error();
  return store::Decoded{std::make_shared<const R>(std::move(*record))};
}

struct Kind {
  std::string_view name;
  Result<store::Decoded, RecordError> (*decode)(std::string_view key, std::string_view text,
                                                const Vault& vault);
};

template <class... R>
constexpr std::array<Kind, sizeof...(R)> kinds_of() {
  return {Kind{R::kind, decode<R>}...};
}
constexpr auto kinds = kinds_of<Account, AccountName, AccountAlias, User, Group, GroupName, AccessKey,
                                AccessKeyUse, Role, ManagedPolicy, OpenIdConnectProvider, Cluster, Revocation,
                                Issuer, RingKey, AuthorityRecord, ServerIdentity>();

// Kinds of a newer release: kept in the store, said once, not read.
struct Strangers {
  std::mutex mutex;
  std::set<std::string, std::less<>> seen;

  bool is_new(std::string_view kind) {
    const std::lock_guard lock(mutex);
    return seen.emplace(kind).second;
  }
};

}  // namespace

store::Decoder make_decoder(const Vault& vault,
                            std::function<void(std::string_view key, std::string_view why)> complain) {
  return [vault, complain = std::move(complain), strangers = std::make_shared<Strangers>()](
             std::string_view key, const std::string& value) -> store::Decoded {
    const std::string_view name = kind_of(key);
    if (name.empty()) {
      complain(key, "the key is not one of a record");
      return nullptr;
    }
    const auto kind = std::ranges::find(kinds, name, &Kind::name);
    if (kind == kinds.end()) {
      if (strangers->is_new(name)) {
        complain(key,
                 "records of kind `" + std::string(name) + "` are not known to this release; they are kept");
      }
      return nullptr;
    }
    auto record = kind->decode(key, value, vault);
    if (record) return std::move(*record);
    complain(key, record.error().message);
    return nullptr;
  };
}

}  // namespace openirsa::record
