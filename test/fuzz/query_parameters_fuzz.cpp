// Can any bytes break the reading of a form, or give one form two readings?
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "wire/parameters.h"

namespace {

using openirsa::wire::Parameters;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_everything(const Parameters& parameters, std::string_view name) {
  if (const auto value = parameters.find(name)) {
    require(openirsa::is_utf8(*value));
    require(value->find('\0') == std::string_view::npos);
  }
  if (const auto list = parameters.list(name)) require(list->size() <= parameters.size());
  if (const auto pairs = parameters.pairs(name, "Key", "Value"))
    require(2 * pairs->size() <= parameters.size());
  if (const auto number = parameters.integer(name); number && *number) {
    require(**number >= INT32_MIN && **number <= INT32_MAX);
  }
  (void)parameters.boolean(name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = Parameters::parse(text);
  const auto rest = Parameters::parse_rest(text);
  // What the query protocol accepts, REST accepts too: it only allows more.
  require(!form || rest);
  for (const std::string_view name : {"Action", "Version", "Tags", "L", "a", ""}) {
    if (form) read_everything(*form, name);
    if (rest) read_everything(*rest, name);
  }
  return 0;
}
