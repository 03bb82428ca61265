// The long middle of a base64 text, 32 letters at a time where the processor can (AVX2); base64.cpp does the
// rest, and all of it elsewhere. A token of a thousand letters is decoded and a session token encoded in
// every exchange.
#pragma once

#include <cstddef>
#include <string_view>

namespace openirsa {

// A-Z a-z 0-9 and two more.
struct Alphabet64 {
  std::string_view letters;
  constexpr char second_last() const { return letters[62]; }
  constexpr char last() const { return letters[63]; }
};
inline constexpr Alphabet64 plain_alphabet{
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
inline constexpr Alphabet64 url_alphabet{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

// Encodes whole groups from the front and answers how many bytes it took, a multiple of three.
// REQUIRES: `to` has room for the whole text.
std::size_t encode64_blocks(const Alphabet64& alphabet, std::string_view bytes, char* to);
// Decodes whole groups from the front, as far as there are letters of the alphabet alone, and answers how
// many letters it took, a multiple of four. REQUIRES: `to` has room for all that the text holds.
std::size_t decode64_blocks(const Alphabet64& alphabet, std::string_view text, char* to);

}  // namespace openirsa
