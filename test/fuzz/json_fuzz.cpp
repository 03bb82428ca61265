// Can any bytes break the JSON reader, and does what it accepts come back the same from its own writing?
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = openirsa::parse_json(text);
  if (!value) {
    if (value.error().message.empty()) std::abort();
    return 0;
  }
  if (!openirsa::is_utf8(text)) std::abort();
  const std::string written = openirsa::json::serialize(*value);
  const auto again = openirsa::parse_json(written);
  if (!again) std::abort();
  if (openirsa::json::serialize(*again) != written) std::abort();
  return 0;
}
