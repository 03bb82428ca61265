#include "server/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>

#include "base/text.h"
#include "crypto/random.h"

namespace openirsa::server {
namespace {

std::string reason() { return std::generic_category().message(errno); }

using http::FileDescriptor;

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Result<Secret, DirectoryError> parse_master_key(std::string text, const std::string& where) {
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.pop_back();
  auto bytes = from_hex(text);
  wipe(text);
  if (!bytes || bytes->size() != 32) return DirectoryError{where + " does not hold 64 hex digits"};
  return Secret(std::move(*bytes));
}

Result<std::string, DirectoryError> output_of(const std::string& command) {
  FILE* const pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return DirectoryError{"master_key.command could not be started: " + reason()};
  std::array<char, 256> buffer{};
  const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe);
  std::string text(buffer.data(), count);
  buffer.fill('\0');
  const int status = ::pclose(pipe);
  if (status == 0) return text;
  wipe(text);
  return DirectoryError{
      "master_key.command failed" +
      (WIFEXITED(status) ? " with exit status " + std::to_string(WEXITSTATUS(status)) : std::string()) +
      ": " + command};
}

// What a start that was cut short, or a fresh file system, leaves in a directory of ours.
bool is_as_good_as_empty(const std::filesystem::path& path) {
  std::error_code failure;
  for (auto entry = std::filesystem::directory_iterator(path, failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    const auto name = entry->path().filename();
    if (name != "FORMAT.new" && name != "lost+found") return false;
  }
  return !failure;
}

}  // namespace

Result<std::string, DirectoryError> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return DirectoryError{"cannot read " + path.string() + ": " + reason()};
  std::string text(max_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return DirectoryError{"cannot read " + path.string() + ": " + reason()};
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_bytes) {
    return DirectoryError{path.string() + " is longer than " + std::to_string(max_bytes) + " bytes"};
  }
  return text;
}

Result<DataDirectory, DirectoryError> DataDirectory::open(const std::filesystem::path& given) {
  std::error_code failure;
  auto path = std::filesystem::absolute(given, failure).lexically_normal();
  if (failure)
    return DirectoryError{"cannot use the data directory " + given.string() + ": " + failure.message()};
  if (!path.has_filename()) path = path.parent_path();
  std::filesystem::create_directories(path.parent_path(), failure);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return DirectoryError{"cannot make the data directory " + path.string() + ": " + reason() +
                          "; set data_dir to a place where this user may write"};
  }
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return DirectoryError{"cannot use the data directory " + path.string() + ": " + reason()};
  }
  if (!S_ISDIR(status.st_mode)) return DirectoryError{path.string() + " is not a directory"};
  if ((status.st_mode & 077) != 0) {
    return DirectoryError{"others may enter the data directory " + path.string() + "; say: chmod 700 " +
                          path.string()};
  }
  DataDirectory directory(path);
  const auto file = directory.file("FORMAT");
  if (!std::filesystem::exists(file)) {
    if (!is_as_good_as_empty(path)) {
      return DirectoryError{path.string() +
                            " is neither empty nor a data directory of openirsa (it has no FORMAT file); set "
                            "data_dir to another place"};
    }
    if (auto done = directory.write("FORMAT", std::to_string(format) + "\n"); !done)
      return std::move(done).error();
    return directory;
  }
  auto text = read_file(file, 64);
  if (!text) return std::move(text).error();
  const auto found = parse_integer(trim(std::string_view(*text).substr(0, text->find('\n'))));
  if (!found) return DirectoryError{file.string() + " does not hold a number"};
  if (*found != format) {
    return DirectoryError{path.string() + " has format " + std::to_string(*found) +
                          ", this program reads format " + std::to_string(format) +
                          "; use the release that wrote it or a newer one"};
  }
  return directory;
}

Result<Done, DirectoryError> DataDirectory::write(std::string_view name, std::string_view text) const {
  const std::string target = file(name).string();
  const std::string temporary = target + ".new";
  // What an earlier write left may have another mode.
  ::unlink(temporary.c_str());
  const FileDescriptor out(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out || !write_all(out.get(), text) || ::fsync(out.get()) != 0 ||
      ::rename(temporary.c_str(), target.c_str()) != 0) {
    const std::string why = reason();
    if (out) ::unlink(temporary.c_str());
    return DirectoryError{"cannot write " + target + ": " + why};
  }
  const FileDescriptor folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) {
    return DirectoryError{"cannot make " + target + " durable: " + reason()};
  }
  return Done{};
}

Result<Done, DirectoryError> DataDirectory::lock() {
  const std::string name = file("lock").string();
  FileDescriptor descriptor(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor) return DirectoryError{"cannot open " + name + ": " + reason()};
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return DirectoryError{"cannot lock " + name + ": " + reason()};
    std::array<char, 32> holder{};
    const ssize_t count = ::read(descriptor.get(), holder.data(), holder.size());
    const std::string_view pid(holder.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return DirectoryError{"another server" + (is_digits(pid) ? " (process " + std::string(pid) + ")" : "") +
                          " is using " + path_.string() + "; stop it, or give this one another data_dir"};
  }
  if (::ftruncate(descriptor.get(), 0) != 0 || !write_all(descriptor.get(), std::to_string(::getpid()))) {
    return DirectoryError{"cannot write " + name + ": " + reason()};
  }
  lock_ = std::move(descriptor);
  return Done{};
}

Result<MasterKey, DirectoryError> load_master_key(const DataDirectory& directory, const std::string& file,
                                                  const std::string& command, bool data_exists) {
  if (!file.empty() && !command.empty()) {
    return DirectoryError{"master_key.file and master_key.command are both set; leave one"};
  }
  if (!command.empty()) {
    auto text = output_of(command);
    if (!text) return std::move(text).error();
    auto key = parse_master_key(std::move(*text), "the output of master_key.command");
    if (!key) return std::move(key).error();
    return MasterKey{std::move(*key), false};
  }
  const auto path = file.empty() ? directory.file("master.key") : std::filesystem::path(file);
  if (file.empty() && !std::filesystem::exists(path)) {
    if (data_exists) {
      return DirectoryError{path.string() +
                            " is missing, and what the store holds cannot be read without it; put it back"};
    }
    std::string text = to_hex(crypto::random_bytes(32)) + "\n";
    auto done = directory.write("master.key", text);
    wipe(text);
    if (!done) return std::move(done).error();
  }
  auto text = read_file(path, 256);
  if (!text) return std::move(text).error();
  auto key = parse_master_key(std::move(*text), path.string());
  if (!key) return std::move(key).error();
  return MasterKey{std::move(*key), file.empty()};
}

}  // namespace openirsa::server
