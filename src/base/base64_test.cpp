// The blocks that the processor takes at a time must do what the groups do one by one.
#include <gtest/gtest.h>

#include <string>

#include "base/base64_blocks.h"
#include "base/text.h"

namespace openirsa {
namespace {

// Bytes that differ from one another and from test to test, the same in each run.
std::string some_bytes(std::size_t count, unsigned seed) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 1664525U + 1013904223U;
    bytes.push_back(static_cast<char>(seed >> 24));
  }
  return bytes;
}

// Six bits after six bits.
std::string naive(std::string_view bytes, std::string_view letters) {
  std::string text;
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 6) {
    unsigned value = 0;
    for (std::size_t i = bit; i < bit + 6; ++i) {
      const bool set =
          i < bytes.size() * 8 && (static_cast<unsigned char>(bytes[i / 8]) >> (7 - i % 8) & 1) != 0;
      value = value << 1 | static_cast<unsigned>(set);
    }
    text.push_back(letters[value]);
  }
  return text;
}

TEST(Base64Blocks, every_length_reads_and_writes_as_bit_by_bit) {
  for (std::size_t length = 0; length <= 300; ++length) {
    const std::string bytes = some_bytes(length, static_cast<unsigned>(length));
    const std::string url = naive(bytes, url_alphabet.letters);
    EXPECT_EQ(to_base64url(bytes), url);
    EXPECT_EQ(from_base64url(url), bytes);
    std::string plain = naive(bytes, plain_alphabet.letters);
    plain.append((4 - plain.size() % 4) % 4, '=');
    EXPECT_EQ(to_base64(bytes), plain);
    EXPECT_EQ(from_base64(plain), bytes);
  }
}

TEST(Base64Blocks, every_letter_in_every_place_is_taken_or_refused) {
  constexpr std::size_t length = 100;
  for (int c = 0; c < 256; ++c) {
    const bool plain = plain_alphabet.letters.find(static_cast<char>(c)) != std::string_view::npos;
    const bool url = url_alphabet.letters.find(static_cast<char>(c)) != std::string_view::npos;
    for (std::size_t at = 0; at < length - 1; ++at) {  // the last place may be padding
      std::string text(length, 'A');
      text[at] = static_cast<char>(c);
      const auto decoded = from_base64(text);
      const auto decoded_url = from_base64url(text);
      ASSERT_EQ(decoded.has_value(), plain) << c << " at " << at;
      ASSERT_EQ(decoded_url.has_value(), url) << c << " at " << at;
      if (plain) {
        ASSERT_EQ(to_base64(*decoded), text);
      }
      if (url) {
        ASSERT_EQ(to_base64url(*decoded_url), text);
      }
    }
  }
}

}  // namespace
}  // namespace openirsa
