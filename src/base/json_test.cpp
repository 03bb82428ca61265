#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/text.h"

namespace openirsa {
namespace {

// Nothing for an accepted text.
std::optional<JsonFault> fault_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto result = parse_json(text, limits);
  return result ? std::nullopt : std::optional{result.error().code};
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, numbers_that_no_double_holds_are_refused) {
  EXPECT_EQ(fault_of("[1e400]"), JsonFault::syntax);
  EXPECT_EQ(fault_of("[-1e400]"), JsonFault::syntax);
  EXPECT_EQ(fault_of("[1e300]"), std::nullopt);
}

TEST(ParseJson, reads_every_kind_of_value) {
  const auto value = parse_json(
      R"( {"s":"a\u00e9\n","i":-7,"u":18446744073709551615,"d":1.5,"t":true,"n":null,"a":[1,2]} )");
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->at("s"), "a\xC3\xA9\n");
  EXPECT_EQ(value->at("i"), -7);
  EXPECT_EQ(value->at("u").as_uint64(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(value->at("d"), 1.5);
  EXPECT_EQ(value->at("t"), true);
  EXPECT_TRUE(value->at("n").is_null());
  EXPECT_EQ(value->at("a").as_array().size(), 2U);
}

TEST(ParseJson, uses_the_whole_text) {
  EXPECT_EQ(fault_of("1"), std::nullopt);
  EXPECT_EQ(fault_of(" \t\r\n1 \t\r\n"), std::nullopt);
  for (const std::string_view text : {"",    " ",   "1 2", "{}x",  "{",          "[1",      "\"a",     "{}{}",
                                      "nul", "tru", "1,",  "[1,]", "{\"a\":1,}", "// c\n1", "'a'",     "01",
                                      "+1",  ".5",  "1.",  "NaN",  "Infinity",   "-",       "[\"\t\"]"}) {
    EXPECT_EQ(fault_of(text), JsonFault::syntax) << text;
  }
  EXPECT_EQ(fault_of(std::string_view{"1\0", 2}), JsonFault::syntax);
}

TEST(ParseJson, refuses_duplicate_names_at_any_depth) {
  for (const std::string_view text :
       {R"({"a":1,"a":2})", R"({"a":1,"b":2,"a":1})", R"([{"x":{"a":1,"a":1}}])", R"({"":1,"":1})",
        R"({"a":{"b":1},"a":{}})", R"({"a":1,"\u0061":2})", R"({"\u00e9":1,"é":2})"}) {
    EXPECT_EQ(fault_of(text), JsonFault::duplicate_member) << text;
  }
  for (const std::string_view text : {R"({"a":1,"A":2})", R"({"a":{"a":{"a":1}}})", R"([{"a":1},{"a":2}])",
                                      R"({"a":{"b":1},"b":{"a":1}})", R"({"a":1,"a ":2})"}) {
    EXPECT_EQ(fault_of(text), std::nullopt) << text;
  }
}

TEST(ParseJson, finds_a_duplicate_among_many) {
  std::string members;
  for (int i = 0; i < 1000; ++i) members += "\"member " + std::to_string(i) + "\":0,";
  EXPECT_EQ(fault_of("{" + members + "\"last\":0}"), std::nullopt);
  EXPECT_EQ(fault_of("{" + members + "\"member 500\":0}"), JsonFault::duplicate_member);
}

TEST(ParseJson, names_the_duplicate_on_one_line) {
  EXPECT_NE(parse_json(R"({"name":1,"name":2})").error().message.find("name"), std::string::npos);
  const std::string message = parse_json(R"({"a\nb":1,"a\nb":2})").error().message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  const std::string name(5000, 'n');
  EXPECT_LT(parse_json("{\"" + name + "\":1,\"" + name + "\":2}").error().message.size(), 200U);
  std::string accents = "x";
  for (int i = 0; i < 100; ++i) accents += "\xC3\xA9";
  EXPECT_TRUE(is_utf8(parse_json("{\"" + accents + "\":1,\"" + accents + "\":2}").error().message));
}

TEST(ParseJson, bounds_the_depth) {
  EXPECT_EQ(fault_of(nested(64)), std::nullopt);
  EXPECT_EQ(fault_of(nested(65)), JsonFault::too_deep);
  EXPECT_EQ(fault_of(std::string(1000000, '[')), JsonFault::too_deep);
  EXPECT_EQ(fault_of("[1]", {1}), std::nullopt);
  EXPECT_EQ(fault_of("[[1]]", {1}), JsonFault::too_deep);
  EXPECT_EQ(fault_of(R"({"a":{}})", {1}), JsonFault::too_deep);
}

TEST(ParseJson, takes_utf8_alone) {
  EXPECT_EQ(fault_of("\"\xC3\xA9\""), std::nullopt);
  EXPECT_EQ(fault_of("\"\xF0\x9F\x98\x80\""), std::nullopt);
  EXPECT_EQ(fault_of("\"\xC3\""), JsonFault::not_utf8);
  EXPECT_EQ(fault_of("\"\xC0\x80\""), JsonFault::not_utf8);
  EXPECT_EQ(fault_of("\"\xED\xA0\x80\""), JsonFault::not_utf8);
  EXPECT_EQ(fault_of("\"\xFF\""), JsonFault::not_utf8);
  EXPECT_EQ(fault_of("\xEF\xBB\xBF{}"), JsonFault::syntax) << "a byte-order mark";
  EXPECT_EQ(fault_of(std::string_view{"1\0", 2}), JsonFault::syntax);
}

TEST(ParseJson, gives_well_formed_strings_only) {
  EXPECT_EQ(fault_of(R"("\ud83d\ude00")"), std::nullopt);
  for (const std::string_view text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")"}) {
    EXPECT_EQ(fault_of(text), JsonFault::syntax) << text;
  }
}

TEST(ParseJson, tells_where_it_stopped) {
  EXPECT_NE(parse_json("[1, x]").error().message.find("byte 4"), std::string::npos)
      << parse_json("[1, x]").error().message;
}

TEST(ParseJson, uses_the_storage_given) {
  json::monotonic_resource resource;
  const auto value = parse_json(R"({"a":["b"]})", {}, &resource);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->storage().get(), &resource);
}

