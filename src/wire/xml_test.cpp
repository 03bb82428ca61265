// Does every text that we send arrive as that text in an XML reader, and is what XML cannot carry made
// visible?
#include "wire/xml.h"

#include <gtest/gtest.h>

namespace openirsa::wire {
namespace {

TEST(Xml, writes_elements_in_order) {
  Xml xml;
  xml.open("A").text("B", "b").number("C", -42).boolean("D", true).boolean("E", false).close("A");
  EXPECT_EQ(xml.view(), "<A><B>b</B><C>-42</C><D>true</D><E>false</E></A>");
  EXPECT_EQ(xml.take(), "<A><B>b</B><C>-42</C><D>true</D><E>false</E></A>");
}

TEST(Xml, writes_the_limits_of_integers) {
  Xml xml;
  xml.number("Low", INT64_MIN).number("High", INT64_MAX);
  EXPECT_EQ(xml.view(), "<Low>-9223372036854775808</Low><High>9223372036854775807</High>");
}

TEST(Xml, escapes_what_markup_is_made_of) {
  EXPECT_EQ(xml_escape("a<b>&\"c\"'"), "a&lt;b&gt;&amp;&quot;c&quot;'");
  EXPECT_EQ(xml_escape("]]>"), "]]&gt;");
  EXPECT_EQ(xml_escape("&amp;"), "&amp;amp;");
}

TEST(Xml, keeps_tab_newline_and_carriage_return) { EXPECT_EQ(xml_escape("a\tb\nc\rd"), "a\tb\nc&#xD;d"); }

TEST(Xml, keeps_every_plane_of_unicode) {
  const std::string text = "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91\xEF\xBF\xBD\xED\x9F\xBF\xEE\x80\x80";
  EXPECT_EQ(xml_escape(text), text);
}

TEST(Xml, replaces_characters_that_xml_cannot_carry) {
  const std::string mark = "\xEF\xBF\xBD";
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    EXPECT_EQ(xml_escape(std::string(1, static_cast<char>(c))), mark) << c;
  }
  EXPECT_EQ(xml_escape("\xEF\xBF\xBE"), mark);
  EXPECT_EQ(xml_escape("\xEF\xBF\xBF"), mark);
}

TEST(Xml, replaces_bytes_that_are_not_utf8) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(xml_escape("a\xFFz"), "a" + mark + "z");
  EXPECT_EQ(xml_escape("\xC0\xAF"), mark + mark);             // overlong
  EXPECT_EQ(xml_escape("\xED\xA0\x80"), mark + mark + mark);  // a surrogate
  EXPECT_EQ(xml_escape("\xE2\x82"), mark + mark);             // cut short
  EXPECT_EQ(xml_escape("\xC3<"), mark + "&lt;");              // a lead byte must not swallow markup
}

}  // namespace
}  // namespace openirsa::wire
