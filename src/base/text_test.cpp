#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>

namespace openirsa {
namespace {

std::string every_byte() {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes.push_back(static_cast<char>(c));
  return bytes;
}

TEST(Hex, goes_both_ways) {
  EXPECT_EQ(to_hex(std::string_view{"\x00\x0f\xa5\xff", 4}), "000fa5ff");
  EXPECT_EQ(to_upper_hex(std::string_view{"\x00\x0f\xa5\xff", 4}), "000FA5FF");
  EXPECT_EQ(from_hex(to_hex(every_byte())), every_byte());
  EXPECT_EQ(from_hex(to_upper_hex(every_byte())), every_byte());
  EXPECT_EQ(from_hex("aB"), "\xAB");
  EXPECT_EQ(to_hex(""), "");
  EXPECT_EQ(from_hex(""), "");
  for (const std::string_view text : {"a", "abc", "zz", "0x", " a", "a ", "g0"}) {
    EXPECT_EQ(from_hex(text), std::nullopt) << text;
  }
}

TEST(Concatenation, is_recognised_without_being_made) {
  EXPECT_EQ(concatenate({"ab", "", "c"}), "abc");
  EXPECT_TRUE(is_concatenation("abc", {"ab", "", "c"}));
  EXPECT_TRUE(is_concatenation("", {}));
  for (const std::string_view other : {"", "ab", "abd", "abcd", "Abc"}) {
    EXPECT_FALSE(is_concatenation(other, {"ab", "", "c"})) << other;
  }
}

TEST(Base64, agrees_with_rfc_4648_section_10) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : cases) {
    EXPECT_EQ(to_base64(plain), text);
    EXPECT_EQ(from_base64(text), plain);
  }
}

TEST(Base64, refuses_what_is_not_canonical) {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Z", "=", "==", "====", "Zg==\n", " Zg==", "Zm 9v",
        "Zm9v=", "Zm9v====", "Zh==", "Zm9=", "Z===", "Zm-_", "Zg==Zg==", "=Zm9", "Zm=v"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
  EXPECT_EQ(from_base64("+/+/"), "\xFB\xFF\xBF");
}

TEST(Base64url, has_its_own_alphabet_and_no_padding) {
  EXPECT_EQ(to_base64url("\xFB\xFF\xBF"), "-_-_");
  EXPECT_EQ(from_base64url("-_-_"), "\xFB\xFF\xBF");
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(from_base64url("Zg"), "f");
  EXPECT_EQ(from_base64url("Zm8"), "fo");
  EXPECT_EQ(from_base64url(""), "");
  EXPECT_EQ(from_base64url(to_base64url(every_byte())), every_byte());
}

TEST(Base64url, refuses_what_is_not_canonical) {
  for (const std::string_view text :
       {"Zg==", "Zm8=", "Z", "Zm9vZ", "Zh", "Zm9", "+/+/", "Zm 9v", "Zm9v\n", "Zm9v.", "é"}) {
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
  }
}

TEST(Base64url, refuses_every_foreign_letter_in_every_place) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int c = 0; c < 256; ++c) {
    const bool known = alphabet.find(static_cast<char>(c)) != std::string_view::npos;
    for (std::size_t at = 0; at < 9; ++at) {
      std::string text = "AAAAAAAAAAA";  // eight letters and a rest of three
      text[at] = static_cast<char>(c);
      EXPECT_EQ(from_base64url(text).has_value(), known) << c << " at " << at;
    }
  }
}

TEST(Base64url, gives_one_text_for_each_byte_string) {
  // Every two- and three-letter ending that decodes is the one that encoding gives.
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int decoded = 0;
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      const std::string two{a, b};
      const std::string three{'A', a, b};
      for (const std::string& text : {two, three}) {
        const auto bytes = from_base64url(text);
        if (!bytes) continue;
        EXPECT_EQ(to_base64url(*bytes), text);
        ++decoded;
      }
    }
  }
  EXPECT_EQ(decoded, 256 + 64 * 16);
}

