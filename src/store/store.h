// The revisioned store: the one seam under everything that is kept. etcd's data model, small: keys and values are
// bytes, every commit gets a revision, expectations make commits conditional. The retry on conflict is written once, in
// update.h. A back end may be used from any thread.
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
  conflict,     // an expectation did not hold; nothing was written
  too_large,    // a key, value or commit beyond the limits below; nothing was written
  invalid,      // a commit that names a key twice, or an empty key
  closed,
  unavailable,  // the disk, database or network failed; the commit may be retried
  compacted,    // changes() was asked for a revision that is no longer kept: start again from list()
};

struct Error {
  Fault code;
  std::string message;
};

// etcd's defaults, and therefore the bound of every back end.
constexpr std::size_t max_operations_per_commit = 128;
constexpr std::size_t max_value_bytes = 1024 * 1024;
constexpr std::size_t max_commit_bytes = 1536 * 1024;
constexpr std::size_t max_key_bytes = 1024;

using Revision = std::int64_t;  // 0 before the first commit; grows by one with each commit

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
  virtual Result<std::vector<Entry>, Error> list(std::string_view prefix, std::string_view after, std::size_t limit) = 0;
  // All or nothing; durable before it returns the revision. An empty commit with expectations is allowed.
  virtual Result<Revision, Error> commit(const Commit& commit) = 0;
  // What changed after `revision` under `prefix`. Returns at once; wait_for_changes blocks.
  virtual Result<Changes, Error> changes(std::string_view prefix, Revision revision) = 0;
  // Returns when the store's revision is above `revision` or close() was called or `timeout` passed.
  virtual Result<Revision, Error> wait_for_changes(Revision revision, std::chrono::milliseconds timeout) = 0;
  virtual Result<Revision, Error> revision() = 0;
  // Refuses everything afterwards with Fault::closed; idempotent.
  virtual void close() = 0;
};

std::unique_ptr<Store> make_memory_store();
// One process at a time: a lock file beside the database. WAL, synchronous=FULL; concurrent commits share one fsync.
Result<std::unique_ptr<Store>, Error> open_sqlite_store(const std::string& path);
// "memory:" or "sqlite:/path".
Result<std::unique_ptr<Store>, Error> open_store(std::string_view url);

}  // namespace openirsa::store
