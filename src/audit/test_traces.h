// Traces, a directory, and a disk that fails on demand. Included by tests only.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "audit/trace_disk.h"
#include "base/test_clock.h"
#include "wire/trace.h"

namespace openirsa::audit::test {

constexpr std::int64_t noon = 1'795'521'600;
constexpr const char* mine = "111122223333";
constexpr const char* theirs = "444455556666";

inline wire::Trace success(const std::string& id, const std::string& account = mine,
                           Time time = time_of_seconds(noon)) {
  wire::Trace trace;
  trace.request_id = id;
  trace.account = account;
  trace.time = time;
  trace.role_arn = "arn:aws:iam::" + account + ":role/web";
  return trace;
}

inline wire::Trace refusal(const std::string& id, const std::string& account = mine,
                           Time time = time_of_seconds(noon)) {
  wire::Trace trace = success(id, account, time);
  trace.fail(wire::Step::provider_found, "no_provider", "detail");
  return trace;
}

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "openirsa-audit-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) != nullptr ? name : std::string();
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  std::string traces() const { return path("traces"); }
  // The segments of a share, oldest first.
  std::vector<std::string> segments(const std::string& share) const {
    std::vector<std::string> paths;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(traces() + "/" + share, none)) {
      paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }

 private:
  std::string path_;
};

inline std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}
inline void write_content(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// The real disk, until it is full or read-only.
class FaultyDisk final : public TraceDisk {
 public:
  Result<std::vector<std::string>, DiskError> names_in(const std::string& directory) override {
    return real_->names_in(directory);
  }
  Result<Done, DiskError> append(const std::string& path, std::uint64_t expected_size,
                                 std::string_view text) override {
    ++appends;
    if (full) return DiskError{path + ": No space left on device"};
    return real_->append(path, expected_size, text);
  }
  Result<std::string, DiskError> read(const std::string& path, std::uint64_t at,
                                      std::uint64_t most) override {
    return real_->read(path, at, most);
  }
  Result<Done, DiskError> remove(const std::string& path) override {
    if (full) return DiskError{path + ": Read-only file system"};
    return real_->remove(path);
  }

  std::atomic<bool> full = false;
  std::atomic<int> appends = 0;

 private:
  std::unique_ptr<TraceDisk> real_ = make_trace_disk();
};

class Warnings {
 public:
  void add(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    texts_.push_back(text);
  }
  std::vector<std::string> all() const {
    const std::scoped_lock lock(mutex_);
    return texts_;
  }
  void clear() {
    const std::scoped_lock lock(mutex_);
    texts_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

}  // namespace openirsa::audit::test
