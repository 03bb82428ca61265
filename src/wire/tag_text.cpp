#include "wire/tag_text.h"

#include "wire/tag_letters.h"

namespace openirsa::wire {
namespace {

bool is_ascii_tag_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
}

}  // namespace

bool is_tag_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 1) {
      if (!is_ascii_tag_letter(text[i++])) return false;
      continue;
    }
    char32_t scalar = lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      scalar = scalar << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    if (!is_letter_number_or_space(scalar)) return false;
    i += length;
  }
  return true;
}

void add_request_tags(const Parameters& parameters, std::span<const std::string_view> further,
                      policy::Context& context) {
  std::vector<std::string_view> keys;
  if (const auto tags = parameters.pairs("Tags", "Key", "Value")) {
    for (const auto& [key, value] : *tags) {
      context.add_owned("aws:RequestTag/" + std::string(key), std::string(value));
      keys.push_back(key);
    }
  }
  keys.insert(keys.end(), further.begin(), further.end());
  if (!keys.empty()) context.add_list("aws:TagKeys", std::move(keys));
}

void add_resource_tags(const record::Tags& tags, policy::Context& context) {
  for (const auto& [key, value] : tags) {
    context.add_owned("aws:ResourceTag/" + key, value);
    context.add_owned("iam:ResourceTag/" + key, value);
  }
}

}  // namespace openirsa::wire
