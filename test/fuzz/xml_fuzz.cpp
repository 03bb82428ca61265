// Is whatever text an answer carries well-formed XML 1.0 that reads back as the text, with U+FFFD for what
// XML cannot hold?
#include <string>

#include "base/text.h"
#include "fuzz.h"
#include "wire/xml.h"

namespace {

using openirsa::fuzz::require;

// The text between `<t>` and `</t>` as an XML reader has it; ends the run where the document is not
// well-formed.
std::string naive_read(std::string_view xml) {
  require(xml.starts_with("<t>") && xml.ends_with("</t>"), "one element");
  xml = xml.substr(3, xml.size() - 7);
  std::string text;
  for (std::size_t i = 0; i < xml.size();) {
    const auto byte = static_cast<unsigned char>(xml[i]);
    require(byte != '<' && byte != '>' && byte != '"' && byte != '\r', "markup is escaped");
    require(byte >= 0x20 || byte == '\t' || byte == '\n', "no control character");
    if (byte != '&') {
      text += xml[i++];
      continue;
    }
    const std::string_view rest = xml.substr(i, 6);
    constexpr std::pair<std::string_view, char> entities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#xD;", '\r'}};
    std::size_t length = 0;
    for (const auto& [entity, letter] : entities) {
      if (!rest.starts_with(entity)) continue;
      text += letter;
      length = entity.size();
    }
    require(length != 0, "only entities that every reader knows");
    i += length;
  }
  return text;
}

// XML 1.0 §2.2, production 2, on UTF-8; whatever is not UTF-8 is replaced byte by byte.
std::string naive_replaced(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = 0;
    for (std::size_t n = 1; n <= 4 && n <= text.size() && length == 0; ++n) {
      if (openirsa::is_utf8(text.substr(0, n))) length = n;
    }
    const std::string_view one = text.substr(0, length == 0 ? 1 : length);
    const auto first = static_cast<unsigned char>(one.front());
    const bool control = one.size() == 1 && first < 0x20 && first != '\t' && first != '\n' && first != '\r';
    const bool allowed = length != 0 && !control && one != "\xEF\xBF\xBE" && one != "\xEF\xBF\xBF";
    out += allowed ? one : "\xEF\xBF\xBD";
    text.remove_prefix(one.size());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = openirsa::fuzz::text_of(data, size);
  openirsa::wire::Xml xml;
  const std::string written = xml.text("t", text).take();
  require(openirsa::is_utf8(written), "answers are UTF-8");
  require(naive_read(written) == naive_replaced(text), "a text is read as it was written");
  require(written == "<t>" + openirsa::wire::xml_escape(text) + "</t>", "one way of escaping");
  openirsa::wire::Xml other;
  const std::string rest = other.open("a")
                               .number("n", static_cast<std::int64_t>(size))
                               .boolean("b", size % 2 == 0)
                               .close("a")
                               .take();
  require(
      rest == "<a><n>" + std::to_string(size) + "</n><b>" + (size % 2 == 0 ? "true" : "false") + "</b></a>",
      "numbers and flags");
  return 0;
}
