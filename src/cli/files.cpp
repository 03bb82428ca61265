#include "cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "crypto/random.h"

namespace openirsa::cli {
namespace {

constexpr std::size_t longest_file = std::size_t{16} << 20U;

std::string reason() { return std::generic_category().message(errno); }

std::string_view strip(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return trim(line);
}

bool is_comment(std::string_view line) {
  line = strip(line);
  return line.starts_with('#') || line.starts_with(';');
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (opened()) ::close(number_);
  }
  bool opened() const { return number_ >= 0; }
  int number() const { return number_; }
  // Some disks tell of a failed write only here.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

// A file of its own; whatever has the name already is left as it is, and what half succeeded goes again. The
// failure is the reason alone.
Result<Done, Failure> make_file(const std::string& path, std::string_view text, unsigned mode) {
  Descriptor out(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!out.opened()) return Failure{reason()};
  const bool written = ::write(out.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (out.close() && written) return Done{};
  const std::string why = reason();
  ::unlink(path.c_str());
  return Failure{why};
}

// "[name]" without the brackets; nothing for other lines.
std::optional<std::string_view> section_name(std::string_view line) {
  line = strip(line);
  if (line.size() < 2 || line.front() != '[' || line.back() != ']') return std::nullopt;
  return strip(line.substr(1, line.size() - 2));
}

}  // namespace

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): verbs have one thread
  return value == nullptr ? std::string{} : std::string(value);
}

std::string home_directory() { return variable("HOME"); }

Result<std::string, Failure> text_of_file(const std::string& path) {
  const auto unreadable = [&](const std::string& why) { return Failure{"cannot read " + path + ": " + why}; };
  const Descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.opened()) return unreadable(reason());
  std::string text;
  std::array<char, 65'536> part{};
  while (true) {
    const ssize_t count = ::read(in.number(), part.data(), part.size());
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(reason());
    text.append(part.data(), static_cast<std::size_t>(count));
    if (text.size() > longest_file) return unreadable("it is longer than 16 MiB");
  }
}

std::optional<std::string> read_file(const std::string& path) {
  auto text = text_of_file(path);
  return text ? std::optional(*std::move(text)) : std::nullopt;
}

Result<Done, Failure> write_file(const std::string& given, std::string_view text, unsigned mode) {
  std::error_code failure;
  const auto target = std::filesystem::canonical(given, failure);
  const std::string path = failure ? given : target.string();
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::filesystem::create_directories(directory, failure);
  // Drawn, not made from the path: `NAME.new` beside NAME may be somebody's own file.
  const std::string temporary = directory / (".openirsa-" + crypto::random_uuid());
  if (const auto made = make_file(temporary, text, mode); !made)
    return Failure{"cannot write " + path + ": " + made.error().message};
  if (::rename(temporary.c_str(), path.c_str()) == 0) return Done{};
  const std::string why = reason();
  ::unlink(temporary.c_str());
  return Failure{"cannot write " + path + ": " + why};
}

Result<Done, Failure> write_new_file(const std::string& path, std::string_view text, unsigned mode) {
  auto made = make_file(path, text, mode);
  if (!made) return Failure{"cannot write " + path + ": " + made.error().message};
  return made;
}

std::optional<std::map<std::string, std::string>> find_section(std::string_view text,
                                                               std::string_view section) {
  std::optional<std::map<std::string, std::string>> values;
  bool inside = false;
  for (const std::string_view line : split(text, '\n')) {
    if (const auto name = section_name(line)) {
      inside = *name == section;
      if (inside && !values) values.emplace();
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos || is_comment(line)) continue;
    (*values)[std::string(strip(line.substr(0, equals)))] = std::string(strip(line.substr(equals + 1)));
  }
  return values;
}

std::string with_section(std::string_view text, std::string_view section,
                         const std::map<std::string, std::string>& values) {
  const std::string end = text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
  std::string body = "[" + std::string(section) + "]" + end;
  for (const auto& [name, value] : values) body += name + " = " + value + end;
  std::string out;
  std::string held;  // comments and empty lines within the section: they belong to what follows
  bool inside = false;
  bool placed = false;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(length);
    if (const auto name = section_name(line)) {
      out += std::exchange(held, {});
      inside = *name == section;
      if (inside && !std::exchange(placed, true)) out += body;
    } else if (inside) {
      const bool setting = !strip(line).empty() && !is_comment(line);
      setting ? held.clear() : static_cast<void>(held += line);
    }
    if (!inside) out += line;
  }
  out += held;
  if (placed) return out;
  if (!out.empty() && !out.ends_with('\n')) out += end;
  return out + (out.empty() ? "" : end) + body;
}

}  // namespace openirsa::cli