TEST(Percent, encodes_all_but_the_unreserved) {
  EXPECT_EQ(percent_encode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encode(" /?&=+%"), "%20%2F%3F%26%3D%2B%25");
  EXPECT_EQ(percent_encode("a/b c", true), "a/b%20c");
  EXPECT_EQ(percent_encode("\xC3\xA9"), "%C3%A9");
  EXPECT_EQ(percent_encode(std::string_view{"\0", 1}), "%00");
  EXPECT_EQ(percent_decode(percent_encode(every_byte())), every_byte());
}

TEST(Percent, decodes_pairs_of_digits) {
  EXPECT_EQ(percent_decode("%41%4a%4A+"), "AJJ+");
  EXPECT_EQ(percent_decode("%2541"), "%41") << "once only";
  EXPECT_EQ(form_decode("a+b%2B%20"), "a b+ ");
  for (const std::string_view text : {"%", "%4", "a%", "%zz", "%4g", "%%41", "% 41", "%-1"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
    EXPECT_EQ(form_decode(text), std::nullopt) << text;
  }
}

TEST(Case, changes_ascii_letters_only) {
  EXPECT_EQ(to_lower("AZ@[`{az\xC3\x89"), "az@[`{az\xC3\x89");
  EXPECT_EQ(to_upper("AZ@[`{az\xC3\xA9"), "AZ@[`{AZ\xC3\xA9");
  EXPECT_TRUE(equal_ignoring_case("Content-Type", "content-TYPE"));
  EXPECT_FALSE(equal_ignoring_case("a", "aa"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
  EXPECT_FALSE(equal_ignoring_case("\xC3\x89", "\xC3\xA9"));
}

TEST(Trim, takes_spaces_and_tabs) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim("\na\r"), "\na\r");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Split, gives_one_part_more_than_separators) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split("a,b,c", ','), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split("", ','), (Parts{""}));
  EXPECT_EQ(split(",", ','), (Parts{"", ""}));
  EXPECT_EQ(split("a,,b,", ','), (Parts{"a", "", "b", ""}));
}

TEST(Digits, are_0_to_9) {
  EXPECT_TRUE(is_digits("0123456789"));
  for (const std::string_view text : {"", "-1", "+1", "1 ", "1.0", "a", "\xD9\xA1"})
    EXPECT_FALSE(is_digits(text)) << text;
}

TEST(ParseInteger, uses_the_whole_text) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-42"), -42);
  EXPECT_EQ(parse_integer("007"), 7);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const std::string_view text : {"", "-", "+1", "+900", " 1", "1 ", "1.0", "1e3", "0x10",
                                      "9223372036854775808", "-9223372036854775809", "--1", "abc"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(Utf8, is_well_formed_or_not) {
  for (const std::string_view text :
       {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a\xC3\xA9z"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  EXPECT_TRUE(is_utf8(std::string_view{"\0", 1}));
  for (const std::string_view text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE0\xA0",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFE", "\xFF", "ok\xC3"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

TEST(Utf8, is_made_of_any_bytes) {
  EXPECT_EQ(as_utf8(""), "");
  EXPECT_EQ(as_utf8("a\xC3\xA9z"), "a\xC3\xA9z");
  EXPECT_EQ(as_utf8("a\xFF\xC3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(as_utf8("\xE2\x82z"), "\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST(Utf8, is_cut_between_letters) {
  EXPECT_EQ(utf8_prefix("abc", 3), "abc");
  EXPECT_EQ(utf8_prefix("abc", 2), "ab");
  EXPECT_EQ(utf8_prefix("a\xC3\xA9z", 2), "a");
  EXPECT_EQ(utf8_prefix("a\xC3\xA9z", 3), "a\xC3\xA9");
  EXPECT_EQ(utf8_prefix("\xF0\x9F\x98\x80", 3), "");
}

TEST(Utf8, counts_scalar_values) {
  EXPECT_EQ(scalar_count(""), 0U);
  EXPECT_EQ(scalar_count("abc"), 3U);
  EXPECT_EQ(scalar_count("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
}

}  // namespace
}  // namespace openirsa
