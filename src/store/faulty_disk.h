// A disk under SQLite that fails on demand and forgets, at a power cut, what was not synced. It stands before
// the real one, counts every write, truncation and sync as a step, and keeps what a power cut would leave.
// Included by tests only.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace openirsa::store {

// While it lives, every database that SQLite opens is on it. One at a time.
class FaultyDisk {
 public:
  FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  std::int64_t steps() const;
  std::int64_t syncs() const;

  // The step with this number answers the SQLite code; once, or it and all that follow.
  void fail_at(std::int64_t step, int code, bool for_good);
  void heal();

  // Writes to `directory` what a power cut now would leave of each file: all that was synced, and of the
  // writes since the last sync an arbitrary part, chosen by `seed`.
  void leave_after_power_cut(const std::string& directory, unsigned seed) const;

 private:
  friend struct FaultyFile;

  struct Write {
    std::int64_t offset = 0;  // a truncation to here when there are no bytes
    std::string bytes;
  };
  struct Image {
    std::string synced;
    std::vector<Write> since;
  };

  // SQLITE_OK, or what the step must answer.
  int step();
  void written(const std::string& path, std::int64_t offset, std::string bytes);
  void synced(const std::string& path);
  void removed(const std::string& path);

  sqlite3_vfs* real_;
  sqlite3_vfs own_;
  mutable std::mutex mutex_;
  std::map<std::string, Image> images_;
  std::int64_t steps_ = 0;
  std::int64_t syncs_ = 0;
  std::int64_t failing_step_ = -1;
  int failing_code_ = SQLITE_OK;
  bool failing_for_good_ = false;
};

}  // namespace openirsa::store
