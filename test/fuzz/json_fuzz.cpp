// Can any bytes break the JSON reader, and is what it accepts read alike after its own writing?
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace {

using openirsa::json::value;

// Doubles may move by a unit in the last place when they are written and read; everything else stays.
bool alike(const value& a, const value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_double()) return true;
  if (a.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(), alike);
  }
  if (!a.is_object()) return a == b;
  return std::ranges::equal(a.get_object(), b.get_object(), [](const auto& x, const auto& y) {
    return x.key() == y.key() && alike(x.value(), y.value());
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = openirsa::parse_json(text);
  if (!value) {
    if (value.error().message.empty()) std::abort();
    return 0;
  }
  if (!openirsa::is_utf8(text)) std::abort();
  const auto again = openirsa::parse_json(openirsa::json::serialize(*value));
  if (!again || !alike(*value, *again)) std::abort();
  return 0;
}
