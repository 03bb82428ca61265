// Text forms shared by every room: hex, base64, percent-encoding, ASCII case, splitting. All are byte-exact,
// use no locale and refuse what is not canonical.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openirsa {

std::string to_hex(std::string_view bytes);        // lower case
std::string to_upper_hex(std::string_view bytes);  // upper case
std::optional<std::string> from_hex(std::string_view text);

// RFC 4648 §4, with padding. Decoding refuses white space, missing padding and non-zero trailing bits.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

// RFC 4648 §5 without padding (RFC 7515 §2). Decoding refuses padding, foreign letters, an impossible length
// and non-zero trailing bits, so that one byte string has one text.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

// RFC 3986: everything but unreserved (A-Z a-z 0-9 - . _ ~) becomes %XX in upper case; '/' is kept on
// request.
std::string percent_encode(std::string_view text, bool keep_slash = false);
// Refuses a '%' that two hex digits do not follow. '+' stays '+'.
std::optional<std::string> percent_decode(std::string_view text);
// application/x-www-form-urlencoded: as percent_decode, and '+' is a space.
std::optional<std::string> form_decode(std::string_view text);

std::string to_lower(std::string_view text);                      // ASCII only
std::string to_upper(std::string_view text);                      // ASCII only
bool equal_but_for_case(std::string_view a, std::string_view b);  // REQUIRES: a.size() == b.size()
// Most texts that are compared differ in length: no call for them.
inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_but_for_case(a, b);
}
// The parts one after another, with one allocation.
std::string concatenate(std::initializer_list<std::string_view> parts);
// Whether that is the text, without making it.
bool is_concatenation(std::string_view text, std::initializer_list<std::string_view> parts);
std::string_view trim(std::string_view text);                                // spaces and tabs
std::vector<std::string_view> split(std::string_view text, char separator);  // n separators give n+1 parts
bool is_digits(std::string_view text);                                       // not empty, 0-9 only

// Decimal, no sign other than '-', no leading '+', no white space, whole text used, in range.
std::optional<std::int64_t> parse_integer(std::string_view text);

// Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF (Unicode 15, table 3-7).
bool is_utf8(std::string_view text);
// The text with each byte that belongs to no well-formed sequence replaced by U+FFFD.
std::string as_utf8(std::string_view text);
// At most `longest` bytes of UTF-8 text, without a broken sequence at the end.
std::string_view utf8_prefix(std::string_view text, std::size_t longest);
// How many Unicode scalar values well-formed UTF-8 text holds. REQUIRES: is_utf8(text).
std::size_t scalar_count(std::string_view text);

}  // namespace openirsa
