// Does a form have exactly one reading, and does everything else get a refusal?
#include "wire/parameters.h"

#include <gtest/gtest.h>

namespace openirsa::wire {
namespace {

Parameters parsed(std::string_view form) {
  auto parameters = Parameters::parse(form);
  if (!parameters) throw std::runtime_error(parameters.error().message);
  return std::move(*parameters);
}

std::string refusal(std::string_view form) {
  const auto parameters = Parameters::parse(form);
  return parameters ? "(accepted)" : std::string(wire_name(parameters.error().code));
}

template <class T>
std::string code_of(const Result<T, Error>& result) {
  return result ? "(accepted)" : std::string(wire_name(result.error().code));
}

using Texts = std::vector<std::string_view>;

TEST(Parameters, decodes_names_and_values) {
  const auto parameters = parsed("Action=Get+Thing&Na%6De=a%2Bb%26c%3Dd&Empty=&Bare&Two=a=b&&Utf8=%C3%A9");
  EXPECT_EQ(parameters.size(), 6U);
  EXPECT_EQ(parameters.find("Action"), "Get Thing");
  EXPECT_EQ(parameters.find("Name"), "a+b&c=d");
  EXPECT_EQ(parameters.find("Empty"), "");
  EXPECT_EQ(parameters.find("Bare"), "");
  EXPECT_EQ(parameters.find("Two"), "a=b");
  EXPECT_EQ(parameters.find("Utf8"), "\xC3\xA9");
  EXPECT_EQ(parameters.find("action"), std::nullopt);
  EXPECT_FALSE(parameters.contains("Actio"));
  EXPECT_FALSE(parameters.contains("Actions"));
}

TEST(Parameters, of_nothing_are_none) {
  EXPECT_EQ(parsed("").size(), 0U);
  EXPECT_EQ(parsed("&&&").size(), 0U);
}

TEST(Parameters, refuse_broken_escapes) {
  for (const std::string_view form : {"a=%", "a=%4", "a=%zz", "%=a", "a=b&c%1=d", "a=%%41"}) {
    EXPECT_EQ(refusal(form), "MalformedQueryString") << form;
  }
  EXPECT_EQ(refusal("a=%41"), "(accepted)");
}

TEST(Parameters, refuse_parameters_without_a_name) {
  for (const std::string_view form : {"=", "=a", "a=b&=c", "&&&===&&&"}) {
    EXPECT_EQ(refusal(form), "MalformedQueryString") << form;
  }
}

TEST(Parameters, refuse_text_that_is_not_utf8_and_nul) {
  for (const std::string_view form : {"a=%ff%fe", "a=%c0%af", "a=%ed%a0%80", "a=%f5%80%80%80", "a=%e2%82",
                                      "a=%00", "a=b%00c", "%00=a", "%ff=a"}) {
    EXPECT_EQ(refusal(form), "MalformedInput") << form;
  }
  EXPECT_EQ(refusal(std::string_view("a=b\0c", 5)), "MalformedInput");
  EXPECT_EQ(refusal("a=\xFF"), "MalformedInput");
  EXPECT_EQ(refusal("a=%f0%9f%94%91"), "(accepted)");
}

TEST(Parameters, refuse_duplicates_in_any_letter_case) {
  for (const std::string_view form : {"Action=a&Action=a", "Action=a&Action=b", "Action=a&x=1&action=b",
                                      "Action=a&%41ction=b", "RoleArn=a&ROLEARN=b&Action=c"}) {
    EXPECT_EQ(refusal(form), "ValidationError") << form;
  }
  EXPECT_EQ(refusal("Action=a&Actions=b&Actio=c"), "(accepted)");
}

TEST(Parameters, are_limited_in_number) {
  std::string form = "n0=v";
  for (int i = 1; i < 5000; ++i) form += "&n" + std::to_string(i) + "=v";
  EXPECT_EQ(parsed(form).size(), 5000U);
  EXPECT_EQ(refusal(form + "&more=v"), "MalformedInput");
  EXPECT_EQ(refusal(std::string(1'000'000, '&')), "MalformedInput");
}

TEST(ParameterList, is_in_numeric_order) {
  std::string form;
  for (int i = 12; i >= 1; --i) form += "L.member." + std::to_string(i) + "=v" + std::to_string(i) + "&";
  const auto parameters = parsed(form);
  const auto list = parameters.list("L");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ((*list)[i], "v" + std::to_string(i + 1));
}

TEST(ParameterList, takes_the_short_form_and_knows_absent_from_empty) {
  const auto parameters = parsed("S.1=a&S.2=b&Empty=&Other.member.1=x&l.member.1=y");
  EXPECT_EQ(*parameters.list("S"), (Texts{"a", "b"}));
  EXPECT_EQ(*parameters.list("Empty"), Texts{});
  EXPECT_EQ(*parameters.list("Absent"), Texts{});
  EXPECT_EQ(*parameters.list("Othe"), Texts{});
  EXPECT_EQ(*parameters.list("L"), Texts{});  // names are compared in exact letters
}

TEST(ParameterList, refuses_gaps_and_strange_indices) {
  for (const std::string_view form :
       {"L.member.2=a", "L.member.1=a&L.member.3=b", "L.member.0=a", "L.member.01=a", "L.member.-1=a",
        "L.member.+1=a", "L.member.=a", "L.member.x=a", "L.member.1x=a", "L.=a", "L.member.1.=a",
        "L.member.99999999999999999999=a", "L.member.1.Key=a", "L=a", "L=a&L.member.1=b", "L=&L.member.1=b",
        "L.1=a&L.member.1=b", "L.1=a&L.member.2=b", "L.member.1= 1&L.member. 2=a"}) {
    EXPECT_EQ(code_of(parsed(form).list("L")), "MalformedInput") << form;
  }
  EXPECT_EQ(code_of(parsed("L.member.1=a&L.member.2=b").list("L")), "(accepted)");
}

TEST(ParameterPairs, are_tags) {
  const auto parameters = parsed(
      "Tags.member.2.Key=b&Tags.member.2.Value=&Tags.member.1.Value=1&Tags.member.1.Key=a&Tags.member.1.X=y");
  const auto pairs = parameters.pairs("Tags", "Key", "Value");
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 2U);
  EXPECT_EQ((*pairs)[0], (std::pair<std::string_view, std::string_view>{"a", "1"}));
  EXPECT_EQ((*pairs)[1], (std::pair<std::string_view, std::string_view>{"b", ""}));
  EXPECT_TRUE(parameters.pairs("Absent", "Key", "Value")->empty());
}

TEST(ParameterPairs, need_both_parts) {
  const auto missing = parsed("Tags.member.1.Key=a&Tags.member.2.Value=b").pairs("Tags", "Key", "Value");
  ASSERT_FALSE(missing);
  EXPECT_EQ(
      missing.error().message,
      "2 validation errors detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member "
      "must "
      "not be null; Value at 'tags.2.member.key' failed to satisfy constraint: Member must not be null");
  EXPECT_EQ(code_of(parsed("Tags.member.2.Key=a&Tags.member.2.Value=b").pairs("Tags", "Key", "Value")),
            "MalformedInput");
  EXPECT_EQ(code_of(parsed("Tags=a").pairs("Tags", "Key", "Value")), "MalformedInput");
}

// AWS's own parsing of integers.
TEST(ParameterInteger, is_an_int32_with_sign_and_zeros) {
  const auto parameters = parsed("A=%2B900&B=0900&C=-1&D=2147483647&E=-2147483648&F=0");
  EXPECT_EQ(*parameters.integer("A"), 900);
  EXPECT_EQ(*parameters.integer("B"), 900);
  EXPECT_EQ(*parameters.integer("C"), -1);
  EXPECT_EQ(*parameters.integer("D"), 2147483647);
  EXPECT_EQ(*parameters.integer("E"), -2147483648LL);
  EXPECT_EQ(*parameters.integer("F"), 0);
  EXPECT_EQ(*parameters.integer("Absent"), std::nullopt);
}

TEST(ParameterInteger, is_nothing_else) {
  for (const std::string_view text :
       {"", "+900" /* a space */, "%2B", "-", "%2B-1", "-%2B1", "%2B%2B1", "9e2", "900.0", "0x10", "900%20",
        "%C2%A0900", "2147483648", "-2147483649", "99999999999999999999", "nine"}) {
    EXPECT_EQ(code_of(parsed("A=" + std::string(text)).integer("A")), "MalformedInput") << text;
  }
}

TEST(ParameterBoolean, is_true_or_false) {
  const auto parameters = parsed("A=true&B=FALSE&C=1&D=");
  EXPECT_EQ(*parameters.boolean("A"), true);
  EXPECT_EQ(*parameters.boolean("B"), false);
  EXPECT_EQ(*parameters.boolean("Absent"), std::nullopt);
  EXPECT_EQ(code_of(parameters.boolean("C")), "MalformedInput");
  EXPECT_EQ(code_of(parameters.boolean("D")), "MalformedInput");
}

TEST(RestParameters, may_repeat_a_name_in_exact_letters_only) {
  const auto parameters = Parameters::parse_rest("tagKeys=b&x=1&tagKeys=a&tagKeys=b");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(*parameters->list("tagKeys"), (Texts{"b", "a", "b"}));
  EXPECT_EQ(parameters->find("tagKeys"), "b");
  EXPECT_EQ(*parameters->list("absent"), Texts{});
  EXPECT_EQ(code_of(Parameters::parse_rest("tagKeys=a&TagKeys=b")), "ValidationError");
  EXPECT_EQ(code_of(Parameters::parse_rest("maxResults=1&maxResults=100")), "ValidationError");
  EXPECT_EQ(code_of(Parameters::parse_rest("a=%zz")), "MalformedQueryString");
  EXPECT_EQ(code_of(Parameters::parse_rest("a=%00")), "MalformedQueryString");
}

}  // namespace
}  // namespace openirsa::wire
