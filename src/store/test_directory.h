// A directory of a test's own, gone with it. Included by tests only.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace openirsa::store {

// In memory, where the system has such a place, for tests that need no disk to be waited for.
enum class Where { disk, memory };

class TestDirectory {
 public:
  explicit TestDirectory(Where where = Where::disk) {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = where == Where::memory && std::filesystem::is_directory(memory);
    const auto parent = in_memory ? memory : std::filesystem::temp_directory_path();
    std::string name = (parent / "openirsa-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) ? name : std::string();
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace openirsa::store
