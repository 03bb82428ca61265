#include "store/faulty_disk.h"

#include <filesystem>
#include <fstream>
#include <random>

namespace openirsa::store {

// SQLite allocates this for each open file, with the real one's own structure behind it.
struct FaultyFile {
  sqlite3_file base;
  FaultyDisk* disk;
  const std::string* path;  // null for files without a name
  sqlite3_file* real;

  static FaultyFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }

  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    auto& self = of(file);
    if (const int code = self.disk->step(); code != SQLITE_OK) return code;
    const int code = self.real->pMethods->xWrite(self.real, data, size, offset);
    if (code == SQLITE_OK && self.path) {
      self.disk->written(*self.path, offset,
                         {static_cast<const char*>(data), static_cast<std::size_t>(size)});
    }
    return code;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& self = of(file);
    if (const int code = self.disk->step(); code != SQLITE_OK) return code;
    const int code = self.real->pMethods->xTruncate(self.real, size);
    if (code == SQLITE_OK && self.path) self.disk->written(*self.path, size, {});
    return code;
  }
  static int sync(sqlite3_file* file, int) {
    auto& self = of(file);
    if (const int code = self.disk->step(); code != SQLITE_OK) return code;
    // The images are what would survive here; waiting for the real disk would prove nothing and take minutes.
    if (self.path) self.disk->synced(*self.path);
    return SQLITE_OK;
  }
  static int close(sqlite3_file* file) {
    auto& self = of(file);
    const int code = self.real->pMethods ? self.real->pMethods->xClose(self.real) : SQLITE_OK;
    delete self.path;
    return code;
  }

  // The rest goes straight through.
  template <auto Method, class... Args>
  static auto pass(sqlite3_file* file, Args... args) {
    auto* real = of(file).real;
    return (real->pMethods->*Method)(real, args...);
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* disk = static_cast<FaultyDisk*>(vfs->pAppData);
    auto& self = of(file);
    self.base.pMethods = nullptr;
    self.disk = disk;
    self.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(FaultyFile));
    const int code = disk->real_->xOpen(disk->real_, name, self.real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    self.path = name ? new std::string(name) : nullptr;
    self.base.pMethods = &methods;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    auto* disk = static_cast<FaultyDisk*>(vfs->pAppData);
    if (const int code = disk->step(); code != SQLITE_OK) return code;
    const int code = disk->real_->xDelete(disk->real_, name, sync_directory);
    if (code == SQLITE_OK) disk->removed(name);
    return code;
  }

  static const sqlite3_io_methods methods;
};

using M = sqlite3_io_methods;
const sqlite3_io_methods FaultyFile::methods = {
    3,
    &FaultyFile::close,
    [](sqlite3_file* f, void* p, int n, sqlite3_int64 o) { return FaultyFile::pass<&M::xRead>(f, p, n, o); },
    &FaultyFile::write,
    &FaultyFile::truncate,
    &FaultyFile::sync,
    [](sqlite3_file* f, sqlite3_int64* size) { return FaultyFile::pass<&M::xFileSize>(f, size); },
    [](sqlite3_file* f, int level) { return FaultyFile::pass<&M::xLock>(f, level); },
    [](sqlite3_file* f, int level) { return FaultyFile::pass<&M::xUnlock>(f, level); },
    [](sqlite3_file* f, int* out) { return FaultyFile::pass<&M::xCheckReservedLock>(f, out); },
    [](sqlite3_file* f, int op, void* arg) { return FaultyFile::pass<&M::xFileControl>(f, op, arg); },
    [](sqlite3_file* f) { return FaultyFile::pass<&M::xSectorSize>(f); },
    [](sqlite3_file* f) { return FaultyFile::pass<&M::xDeviceCharacteristics>(f); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return FaultyFile::pass<&M::xShmMap>(f, page, size, extend, out);
    },
    [](sqlite3_file* f, int offset, int n, int flags) {
      return FaultyFile::pass<&M::xShmLock>(f, offset, n, flags);
    },
    [](sqlite3_file* f) { return FaultyFile::pass<&M::xShmBarrier>(f); },
    [](sqlite3_file* f, int remove) { return FaultyFile::pass<&M::xShmUnmap>(f, remove); },
    [](sqlite3_file* f, sqlite3_int64 o, int n, void** out) {
      return FaultyFile::pass<&M::xFetch>(f, o, n, out);
    },
    [](sqlite3_file* f, sqlite3_int64 o, void* p) { return FaultyFile::pass<&M::xUnfetch>(f, o, p); },
};

FaultyDisk::FaultyDisk() : real_(sqlite3_vfs_find(nullptr)), own_(*real_) {
  own_.zName = "faulty-disk";
  own_.pNext = nullptr;
  own_.pAppData = this;
  own_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_->szOsFile;
  own_.xOpen = &FaultyFile::open;
  own_.xDelete = &FaultyFile::remove;
  sqlite3_vfs_register(&own_, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&own_);
  sqlite3_vfs_register(real_, 1);
}

std::int64_t FaultyDisk::steps() const {
  const std::lock_guard lock(mutex_);
  return steps_;
}

std::int64_t FaultyDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

void FaultyDisk::fail_at(std::int64_t step, int code, bool for_good) {
  const std::lock_guard lock(mutex_);
  failing_step_ = step;
  failing_code_ = code;
  failing_for_good_ = for_good;
}

void FaultyDisk::heal() { fail_at(-1, SQLITE_OK, false); }

int FaultyDisk::step() {
  const std::lock_guard lock(mutex_);
  const auto now = steps_++;
  if (failing_step_ < 0 || now < failing_step_) return SQLITE_OK;
  return now == failing_step_ || failing_for_good_ ? failing_code_ : SQLITE_OK;
}

void FaultyDisk::written(const std::string& path, std::int64_t offset, std::string bytes) {
  const std::lock_guard lock(mutex_);
  images_[path].since.push_back({offset, std::move(bytes)});
}

namespace {

void apply(std::string& content, std::int64_t offset, const std::string& bytes) {
  const auto at = static_cast<std::size_t>(offset);
  if (bytes.empty()) {
    content.resize(at);
    return;
  }
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
  content.replace(at, bytes.size(), bytes);
}

}  // namespace

void FaultyDisk::synced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ++syncs_;
  auto& image = images_[path];
  for (const auto& write : image.since) apply(image.synced, write.offset, write.bytes);
  image.since.clear();
}

void FaultyDisk::removed(const std::string& path) {
  const std::lock_guard lock(mutex_);
  images_.erase(path);
}

void FaultyDisk::leave_after_power_cut(const std::string& directory, unsigned seed) const {
  const std::lock_guard lock(mutex_);
  std::mt19937 random(seed);
  for (const auto& [path, image] : images_) {
    std::string content = image.synced;
    for (const auto& write : image.since) {
      if (random() % 2 == 0) apply(content, write.offset, write.bytes);
    }
    std::ofstream file(std::filesystem::path(directory) / std::filesystem::path(path).filename(),
                       std::ios::binary);
    file << content;
  }
}

}  // namespace openirsa::store
