#include "cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace openirsa::cli {
namespace {

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

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<Done, Failure> write_file(const std::string& given, std::string_view text, unsigned mode) {
  std::error_code failure;
  const auto target = std::filesystem::canonical(given, failure);
  const std::string path = failure ? given : target.string();
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failure);
  const std::string temporary = path + ".new";
  // What an earlier write left may have another mode.
  ::unlink(temporary.c_str());
  const int out = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (out < 0) return Failure{"cannot write " + path + ": " + reason()};
  const bool written = ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool closed = ::close(out) == 0;
  if (!written || !closed || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = reason();
    ::unlink(temporary.c_str());
    return Failure{"cannot write " + path + ": " + why};
  }
  return Done{};
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
