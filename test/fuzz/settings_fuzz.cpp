// Can any settings file, environment or flags break what reads them, and is a configuration that we print
// read as the same one? Input: the file; after a line `--environment`, lines NAME=VALUE; after a line
// `--flags`, lines key=value.
#include <map>

#include "fuzz.h"
#include "server/settings.h"

namespace {

using namespace openirsa;
using fuzz::require;

std::map<std::string, std::string> pairs_of(std::string_view text) {
  std::map<std::string, std::string> pairs;
  fuzz::Lines lines(text);
  while (!lines.ended()) {
    const std::string_view line = lines.next();
    const std::size_t equals = line.find('=');
    if (equals != line.npos) pairs.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return pairs;
}

// What stands behind the line `mark`, and the text is cut there.
std::string_view cut_at(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {};
  const std::string_view behind = text.substr(at + mark.size());
  text = text.substr(0, at);
  return behind;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const auto flags = pairs_of(cut_at(text, "--flags\n"));
  const auto environment = pairs_of(cut_at(text, "--environment\n"));
  const auto settings = server::Settings::load(std::string(text), environment, flags);
  if (!settings) {
    require(!settings.error().message.empty(), "a refusal says why");
    return 0;
  }
  const auto again = server::Settings::load(settings->to_toml(), {}, {});
  require(bool(again), "a printed configuration is read");
  for (const auto& [key, value, origin] : settings->all()) {
    require(again->text(key) == value, "and says the same");
    require(!origin.empty(), "every value knows where it is from");
    (void)settings->number(key);
    (void)settings->flag(key);
    for (const std::string& part : settings->list(key)) require(!part.empty(), "a list holds no empty part");
  }
  return 0;
}
