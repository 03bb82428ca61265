// One holder at a time, among all processes of this machine; the system releases it when the holder dies.
#pragma once

#include <string>

#include "store/store.h"

namespace openirsa::store {

class LockFile {
 public:
  // Refuses a lock that is held, naming the path and the holder's process id.
  static Result<LockFile, Error> take(const std::string& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace openirsa::store
