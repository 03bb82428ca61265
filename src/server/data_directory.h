// The data directory: made with mode 0700, its format checked, the files that people read written with mode
// 0600.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "http/endpoint.h"

namespace openirsa::server {

struct DirectoryError {
  std::string message;
};

class DataDirectory {
 public:
  static constexpr int format = 1;

  // Makes it where it is not there; a relative path becomes absolute. Refuses a directory that others may
  // enter, one that holds something else, and a FORMAT newer than this program's.
  static Result<DataDirectory, DirectoryError> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(std::string_view name) const { return path_ / name; }

  // Whole-file write through a temporary file and rename, fsynced, mode 0600.
  Result<Done, DirectoryError> write(std::string_view name, std::string_view text) const;
  // Held as long as this object lives: a second server on the same directory is refused with the holder's
  // process id.
  Result<Done, DirectoryError> lock();

 private:
  explicit DataDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
  http::FileDescriptor lock_;
};

Result<std::string, DirectoryError> read_file(const std::filesystem::path& path, std::size_t max_bytes);

// The master key: 32 bytes from `file` or the output of `command` (64 hex digits each), else master.key in
// the directory, made on first use. `inside` tells that the key lies beside what it protects.
struct MasterKey {
  Secret bytes;
  bool inside = false;
};
Result<MasterKey, DirectoryError> load_master_key(const DataDirectory& directory, const std::string& file,
                                                  const std::string& command, bool data_exists);

}  // namespace openirsa::server
