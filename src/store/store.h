// The revisioned store: the one seam under everything that is kept. etcd's data model, small: keys and values
// are bytes, every commit gets a revision, expectations make commits conditional. The retry on conflict is
// written once, in update.h. A back end may be used from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openirsa::store {

enum class Fault {
  conflict,   // an expectation did not hold; nothing was written
  too_large,  // a key, value or commit beyond the limits below; nothing was written
  invalid,    // a commit that names a key twice, an empty key, or a store address that means nothing
  closed,
  unavailable,  // the disk, database or network failed; the commit may be retried (its expectations tell)
  compacted,    // changes() was asked for a revision that is not kept, or never was: start again from list()
};

struct Error {
  Fault code;
  std::string message;
};

// etcd's defaults, and therefore the bound of every back end. As etcd counts them: so many expectations and
// so many puts and deletes together; the bytes of a commit are those of all its keys and values.
constexpr std::size_t max_operations_per_commit = 128;
constexpr std::size_t max_value_bytes = 1024 * 1024;
constexpr std::size_t max_commit_bytes = 1536 * 1024;
constexpr std::size_t max_key_bytes = 1024;

// 0 before the first commit; grows by one with each commit that changes something. A commit that changes
// nothing (no put, and no delete of a key that exists) leaves it alone and returns it, as in etcd.
using Revision = std::int64_t;

struct Entry {
  std::string key;
  std::string value;
  Revision revision = 0;  // of the commit that wrote it
};

// A key's revision must be this for the commit to happen; 0 means that the key must not exist.
struct Expectation {
  std::string key;
  Revision revision = 0;
};

struct Put {
  std::string key;
  std::string value;
};

struct Commit {
  std::vector<Expectation> expect;
  std::vector<Put> puts;
  std::vector<std::string> deletes;  // deleting an absent key succeeds
};

// One key's change: a value, or nothing when the key was deleted.
struct Change {
  std::string key;
  std::optional<std::string> value;
  Revision revision = 0;
};

struct Changes {
  std::vector<Change> changes;  // in revision order, each commit whole
  Revision revision = 0;        // everything up to here is included
};

class Store {
 public:
  virtual ~Store() = default;

  virtual Result<std::optional<Entry>, Error> get(std::string_view key) = 0;
  // Entries whose key starts with `prefix` and is greater than `after`, in byte order, at most `limit`.
  virtual Result<std::vector<Entry>, Error> list(std::string_view prefix, std::string_view after,
                                                 std::size_t limit) = 0;
  // All or nothing; durable before it returns the revision. An empty commit with expectations is allowed.
  // Among the expectations, and among the puts and deletes, each key may stand once.
  virtual Result<Revision, Error> commit(const Commit& commit) = 0;
  // What changed after `revision` under `prefix`. Returns at once; wait_for_changes blocks.
  virtual Result<Changes, Error> changes(std::string_view prefix, Revision revision) = 0;
  // Returns when the store's revision is above `revision` or `timeout` passed, or Fault::closed once close()
  // is called.
  virtual Result<Revision, Error> wait_for_changes(Revision revision, std::chrono::milliseconds timeout) = 0;
  virtual Result<Revision, Error> revision() = 0;
  // Refuses everything afterwards with Fault::closed; idempotent.
  virtual void close() = 0;
};

// How much of the past changes() can tell: the most recent revisions within both bounds, and always the last
// one. A back end may keep a little more.
struct LogBound {
  std::size_t revisions = 10'000;
  std::size_t bytes = 64 * 1024 * 1024;
};

std::unique_ptr<Store> make_memory_store(LogBound bound = {});
// One process at a time: a lock file beside the database (`path`.lock). WAL, synchronous=FULL; concurrent
// commits share one fsync. Refuses, with Fault::unavailable and a message that names the path: a database in
// use (and the holder's process id), one that is not ours, one made by a newer version, a damaged one.
Result<std::unique_ptr<Store>, Error> open_sqlite_store(const std::string& path, LogBound bound = {});
// "memory:" or "sqlite:/path".
Result<std::unique_ptr<Store>, Error> open_store(std::string_view url);

}  // namespace openirsa::store
