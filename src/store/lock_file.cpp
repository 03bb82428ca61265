#include "store/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace openirsa::store {
namespace {

Error failure(const std::string& path) {
  return {Fault::unavailable, "cannot lock `" + path + "`: " + std::generic_category().message(errno)};
}

Error in_use(const std::string& path, int descriptor) {
  std::array<char, 32> text{};
  const auto length = ::pread(descriptor, text.data(), text.size(), 0);
  auto holder = std::string_view(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  holder = holder.substr(0, holder.find('\n'));
  return {Fault::unavailable, "`" + path + "` is held by " +
                                  (is_digits(holder) ? "process " + std::string(holder) : "another process")};
}

}  // namespace

Result<LockFile, Error> LockFile::take(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failure(path);
  LockFile lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? in_use(path, descriptor) : failure(path);
  }
  const std::string holder = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, holder.data(), holder.size(), 0) != std::ssize(holder)) {
    return failure(path);
  }
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

// The file stays: removing it would let two processes hold two files of the same name.
LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace openirsa::store
