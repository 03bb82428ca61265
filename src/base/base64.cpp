#include <array>
#include <cstdint>

#include "base/base64_blocks.h"
#include "base/text.h"

namespace openirsa {
namespace {

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

// The six bits of each letter at each of the four places of a group; `foreign` where there is no letter.
constexpr std::uint32_t foreign = 0x80000000U;
using Places = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr Places places(const Alphabet64& alphabet) {
  Places table{};
  for (auto& place : table) place.fill(foreign);
  for (std::uint32_t value = 0; value < 64; ++value) {
    for (std::size_t place = 0; place < 4; ++place) {
      table[place][static_cast<std::uint8_t>(alphabet.letters[value])] = value << (18 - 6 * place);
    }
  }
  return table;
}

constexpr auto plain_places = places(plain_alphabet);
constexpr auto url_places = places(url_alphabet);

enum class Padding { none, added };

std::string encode64(const Alphabet64& alphabet, std::string_view bytes, Padding padding) {
  const std::string_view letters = alphabet.letters;
  const std::size_t rest = bytes.size() % 3;
  const std::size_t last = rest == 0 ? 0 : padding == Padding::added ? 4 : rest + 1;
  std::string out(bytes.size() / 3 * 4 + last, '=');
  char* to = out.data();
  const auto put = [&](std::uint32_t group, int count) {
    for (int shift = 18; count > 0; shift -= 6, --count) *to++ = letters[group >> shift & 63];
  };
  std::size_t i = encode64_blocks(alphabet, bytes, to);
  to += i / 3 * 4;
  for (; i + 3 <= bytes.size(); i += 3) {
    put(std::uint32_t{byte_of(bytes[i])} << 16 | std::uint32_t{byte_of(bytes[i + 1])} << 8 |
            byte_of(bytes[i + 2]),
        4);
  }
  if (rest == 1) put(std::uint32_t{byte_of(bytes[i])} << 16, 2);
  if (rest == 2) put(std::uint32_t{byte_of(bytes[i])} << 16 | std::uint32_t{byte_of(bytes[i + 1])} << 8, 3);
  return out;
}

std::optional<std::string> decode64(const Alphabet64& alphabet, const Places& table, std::string_view text) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  std::string out(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  char* to = out.data();
  const std::size_t done = decode64_blocks(alphabet, text, to);
  text.remove_prefix(done);
  to += done / 4 * 3;
  std::uint32_t seen = 0;
  for (; text.size() >= 4; text.remove_prefix(4), to += 3) {
    const std::uint32_t group = table[0][byte_of(text[0])] | table[1][byte_of(text[1])] |
                                table[2][byte_of(text[2])] | table[3][byte_of(text[3])];
    seen |= group;
    to[0] = static_cast<char>(group >> 16);
    to[1] = static_cast<char>(group >> 8);
    to[2] = static_cast<char>(group);
  }
  if (rest != 0) {
    const std::uint32_t group = table[0][byte_of(text[0])] | table[1][byte_of(text[1])] |
                                (rest == 3 ? table[2][byte_of(text[2])] : 0);
    const std::uint32_t spare = rest == 2 ? 0xFFFF : 0xFF;  // bits that no byte holds
    if ((group & spare) != 0) return std::nullopt;
    seen |= group;
    to[0] = static_cast<char>(group >> 16);
    if (rest == 3) to[1] = static_cast<char>(group >> 8);
  }
  if ((seen & foreign) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string to_base64(std::string_view bytes) { return encode64(plain_alphabet, bytes, Padding::added); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode64(plain_alphabet, plain_places, text);
}

std::string to_base64url(std::string_view bytes) { return encode64(url_alphabet, bytes, Padding::none); }
std::optional<std::string> from_base64url(std::string_view text) {
  return decode64(url_alphabet, url_places, text);
}

}  // namespace openirsa
