#include "audit/trace_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace openirsa::audit {
namespace {

DiskError failed(const std::string& path, int code) {
  return {path + ": " + std::generic_category().message(code)};
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The directory and the one above it, which both are ours alone.
bool make_directories(const std::filesystem::path& directory) {
  for (const auto& path : {directory.parent_path(), directory}) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return false;
  }
  return true;
}

class RealDisk final : public TraceDisk {
 public:
  Result<std::vector<std::string>, DiskError> names_in(const std::string& directory) override {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(directory, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error && error != std::errc::no_such_file_or_directory) return failed(directory, error.value());
    return names;
  }

  Result<Done, DiskError> append(const std::string& path, std::uint64_t expected_size,
                                 std::string_view text) override {
    if (expected_size == 0 && !make_directories(std::filesystem::path(path).parent_path())) {
      return failed(std::filesystem::path(path).parent_path().string(), errno);
    }
    // A new file's name was never used: what stands there is left of an attempt that failed.
    const int create = expected_size == 0 ? O_CREAT | O_TRUNC : 0;
    const Descriptor file(path, O_WRONLY | O_APPEND | O_NOFOLLOW | create);
    if (!file.open()) return failed(path, errno);
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0) return failed(path, errno);
    if (static_cast<std::uint64_t>(facts.st_size) != expected_size) {
      return DiskError{path + ": was changed by somebody else"};
    }
    if (write_all(file.get(), text)) return Done{};
    const int code = errno;
    // Without the torn line the next attempt finds what it expects.
    const bool cut = ::ftruncate(file.get(), static_cast<off_t>(expected_size)) == 0;
    if (cut && expected_size == 0) ::unlink(path.c_str());
    return failed(path, code);
  }

  Result<std::string, DiskError> read(const std::string& path, std::uint64_t at,
                                      std::uint64_t most) override {
    const Descriptor file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);  // never waits for a pipe's writer
    struct stat facts{};
    if (!file.open() || ::fstat(file.get(), &facts) != 0) return failed(path, errno);
    if (!S_ISREG(facts.st_mode)) return DiskError{path + ": is no file"};
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    std::string text(at >= size ? 0 : std::min(most, size - at), '\0');
    std::size_t got = 0;
    while (got < text.size()) {
      const ssize_t n =
          ::pread(file.get(), text.data() + got, text.size() - got, static_cast<off_t>(at + got));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed(path, errno);
      if (n == 0) break;  // cut off meanwhile
      got += static_cast<std::size_t>(n);
    }
    text.resize(got);
    return text;
  }

  Result<Done, DiskError> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, errno);
    return Done{};
  }
};

}  // namespace

std::unique_ptr<TraceDisk> make_trace_disk() { return std::make_unique<RealDisk>(); }

}  // namespace openirsa::audit
