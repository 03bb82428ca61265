// The INI files of the AWS tools, which we read and change: a section that was written is found with its
// settings, and all other sections stay. Input: a section's name, a setting `name=value`, and the file behind
// them.
#include "base/text.h"
#include "cli/files.h"
#include "fuzz.h"

namespace {

using namespace openirsa;
using fuzz::require;

bool is_plain(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '_' && c != '-' && c != '.' && c != '/' && c != ':') return false;
  }
  return !text.empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const std::string section(lines.next());
  const std::string_view setting = lines.next();
  const std::string_view file = lines.rest();
  const auto other = cli::find_section(file, "other");
  const std::size_t equals = setting.find('=');
  if (equals == setting.npos || !is_plain(section) || !is_plain(setting.substr(0, equals)) ||
      !is_plain(setting.substr(equals + 1))) {
    return 0;
  }
  const std::map<std::string, std::string> values{
      {std::string(setting.substr(0, equals)), std::string(setting.substr(equals + 1))}};
  const std::string changed = cli::with_section(file, section, values);
  const auto after = cli::find_section(changed, section);
  require(after.has_value(), "a written section is found");
  require(
      after->contains(values.begin()->first) && after->at(values.begin()->first) == values.begin()->second,
      "with its settings");
  // A lone CR at the file's end becomes a line end, and with it the file's style.
  if (file.find('\r') != file.npos) return 0;
  if (section != "other") require(cli::find_section(changed, "other") == other, "other sections stay");
  require(cli::with_section(changed, section, values) == changed, "writing again changes nothing");
  return 0;
}
