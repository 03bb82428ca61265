// What every record has in common. A record is JSON with a version field `v`; members that this version does
// not know are kept in `unknown` and written back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "record/key.h"
#include "record/vault.h"
#include "store/mirror.h"

namespace openirsa::record {

struct RecordError {
  std::string message;
};

// Every record type R has: static constexpr kind; static Result<R, RecordError> parse(key, text, vault);
// std::string to_text(vault, key) const. parse refuses what a newer version wrote, members that are missing
// or of another type, and a record that lies under a key other than its own. to_text REQUIRES that every text
// is UTF-8.

// Decodes any record by the kind in its key; what store::Mirror is started with. Records that cannot be
// decoded are reported to `complain` and stay invisible to typed reads (fail closed); a kind that this
// version does not know is reported once. `complain` may be called from any thread.
store::Decoder make_decoder(const Vault& vault,
                            std::function<void(std::string_view key, std::string_view why)> complain);

// The record in an item; null when it could not be decoded or is of another kind than R.
template <class R>
const R* as(const store::Item& item) {
  return kind_of(item.key) == R::kind ? static_cast<const R*>(item.decoded.get()) : nullptr;
}

// Typed access to a snapshot. The record stays valid as long as the snapshot does.
template <class R>
const R* find(const store::Snapshot& snapshot, std::string_view key) {
  const store::Item* item = snapshot.find(key);
  return item == nullptr ? nullptr : as<R>(*item);
}

// Calls `visit(const R&)` for each record under the prefix with a key after `after`, until it returns false.
template <class R, class Visit>
void scan(const store::Snapshot& snapshot, std::string_view prefix, std::string_view after, Visit visit) {
  snapshot.scan(prefix, after, [&](const store::Item& item) {
    const R* record = as<R>(item);
    return record == nullptr || visit(*record);
  });
}

}  // namespace openirsa::record