TEST(ParseJsonObject, takes_objects_alone) {
  EXPECT_TRUE(parse_json_object("{}"));
  for (const std::string_view text : {"[]", "1", "\"a\"", "null", "true"}) {
    const auto result = parse_json_object(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, JsonFault::syntax);
  }
  EXPECT_EQ(parse_json_object(R"({"a":1,"a":1})").error().code, JsonFault::duplicate_member);
}

TEST(Find, gives_a_member_of_the_right_type_or_nothing) {
  const auto object = *parse_json_object(
      R"({"s":"x","i":1,"big":9223372036854775808,"max":9223372036854775807,"f":1.0,"e":1e3,"o":{},"a":[],"n":null,"b":true})");
  EXPECT_EQ(find_string(object, "s"), "x");
  EXPECT_EQ(find_string(object, "i"), std::nullopt);
  EXPECT_EQ(find_string(object, "n"), std::nullopt);
  EXPECT_EQ(find_string(object, "S"), std::nullopt);
  EXPECT_EQ(find_string(object, "absent"), std::nullopt);
  EXPECT_EQ(find_integer(object, "i"), 1);
  EXPECT_EQ(find_integer(object, "max"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(find_integer(object, "big"), std::nullopt);
  EXPECT_EQ(find_integer(object, "f"), std::nullopt) << "a fraction, even of zero, is no integer";
  EXPECT_EQ(find_integer(object, "e"), std::nullopt);
  EXPECT_EQ(find_integer(object, "b"), std::nullopt);
  EXPECT_NE(find_object(object, "o"), nullptr);
  EXPECT_EQ(find_object(object, "a"), nullptr);
  EXPECT_EQ(find_object(object, "absent"), nullptr);
  EXPECT_NE(find_array(object, "a"), nullptr);
  EXPECT_EQ(find_array(object, "o"), nullptr);
  EXPECT_NE(find_member(object, "n"), nullptr);
  EXPECT_EQ(find_member(object, "absent"), nullptr);
}

}  // namespace
}  // namespace openirsa
