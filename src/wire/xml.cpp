#include "wire/xml.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace openirsa::wire {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// The length of the well-formed UTF-8 sequence that `text` starts with, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || length > text.size() || !is_utf8(text.substr(0, length))) return 0;
  return length;
}

// XML 1.0 §2.2: Char excludes the C0 controls but TAB, LF and CR, the surrogates, U+FFFE and U+FFFF.
bool is_xml_char(std::string_view sequence) {
  if (sequence.size() == 1) {
    const char c = sequence.front();
    return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  }
  return sequence != "\xEF\xBF\xBE" && sequence != "\xEF\xBF\xBF";
}

// Bytes that stand for themselves: printable ASCII without markup. Everything else is looked at one by one.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '&' && c != '<' && c != '>' && c != '"';
  return plain;
}();

std::size_t plain_length(std::string_view text) {
  // A block at a time without a branch inside and with one byte of verdict for each letter, which the
  // compiler turns into a few vector instructions.
  constexpr std::size_t block = 64;
  std::size_t length = 0;
  for (; length + block <= text.size(); length += block) {
    std::uint8_t odd = 0;
    for (std::size_t i = 0; i < block; ++i) {
      const auto c = static_cast<signed char>(text[length + i]);  // negative: not ASCII
      odd = static_cast<std::uint8_t>(
          odd | static_cast<std::uint8_t>(c < 0x20) | static_cast<std::uint8_t>(c == '&') |
          static_cast<std::uint8_t>(c == '<') | static_cast<std::uint8_t>(c == '>') |
          static_cast<std::uint8_t>(c == '"'));
    }
    if (odd != 0) break;
  }
  while (length < text.size() && plain_bytes[static_cast<unsigned char>(text[length])]) ++length;
  return length;
}

// One sequence at the front of `text`; answers how many bytes it took.
std::size_t append_sequence(std::string& out, std::string_view text) {
  const std::size_t length = sequence_length(text);
  const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
  if (length == 0 || !is_xml_char(sequence)) {
    out += replacement;
    return sequence.size();
  }
  switch (sequence.front()) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    // XML 1.0 §2.11: a literal CR would reach the reader as LF.
    case '\r':
      out += "&#xD;";
      break;
    default:
      out += sequence;
  }
  return sequence.size();
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out.append(text, 0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_sequence(out, text));
  }
}

}  // namespace

Xml& Xml::open(std::string_view name) {
  out_.append("<").append(name).append(">");
  return *this;
}

Xml& Xml::close(std::string_view name) {
  out_.append("</").append(name).append(">");
  return *this;
}

Xml& Xml::text(std::string_view name, std::string_view value) {
  open(name);
  append_escaped(out_, value);
  return close(name);
}

Xml& Xml::number(std::string_view name, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  open(name).out_.append(digits, end);
  return close(name);
}

Xml& Xml::boolean(std::string_view name, bool value) {
  open(name).out_.append(value ? "true" : "false");
  return close(name);
}

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_escaped(out, text);
  return out;
}

}  // namespace openirsa::wire
