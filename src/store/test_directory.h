// A directory of a test's own, gone with it. Included by tests only.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace openirsa::store {

class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "openirsa-store-XXXXXX").string();
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
