#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace openirsa {
namespace {

constexpr std::string_view lower_digits = "0123456789abcdef";
constexpr std::string_view upper_digits = "0123456789ABCDEF";
constexpr std::string_view plain_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

std::string hex_with(std::string_view digits, std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(digits[byte_of(c) >> 4]);
    out.push_back(digits[byte_of(c) & 15]);
  }
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<std::int8_t, 256> inverse(std::string_view alphabet) {
  std::array<std::int8_t, 256> table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

// The six bits of each letter at each of the four places of a group; `foreign` where there is no letter.
constexpr std::uint32_t foreign = 0x80000000U;
using Places = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr Places places(std::string_view alphabet) {
  const auto values = inverse(alphabet);
  Places table{};
  for (std::size_t place = 0; place < 4; ++place) {
    for (std::size_t c = 0; c < 256; ++c) {
      table[place][c] = values[c] < 0 ? foreign : static_cast<std::uint32_t>(values[c]) << (18 - 6 * place);
    }
  }
  return table;
}

constexpr auto plain_places = places(plain_alphabet);
constexpr auto url_places = places(url_alphabet);

enum class Padding { none, added };

std::string encode64(std::string_view alphabet, std::string_view bytes, Padding padding) {
  const std::size_t rest = bytes.size() % 3;
  const std::size_t last = rest == 0 ? 0 : padding == Padding::added ? 4 : rest + 1;
  std::string out(bytes.size() / 3 * 4 + last, '=');
  char* to = out.data();
  const auto put = [&](std::uint32_t group, int letters) {
    for (int shift = 18; letters > 0; shift -= 6, --letters) *to++ = alphabet[group >> shift & 63];
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = std::uint32_t{byte_of(bytes[i])} << 16 |
                                std::uint32_t{byte_of(bytes[i + 1])} << 8 | byte_of(bytes[i + 2]);
    to[0] = alphabet[group >> 18];
    to[1] = alphabet[group >> 12 & 63];
    to[2] = alphabet[group >> 6 & 63];
    to[3] = alphabet[group & 63];
    to += 4;
  }
  if (rest == 1) put(std::uint32_t{byte_of(bytes[i])} << 16, 2);
  if (rest == 2) put(std::uint32_t{byte_of(bytes[i])} << 16 | std::uint32_t{byte_of(bytes[i + 1])} << 8, 3);
  return out;
}

std::optional<std::string> decode64(const Places& table, std::string_view text) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  std::string out(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  char* to = out.data();
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

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::optional<std::string> decode_percent(std::string_view text, bool plus_is_space) {
  // Most text has nothing to decode, and a token of a thousand letters never has.
  if (text.find('%') == std::string_view::npos &&
      (!plus_is_space || text.find('+') == std::string_view::npos)) {
    return std::string(text);
  }
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t plain = i;
    while (plain < text.size() && text[plain] != '%' && (text[plain] != '+' || !plus_is_space)) ++plain;
    out.append(text, i, plain - i);
    i = plain;
    if (i == text.size()) break;
    if (text[i] == '+') {
      out.push_back(' ');
      ++i;
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
    i += 3;
  }
  return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// The length of the well-formed sequence at the front of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto in = [&](std::size_t i, int low, int high) {
    return i < text.size() && byte_of(text[i]) >= low && byte_of(text[i]) <= high;
  };
  const int first = byte_of(text[0]);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const int low = first == 0xE0 ? 0xA0 : 0x80;
    const int high = first == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const int low = first == 0xF0 ? 0x90 : 0x80;
    const int high = first == 0xF4 ? 0x8F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string to_hex(std::string_view bytes) { return hex_with(lower_digits, bytes); }
std::string to_upper_hex(std::string_view bytes) { return hex_with(upper_digits, bytes); }

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

std::string to_base64(std::string_view bytes) { return encode64(plain_alphabet, bytes, Padding::added); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode64(plain_places, text);
}

std::string to_base64url(std::string_view bytes) { return encode64(url_alphabet, bytes, Padding::none); }
std::optional<std::string> from_base64url(std::string_view text) { return decode64(url_places, text); }

std::string percent_encode(std::string_view text, bool keep_slash) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(upper_digits[byte_of(c) >> 4]);
      out.push_back(upper_digits[byte_of(c) & 15]);
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) { return decode_percent(text, false); }
std::optional<std::string> form_decode(std::string_view text) { return decode_percent(text, true); }

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), upper);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.empty()) return true;
  // Nearly all texts that are compared are the same letter for letter or differ in their last ones.
  if (lower(a.back()) != lower(b.back())) return false;
  return a == b || std::ranges::equal(a, b, {}, lower, lower);
}

std::string concatenate(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string out;
  out.reserve(size);
  for (const std::string_view part : parts) out.append(part);
  return out;
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const char* begin = text.data();
  const auto [at, failure] = std::from_chars(begin, end, value);
  if (failure != std::errc{} || at != end) return std::nullopt;
  return value;
}

std::string_view utf8_prefix(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (byte_of(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end);
}

std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    // Most text is ASCII: eight bytes at a time.
    std::uint64_t eight = 0;
    while (text.size() >= sizeof eight) {
      std::memcpy(&eight, text.data(), sizeof eight);
      if ((eight & 0x8080808080808080U) != 0) break;
      text.remove_prefix(sizeof eight);
    }
    if (text.empty()) return true;
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t scalar_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (byte_of(c) & 0xC0) != 0x80; }));
}

}  // namespace openirsa
