// The few things that kept refusals need of a disk. A seam, so that tests can have one that is full.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openirsa::audit {

struct DiskError {
  std::string message;  // "DATA/traces/unknown/1.jsonl: No space left on device"
};

class TraceDisk {
 public:
  virtual ~TraceDisk() = default;
  // Of files and directories; a directory that is not there has none.
  virtual Result<std::vector<std::string>, DiskError> names_in(const std::string& directory) = 0;
  // All or nothing, at the end of a file that has `expected_size` bytes: what a failed write left is cut off.
  // Makes file (0600) and directories (0700) where they are not there and 0 bytes are expected.
  virtual Result<Done, DiskError> append(const std::string& path, std::uint64_t expected_size,
                                         std::string_view text) = 0;
  virtual Result<std::string, DiskError> read(const std::string& path, std::uint64_t at,
                                              std::uint64_t most) = 0;
  virtual Result<Done, DiskError> remove(const std::string& path) = 0;
};

std::unique_ptr<TraceDisk> make_trace_disk();

}  // namespace openirsa::audit
