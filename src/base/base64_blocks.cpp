#include "base/base64_blocks.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace openirsa {

#if defined(__x86_64__)
namespace {

#define OPENIRSA_AVX2 __attribute__((target("avx2")))

const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;

// Where `low <= c <= high`, all bits of the byte. Bytes from 0x80 on count as negative and are in no range.
OPENIRSA_AVX2 __m256i in_range(__m256i c, char low, char high) {
  return _mm256_and_si256(_mm256_cmpgt_epi8(c, _mm256_set1_epi8(static_cast<char>(low - 1))),
                          _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(high + 1)), c));
}
OPENIRSA_AVX2 __m256i shift_where(__m256i mask, int by) {
  return _mm256_and_si256(mask, _mm256_set1_epi8(static_cast<char>(by)));
}

// 24 bytes in 32 lanes of six bits, each in a byte of its own: Muła and Lemire, "Faster Base64 Encoding and
// Decoding Using AVX2 Instructions" (2018), as is the way back below.
OPENIRSA_AVX2 __m256i spread(const char* bytes) {
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 12));
  const __m256i order = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2, 1, 4, 3,
                                         5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const __m256i groups = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), order);
  const __m256i odd = _mm256_mulhi_epu16(_mm256_and_si256(groups, _mm256_set1_epi32(0x0FC0FC00)),
                                         _mm256_set1_epi32(0x04000040));
  const __m256i even = _mm256_mullo_epi16(_mm256_and_si256(groups, _mm256_set1_epi32(0x003F03F0)),
                                          _mm256_set1_epi32(0x01000010));
  return _mm256_or_si256(odd, even);
}

OPENIRSA_AVX2 __m256i letters_of(const Alphabet64& alphabet, __m256i values) {
  __m256i shift = shift_where(in_range(values, 0, 25), 'A');
  shift = _mm256_or_si256(shift, shift_where(in_range(values, 26, 51), 'a' - 26));
  shift = _mm256_or_si256(shift, shift_where(in_range(values, 52, 61), '0' - 52));
  shift = _mm256_or_si256(shift, shift_where(in_range(values, 62, 62), alphabet.second_last() - 62));
  shift = _mm256_or_si256(shift, shift_where(in_range(values, 63, 63), alphabet.last() - 63));
  return _mm256_add_epi8(values, shift);
}

OPENIRSA_AVX2 std::size_t encode_avx2(const Alphabet64& alphabet, std::string_view bytes, char* to) {
  std::size_t done = 0;
  // 28 bytes are read where 24 are taken.
  for (; bytes.size() - done >= 28; done += 24, to += 32) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), letters_of(alphabet, spread(bytes.data() + done)));
  }
  return done;
}

// False where one of the 32 is not a letter of the alphabet.
OPENIRSA_AVX2 bool values_of(const Alphabet64& alphabet, __m256i letters, __m256i& values) {
  const char second_last = alphabet.second_last();
  const char last = alphabet.last();
  const __m256i upper = in_range(letters, 'A', 'Z');
  const __m256i lower = in_range(letters, 'a', 'z');
  const __m256i digit = in_range(letters, '0', '9');
  const __m256i extra = _mm256_cmpeq_epi8(letters, _mm256_set1_epi8(second_last));
  const __m256i final = _mm256_cmpeq_epi8(letters, _mm256_set1_epi8(last));
  const __m256i known =
      _mm256_or_si256(_mm256_or_si256(upper, lower), _mm256_or_si256(digit, _mm256_or_si256(extra, final)));
  if (_mm256_movemask_epi8(known) != -1) return false;
  __m256i shift = _mm256_or_si256(shift_where(upper, -'A'), shift_where(lower, 26 - 'a'));
  shift = _mm256_or_si256(shift, shift_where(digit, 52 - '0'));
  shift = _mm256_or_si256(shift, shift_where(extra, 62 - second_last));
  shift = _mm256_or_si256(shift, shift_where(final, 63 - last));
  values = _mm256_add_epi8(letters, shift);
  return true;
}

// 32 lanes of six bits as 24 bytes, and eight bytes of zeros.
OPENIRSA_AVX2 __m256i gather(__m256i values) {
  const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
  const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
  const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6,
                                         5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, order),
                                     _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

OPENIRSA_AVX2 std::size_t decode_avx2(const Alphabet64& alphabet, std::string_view text, char* to) {
  std::size_t done = 0;
  // 32 bytes are written where 24 are meant: twelve letters more have room for the rest.
  for (; text.size() - done >= 44; done += 32, to += 24) {
    __m256i values;
    if (!values_of(alphabet, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + done)),
                   values))
      break;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), gather(values));
  }
  return done;
}

}  // namespace

std::size_t encode64_blocks(const Alphabet64& alphabet, std::string_view bytes, char* to) {
  return has_avx2 ? encode_avx2(alphabet, bytes, to) : 0;
}
std::size_t decode64_blocks(const Alphabet64& alphabet, std::string_view text, char* to) {
  return has_avx2 ? decode_avx2(alphabet, text, to) : 0;
}

#else

std::size_t encode64_blocks(const Alphabet64&, std::string_view, char*) { return 0; }
std::size_t decode64_blocks(const Alphabet64&, std::string_view, char*) { return 0; }

#endif

}  // namespace openirsa
