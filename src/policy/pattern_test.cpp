// Do patterns match what they should, in bounded time?
#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <chrono>

namespace openirsa::policy {
namespace {

bool like(std::string_view pattern, std::string_view text, Case letters = Case::sensitive) {
  return Pattern::compile(pattern, {.wildcards = true}).matches(text, nullptr, letters);
}

TEST(Pattern, wildcards) {
  EXPECT_TRUE(like("", ""));
  EXPECT_FALSE(like("", "a"));
  EXPECT_TRUE(like("***", ""));
  EXPECT_TRUE(like("*?", "a"));
  EXPECT_FALSE(like("*?", ""));
  EXPECT_TRUE(like("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(like("a*b*c", "a-c-b"));
  EXPECT_TRUE(like("*abc", "ababc"));
  EXPECT_TRUE(like("A?C", "abc", Case::ignored));
  EXPECT_FALSE(like("A?C", "abc"));
  EXPECT_TRUE(like("?", "é"));
  EXPECT_FALSE(like("??", "é"));
  EXPECT_TRUE(like("?", "\xFF"));  // a byte that is no UTF-8 counts as one character
}

TEST(Pattern, without_wildcards_stars_are_stars) {
  const Pattern pattern = Pattern::compile("a*?", {});
  EXPECT_TRUE(pattern.matches("a*?", nullptr));
  EXPECT_FALSE(pattern.matches("abc", nullptr));
}

TEST(Pattern, takes_no_exponential_time) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  pattern += "b";
  const std::string text(20000, 'a');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(like(pattern, text));
  EXPECT_TRUE(like(pattern, text + "b"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Pattern, variables_are_literal_and_must_have_a_value) {
  Context context;
  context.add("aws:username", "a*");
  context.add_list("aws:TagKeys", {"x"});
  const auto matches = [&](std::string_view pattern, std::string_view text) {
    return Pattern::compile(pattern, {.wildcards = true, .variables = true}).matches(text, &context);
  };
  EXPECT_TRUE(matches("${aws:username}/*", "a*/x"));
  EXPECT_FALSE(matches("${aws:username}/*", "ab/x"));
  EXPECT_FALSE(matches("${aws:nothing}*", "x"));
  EXPECT_TRUE(matches("${aws:nothing, 'x'}*", "xy"));
  EXPECT_FALSE(matches("${aws:TagKeys}", "x"));
  EXPECT_TRUE(matches("${ aws:username }", "a*"));
  EXPECT_FALSE(Pattern::compile("${aws:username}", {.variables = true}).matches("a*", nullptr));
}

TEST(Pattern, variables_count_from_a_place_on) {
  Context context;
  context.add("k", "v");
  const Pattern pattern =
      Pattern::compile("${k}:${k}", {.wildcards = true, .variables = true, .variables_from = 4});
  EXPECT_TRUE(pattern.matches("${k}:v", &context));
  EXPECT_FALSE(pattern.matches("v:v", &context));
}

TEST(Pattern, empty_values_of_variables) {
  Context context;
  context.add("k", "");
  const auto compiled = Pattern::compile("${k}*${k}x${k}", {.wildcards = true, .variables = true});
  EXPECT_TRUE(compiled.matches("abx", &context));
  EXPECT_FALSE(compiled.matches("ab", &context));
}

TEST(Pattern, tells_when_it_names_nobody) {
  const auto open = [](std::string_view text) {
    return Pattern::compile(text, {.wildcards = true, .variables = true}).has_only_wildcards_or_variables();
  };
  EXPECT_TRUE(open(""));
  EXPECT_TRUE(open("*?*"));
  EXPECT_TRUE(open("${k}"));
  EXPECT_TRUE(open("${*}"));
  EXPECT_FALSE(open("repo:me/*"));
}

TEST(ArnPattern, compares_part_by_part) {
  const auto pattern = ArnPattern::compile("arn:aws:iam::*:role/*", false);
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->matches("arn:aws:iam::1:role/a:b", nullptr));
  EXPECT_FALSE(pattern->matches("arn:aws:iam:eu:1:role/a", nullptr));
  EXPECT_FALSE(pattern->matches("arn:aws:iam::1", nullptr));
  EXPECT_FALSE(ArnPattern::compile("arn:aws:iam::*", false));
  EXPECT_FALSE(ArnPattern::compile("arn:aws:iam::${aws:PrincipalAccount}", true));
}

TEST(Context, keys_are_found_in_any_case_and_replaced) {
  Context context;
  context.add("aws:UserName", "ann");
  context.add_owned("K:" + std::string(40, 'x'), std::string(60, 'v'));
  context.add("AWS:USERNAME", "bob");
  ASSERT_NE(context.find("aws:username"), nullptr);
  ASSERT_EQ(context.find("aws:username")->values.size(), 1U);
  EXPECT_EQ(context.find("aws:username")->values.front(), "bob");
  EXPECT_EQ(context.keys().size(), 2U);
  const Context moved = std::move(context);
  ASSERT_NE(moved.find("k:" + std::string(40, 'x')), nullptr);
  EXPECT_EQ(moved.find("k:" + std::string(40, 'x'))->values.front(), std::string(60, 'v'));
  EXPECT_EQ(moved.find("none"), nullptr);
}

}  // namespace
}  // namespace openirsa::policy
