// An in-memory copy of the store, fed by its changes: reads never wait. A snapshot is immutable and stays
// valid as long as it is held; taking one costs an atomic load. Values are decoded once, when they arrive, by
// the decoder that the owner of the records gives; the store room does not know what they mean. INVARIANT: a
// commit made through the mirror is in the snapshot before commit() returns (read-your-writes).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "store/store.h"

namespace openirsa::store {

// A decoded record; the pointer is null when the value could not be decoded, which the decoder has reported.
using Decoded = std::shared_ptr<const void>;
using Decoder = std::function<Decoded(std::string_view key, const std::string& value)>;

struct Item {
  std::string key;
  std::string value;
  Revision revision = 0;
  Decoded decoded;
};

class Snapshot {
 public:
  Revision revision() const;
  // The item stays valid as long as the snapshot does.
  const Item* find(std::string_view key) const;
  // Calls `visit` for each item with the prefix and a key greater than `after`, in byte order, until it
  // returns false.
  void scan(std::string_view prefix, std::string_view after,
            const std::function<bool(const Item&)>& visit) const;
  std::size_t count(std::string_view prefix) const;

  struct Tree;  // persistent: snapshots share all that did not change
  explicit Snapshot(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}

 private:
  std::shared_ptr<const Tree> tree_;
};

class Mirror : public Store {
 public:
  // Loads everything, then follows the store on a thread of its own. `decoder` is called once for each value
  // that arrives: while much is loaded by several threads at once, later by one at a time.
  static Result<std::unique_ptr<Mirror>, Error> start(std::unique_ptr<Store> store, Decoder decoder);

  // Readers share nothing while nothing changes: every thread keeps the snapshot that it last took, with a
  // reference count of its own, and compares one generation number (an acquire load) to learn that it is
  // still the newest. Only the first call after a change takes a lock. So an idle thread may keep one old
  // snapshot alive. Usable after close().
  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
  // Adds a listener that is called after each applied change set, on the applying thread, with the keys that
  // changed; the snapshot has them by then. Calls come one at a time and in order. REQUIRES: the listener
  // does not commit to the mirror, ask it for changes or close it: it would wait for itself.
  virtual void on_change(std::function<void(const std::vector<std::string>& keys)> listener) = 0;
};

}  // namespace openirsa::store
