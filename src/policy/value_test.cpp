// Are numbers, dates and networks read as AWS reads them, and nothing else?
#include "policy/value.h"

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace openirsa::policy {
namespace {

int order(std::string_view a, std::string_view b) {
  const auto x = parse_decimal(a);
  const auto y = parse_decimal(b);
  if (!x || !y) return 99;
  const auto result = compare(*x, *y);
  return result < 0 ? -1 : result > 0 ? 1 : 0;
}

TEST(Decimal, is_compared_exactly) {
  EXPECT_EQ(order("1", "1.000"), 0);
  EXPECT_EQ(order("007", "7"), 0);
  EXPECT_EQ(order("-0", "0"), 0);
  EXPECT_EQ(order("+5", "5"), 0);
  EXPECT_EQ(order("9", "10"), -1);
  EXPECT_EQ(order("-9", "-10"), 1);
  EXPECT_EQ(order("-1", "1"), -1);
  EXPECT_EQ(order("0.1", "0.09"), 1);
  EXPECT_EQ(order("0.1", "0.11"), -1);
  EXPECT_EQ(order("18446744073709551616", "18446744073709551617"), -1);
}

TEST(Decimal, refuses_what_is_no_number) {
  for (const char* text :
       {"", "-", ".", "1.", ".5", "1e3", "0x10", " 1", "1 ", "1,0", "--1", "1.2.3", "Infinity"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
  EXPECT_TRUE(parse_decimal("0.5"));
}

TEST(Moment, agrees_with_the_strict_reader_on_full_dates) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2026-11-24T12:00:00Z", "2000-02-29T23:59:59Z", "1900-03-01T00:00:00Z",
        "2100-02-28T00:00:00+05:30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-11:00"}) {
    const auto moment = parse_moment(text);
    ASSERT_TRUE(moment) << text;
    EXPECT_EQ(moment->seconds, seconds_of(*parse_iso8601(text))) << text;
  }
}

TEST(Moment, knows_every_day_of_eight_centuries) {
  std::int64_t expected = -25567LL * 86400;  // 1900-01-01
  std::size_t days = 0;
  for (std::int64_t t = expected; t < 25000000000LL; t += 86400, ++days) {
    const std::string text = to_iso8601(time_of_seconds(t)).substr(0, 10);
    ASSERT_EQ(parse_moment(text)->seconds, t) << text;
  }
  EXPECT_GT(days, 300000U);
}

TEST(Moment, accepts_the_shorter_forms) {
  EXPECT_EQ(parse_moment("0")->seconds, 0);
  EXPECT_EQ(parse_moment("9223372036854775807")->seconds, 9223372036854775807);
  EXPECT_EQ(parse_moment("1970-01")->seconds, 0);
  EXPECT_EQ(parse_moment("1970T")->seconds, 0);
  EXPECT_EQ(parse_moment("1970-01-02T1")->seconds, 90000);
  EXPECT_EQ(parse_moment("1970-01-01T00:00:00.25Z")->nanoseconds, 250000000);
  EXPECT_EQ(parse_moment("1970-01-01T01:00:00+01")->seconds, 0);
  EXPECT_EQ(parse_moment("1970-01-01t01:00:00+0100")->seconds, 0);
  EXPECT_EQ(parse_moment("-0001-01-01")->seconds, -62198755200);
  EXPECT_LT(parse_moment("-292275054")->seconds, 0);
}

TEST(Moment, refuses_what_is_no_date) {
  for (const char* text : {"",
                           "now",
                           "T",
                           "-",
                           "12:00",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-02-29",
                           "2026-11-31",
                           "2026-11-24T24:00:00Z",
                           "2026-11-24T12:60:00Z",
                           "2026-11-24T12:00:60Z",
                           "2026-11-24T12:00:00.Z",
                           "2026-11-24T12:00:00+1",
                           "2026-11-24T12:00:00+24:00",
                           "2026-11-24T12:00:00Zx",
                           "2026-11-24 12:00",
                           "2026-11-24-01",
                           "292278994-01-01",
                           "9223372036854775808",
                           "1e3",
                           "+5",
                           "2026-11-24T12:00:00.1234567890Z"}) {
    EXPECT_FALSE(parse_moment(text)) << text;
  }
}

bool within(std::string_view network, std::string_view address) {
  const auto block = parse_network(network);
  const auto one = parse_address(address);
  return block && one && contains(*block, *one);
}

TEST(Network, contains_by_prefix) {
  EXPECT_TRUE(within("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(within("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(within("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(within("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(within("192.0.2.1", "192.0.2.1"));
  EXPECT_TRUE(within("::/0", "2001:db8::1"));
  EXPECT_TRUE(within("2001:db8::/33", "2001:db8:7fff::"));
  EXPECT_FALSE(within("2001:db8::/33", "2001:db8:8000::"));
}

TEST(Network, keeps_the_two_families_apart_but_for_mapped_addresses) {
  EXPECT_FALSE(within("::/0", "10.0.0.1"));
  EXPECT_FALSE(within("::/0", "::ffff:10.0.0.1"));
  EXPECT_TRUE(within("10.0.0.0/8", "::ffff:10.0.0.1"));
  EXPECT_TRUE(within("::ffff:10.0.0.0/104", "10.9.9.9"));
  EXPECT_FALSE(within("::ffff:10.0.0.0/104", "11.0.0.0"));
}

TEST(Network, refuses_what_is_no_block) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0/8",
                           "010.0.0.1", "2001:db8::/129", "::ffff:10.0.0.0/64", "fe80::1%eth0", "localhost",
                           "10.0.0.0/ 8", "10.0.0.0/4294967304"}) {
    EXPECT_FALSE(parse_network(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("10.0.0.1\0.evil", 14)));
  EXPECT_TRUE(parse_network("10.0.0.0/8"));
}

}  // namespace
}  // namespace openirsa::policy
