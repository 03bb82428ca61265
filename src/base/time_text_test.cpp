#include "base/time_text.h"

#include <gtest/gtest.h>

#include "base/test_clock.h"

namespace openirsa {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t noon = 1795521600;  // 2026-11-24T12:00:00Z

TEST(TimeText, writes_three_forms) {
  const Time t = time_of_seconds(noon);
  EXPECT_EQ(to_iso8601(t), "2026-11-24T12:00:00Z");
  EXPECT_EQ(to_basic_iso8601(t), "20261124T120000Z");
  EXPECT_EQ(to_http_date(t), "Tue, 24 Nov 2026 12:00:00 GMT");
  EXPECT_EQ(to_http_date(time_of_seconds(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 §5.6.7
  EXPECT_EQ(to_iso8601(time_of_seconds(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(time_of_seconds(253402300799)), "9999-12-31T23:59:59Z");
}

TEST(TimeText, rounds_down) {
  EXPECT_EQ(to_iso8601(time_of_seconds(noon) + milliseconds{999}), "2026-11-24T12:00:00Z");
  EXPECT_EQ(to_iso8601(Time{milliseconds{-1}}), "1969-12-31T23:59:59Z");
  EXPECT_EQ(seconds_of(Time{milliseconds{-1}}), -1);
  EXPECT_EQ(seconds_of(Time{milliseconds{1999}}), 1);
}

TEST(ParseIso8601, reads_what_the_policy_language_allows) {
  const Time t = time_of_seconds(noon);
  EXPECT_EQ(parse_iso8601("2026-11-24T12:00:00Z"), t);
  EXPECT_EQ(parse_iso8601("2026-11-24T12:00Z"), t);
  EXPECT_EQ(parse_iso8601("2026-11-24"), t - std::chrono::hours{12});
  EXPECT_EQ(parse_iso8601("2026-11-24T13:30:00+01:30"), t);
  EXPECT_EQ(parse_iso8601("2026-11-24T04:00:00-08:00"), t);
  EXPECT_EQ(parse_iso8601("2026-11-24T12:00:00.5Z"), t + milliseconds{500});
  EXPECT_EQ(parse_iso8601("2026-11-24T12:00:00.123456789Z"), t + milliseconds{123});
  EXPECT_EQ(parse_iso8601("2024-02-29"), time_of_seconds(1709164800));
  EXPECT_EQ(parse_iso8601("2026-11-25T00:30:00+23:59"), parse_iso8601("2026-11-24T00:31:00Z"));
}

TEST(ParseIso8601, refuses_everything_else) {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-11",
                                      "2026-1-24",
                                      "26-11-24",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-11-31",
                                      "2026-02-29",
                                      "2026-11-00",
                                      "2026-11-24T",
                                      "2026-11-24T12",
                                      "2026-11-24T12:00",
                                      "2026-11-24T12:00:00",
                                      "2026-11-24T24:00:00Z",
                                      "2026-11-24T12:60:00Z",
                                      "2026-11-24T12:00:60Z",
                                      "2026-11-24T12:00:00.Z",
                                      "2026-11-24T12:00:00.1234567890Z",
                                      "2026-11-24T12:00:00z",
                                      "2026-11-24t12:00:00Z",
                                      "2026-11-24 12:00:00Z",
                                      "2026-11-24T12:00:00+0100",
                                      "2026-11-24T12:00:00+24:00",
                                      "2026-11-24T12:00:00+01:60",
                                      "2026-11-24T12:00:00ZZ",
                                      " 2026-11-24",
                                      "2026-11-24 ",
                                      "+026-11-24",
                                      "-026-11-24",
                                      "2026-11-24T12:0 :00Z",
                                      "2026/11/24",
                                      "20261124",
                                      "1795521600"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

TEST(ParseBasicIso8601, reads_x_amz_date) {
  EXPECT_EQ(parse_basic_iso8601("20261124T120000Z"), time_of_seconds(noon));
  EXPECT_EQ(parse_basic_iso8601("20150830T123600Z"), time_of_seconds(1440938160));
  for (const std::string_view text :
       {"", "20261124", "20261124T120000", "20261124T120000z", "20261124t120000Z", "20261124T120000Z ",
        "2026112T1120000Z", "20261324T120000Z", "20260229T120000Z", "20261124T240000Z", "20261124T126000Z",
        "20261124T120060Z", "2026-11-24T12:00:00Z", "+0261124T120000Z", "20261124T12000 Z",
        " 0261124T120000Z"}) {
    EXPECT_EQ(parse_basic_iso8601(text), std::nullopt) << text;
  }
}

TEST(TimeText, survives_a_round_trip) {
  for (std::int64_t seconds = 0; seconds < 253402300799; seconds += std::int64_t{86399} * 977) {
    const Time t = time_of_seconds(seconds);
    ASSERT_EQ(parse_iso8601(to_iso8601(t)), t) << seconds;
    ASSERT_EQ(parse_basic_iso8601(to_basic_iso8601(t)), t) << seconds;
  }
}

TEST(TestClock, stands_still_until_it_is_told) {
  TestClock clock{noon};
  EXPECT_EQ(clock.now(), time_of_seconds(noon));
  clock.advance(5);
  EXPECT_EQ(clock.now(), time_of_seconds(noon + 5));
  clock.set(7);
  EXPECT_EQ(clock.now(), time_of_seconds(7));
}

}  // namespace
}  // namespace openirsa
