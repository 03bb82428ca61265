#include "cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/text.h"

namespace openirsa::cli {
namespace {

std::string reason() { return std::generic_category().message(errno); }

std::string_view strip(std::string_view line) {
  line = trim(line);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return trim(line);
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

Result<Done, Failure> write_file(const std::string& path, std::string_view text, unsigned mode) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const std::string temporary = path + ".new";
  const int out = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
  if (out < 0) return Failure{"cannot write " + path + ": " + reason()};
  const bool written = ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool closed = ::close(out) == 0;
  if (!written || !closed || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return Failure{"cannot write " + path + ": " + reason()};
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
    if (!inside || equals == std::string_view::npos || strip(line).starts_with('#')) continue;
    (*values)[std::string(strip(line.substr(0, equals)))] = std::string(strip(line.substr(equals + 1)));
  }
  return values;
}

std::string with_section(std::string_view text, std::string_view section,
                         const std::map<std::string, std::string>& values) {
  std::string body = "[" + std::string(section) + "]\n";
  for (const auto& [name, value] : values) body.append(name).append(" = ").append(value).append("\n");
  std::string out;
  bool inside = false;
  bool placed = false;
  while (text.ends_with('\n')) text.remove_suffix(1);
  for (const std::string_view line : text.empty() ? std::vector<std::string_view>{} : split(text, '\n')) {
    if (const auto name = section_name(line)) {
      inside = *name == section;
      if (inside && !placed) {
        out += body;
        placed = true;
      }
    }
    if (!inside) out.append(line).append("\n");
  }
  if (!placed) out += (out.empty() ? "" : "\n") + body;
  return out;
}

}  // namespace openirsa::cli
