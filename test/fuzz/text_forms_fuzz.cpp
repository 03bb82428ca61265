// Do the text forms of bytes (hex, base64, base64url, percent-encoding, UTF-8, decimal numbers) agree with
// second readings that are written as naively as can be, and with OpenSSL's encoder?
#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "fuzz.h"

namespace {

using openirsa::fuzz::require;

std::string openssl_base64(std::string_view bytes) {
  std::vector<unsigned char> out(bytes.size() / 3 * 4 + 5);
  const int size = EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  return {out.begin(), out.begin() + size};
}

// The same bytes in the alphabet of RFC 4648 §5 and without padding.
std::string url_form(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

// The whole bytes that the letters hold, bit by bit, whatever else stands among them.
std::string bits_of(std::string_view text, std::string_view alphabet) {
  std::string bits;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) continue;
    for (int bit = 5; bit >= 0; --bit) bits += (value >> bit & 1) != 0 ? '1' : '0';
  }
  std::string bytes;
  for (std::size_t i = 0; i + 8 <= bits.size(); i += 8)
    bytes += static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2));
  return bytes;
}

// A text is canonical when it is what the encoder writes for the bytes in it.
void check_base64(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const std::string plain = bits_of(text, std::string(letters) + "+/");
  const std::string url = bits_of(text, std::string(letters) + "-_");
  const auto decoded = openirsa::from_base64(text);
  const auto decoded_url = openirsa::from_base64url(text);
  require(decoded.has_value() == (openssl_base64(plain) == text), "base64 is taken in its one form");
  require(decoded_url.has_value() == (url_form(openssl_base64(url)) == text),
          "base64url is taken in its one form");
  require(!decoded || *decoded == plain, "base64 holds its bytes");
  require(!decoded_url || *decoded_url == url, "base64url holds its bytes");
  require(openirsa::to_base64(text) == openssl_base64(text), "base64 as OpenSSL writes it");
  require(openirsa::to_base64url(text) == url_form(openssl_base64(text)), "base64url as OpenSSL writes it");
}

void check_hex(std::string_view text) {
  const std::string lower = openirsa::to_hex(text);
  const std::string upper = openirsa::to_upper_hex(text);
  require(openirsa::from_hex(lower) == text && openirsa::from_hex(upper) == text, "hex is read back");
  require(openirsa::to_lower(upper) == lower && openirsa::to_upper(lower) == upper,
          "hex differs in case alone");
  const bool wanted = text.size() % 2 == 0 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
  const auto bytes = openirsa::from_hex(text);
  require(bytes.has_value() == wanted, "hex is digits in pairs");
  require(!bytes || openirsa::equal_ignoring_case(openirsa::to_hex(*bytes), text), "hex holds its bytes");
}

std::optional<std::string> naive_decode(std::string_view text, bool form) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const std::string pair(text.substr(i + 1, 2));
      if (pair.size() != 2 || pair.find_first_not_of("0123456789abcdefABCDEF") != pair.npos)
        return std::nullopt;
      out += static_cast<char>(std::stoi(pair, nullptr, 16));
      i += 2;
    } else {
      out += form && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void check_percent(std::string_view text) {
  require(openirsa::percent_decode(text) == naive_decode(text, false), "percent-decoding");
  require(openirsa::form_decode(text) == naive_decode(text, true), "form-decoding");
  const std::string encoded = openirsa::percent_encode(text);
  require(openirsa::percent_decode(encoded) == text && openirsa::form_decode(encoded) == text,
          "encoded and decoded");
  require(encoded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") ==
              encoded.npos,
          "only unreserved characters and escapes remain");
  const std::string path = openirsa::percent_encode(text, true);
  require(std::ranges::count(path, '/') == std::ranges::count(text, '/') &&
              openirsa::percent_decode(path) == text,
          "slashes stay on request");
}

// How many scalar values; nothing when the text is not UTF-8 (Unicode 15, definition D92).
std::optional<std::size_t> naive_scalars(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : -1;
    if (more < 0) return std::nullopt;
    std::uint32_t scalar = more == 0 ? lead : lead & (0x3FU >> more);
    for (int k = 0; k < more; ++k, ++i) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80) return std::nullopt;
      scalar = scalar << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (scalar < least[more] || scalar > 0x10FFFF || (scalar >= 0xD800 && scalar <= 0xDFFF))
      return std::nullopt;
  }
  return count;
}

void check_numbers(std::string_view text) {
  const auto number = openirsa::parse_integer(text);
  if (number) {
    // Leading zeros are taken, and `-0` is zero: both are one number.
    std::string digits(text.substr(text.starts_with('-') ? 1 : 0));
    require(openirsa::is_digits(digits), "a number is digits");
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    const bool negative = text.starts_with('-') && digits != "0";
    require(std::to_string(*number) == (negative ? "-" : "") + digits, "a number is read whole");
  } else {
    require(!openirsa::is_digits(text) || text.size() > 18, "digits are a number unless too large");
  }
  require(openirsa::is_digits(text) == (!text.empty() && text.find_first_not_of("0123456789") == text.npos),
          "digits");
}

void check_parts(std::string_view text) {
  for (const char separator : {'/', ',', '.', '\n'}) {
    std::string joined;
    const auto parts = openirsa::split(text, separator);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      require(parts[i].find(separator) == parts[i].npos, "parts hold no separator");
      joined.append(i == 0 ? "" : std::string(1, separator)).append(parts[i]);
    }
    require(joined == text, "parts and separators are the text");
  }
  const std::string_view trimmed = openirsa::trim(text);
  require(trimmed.find_first_of(" \t") != 0 &&
              trimmed.find_last_of(" \t") + 1 != std::max<std::size_t>(trimmed.size(), 1),
          "trimmed");
  require(openirsa::equal_ignoring_case(openirsa::to_upper(text), openirsa::to_lower(text)),
          "case is ignored");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = openirsa::fuzz::text_of(data, size);
  check_base64(text);
  check_hex(text);
  check_percent(text);
  check_numbers(text);
  check_parts(text);
  const auto scalars = naive_scalars(text);
  require(openirsa::is_utf8(text) == scalars.has_value(), "UTF-8");
  require(!scalars || openirsa::scalar_count(text) == *scalars, "scalar values");
  return 0;
}
