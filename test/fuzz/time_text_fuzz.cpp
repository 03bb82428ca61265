// Do the readers of times agree with a second reading by timegm(), and are times read back as they were
// written?
#include <cstring>
#include <ctime>
#include <optional>
#include <string>

#include "base/text.h"
#include "base/time_text.h"
#include "fuzz.h"
#include "policy/value.h"
#include "sigv4/request_date.h"

namespace {

using openirsa::fuzz::require;

// Reads the digits that stand where `pattern` has letters (Y M D h m s), and compares everything else.
std::optional<std::int64_t> by_pattern(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return std::nullopt;
  int fields[6] = {0, 1, 1, 0, 0, 0};
  bool begun[6] = {};
  constexpr std::string_view letters = "YMDhms";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t field = letters.find(pattern[i]);
    if (field == letters.npos) {
      if (text[i] != pattern[i]) return std::nullopt;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    fields[field] = (begun[field] ? fields[field] * 10 : 0) + (text[i] - '0');
    begun[field] = true;
  }
  std::tm parts{};
  parts.tm_year = fields[0] - 1900;
  parts.tm_mon = fields[1] - 1;
  parts.tm_mday = fields[2];
  parts.tm_hour = fields[3];
  parts.tm_min = fields[4];
  parts.tm_sec = fields[5];
  const std::tm given = parts;
  const std::int64_t seconds = timegm(&parts);
  // timegm() carries what overflows: a real time is one that it left alone.
  if (given.tm_year != parts.tm_year || given.tm_mon != parts.tm_mon || given.tm_mday != parts.tm_mday ||
      given.tm_hour != parts.tm_hour || given.tm_min != parts.tm_min || given.tm_sec != parts.tm_sec) {
    return std::nullopt;
  }
  return seconds;
}

// Milliseconds of what parse_iso8601 takes: a date, or date and time with fraction and zone.
std::optional<std::int64_t> naive_iso8601(std::string_view text) {
  if (text.size() == 10) {
    const auto day = by_pattern(text, "YYYY-MM-DD");
    return day ? std::optional(*day * 1000) : std::nullopt;
  }
  std::int64_t offset = 0;
  if (text.ends_with('Z')) {
    text.remove_suffix(1);
  } else {
    if (text.size() < 6) return std::nullopt;
    const std::string_view zone = text.substr(text.size() - 6);
    const auto shift = by_pattern(std::string("1970-01-01T").append(zone.substr(1)), "YYYY-MM-DDThh:mm");
    if (!shift || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
    offset = zone[0] == '+' ? -*shift : *shift;
    text.remove_suffix(6);
  }
  std::int64_t fraction = 0;
  const std::size_t dot = text.find('.');
  if (dot != text.npos) {
    std::string digits(text.substr(dot + 1));
    if (dot != 19 || !openirsa::is_digits(digits) || digits.size() > 9) return std::nullopt;
    digits.resize(3, '0');
    fraction = std::stoll(digits);
    text = text.substr(0, dot);
  }
  auto seconds = by_pattern(text, "YYYY-MM-DDThh:mm:ss");
  if (!seconds) seconds = by_pattern(text, "YYYY-MM-DDThh:mm");
  if (!seconds) return std::nullopt;
  return (*seconds + offset) * 1000 + fraction;
}

void check_writing(openirsa::Time time) {
  const std::int64_t seconds = openirsa::seconds_of(time);
  // Four digits of a year: a zone may carry a text's time beyond them.
  if (seconds < -62167219200 || seconds > 253402300799) return;
  const auto whole = openirsa::time_of_seconds(seconds);
  require(openirsa::parse_iso8601(openirsa::to_iso8601(whole)) == whole, "ISO 8601 is read back");
  require(openirsa::parse_basic_iso8601(openirsa::to_basic_iso8601(whole)) == whole,
          "the basic form is read back");
  require(openirsa::sigv4::parse_request_date(openirsa::to_http_date(whole)) == whole,
          "HTTP's date is read back");
  char expected[64];
  const std::time_t at = seconds;
  std::tm parts{};
  gmtime_r(&at, &parts);
  (void)std::strftime(expected, sizeof expected, "%a, %d %b ", &parts);
  require(openirsa::to_http_date(whole).starts_with(expected), "HTTP's date as strftime() writes it");
}

void check_request_date(std::string_view text) {
  const auto date = openirsa::sigv4::parse_request_date(text);
  if (const auto basic = by_pattern(text, "YYYYMMDDThhmmssZ")) {
    require(date && openirsa::seconds_of(*date) == *basic, "a request's date in the basic form");
    return;
  }
  require(!date || openirsa::to_http_date(*date) == text, "else HTTP's one form");
}

void check_moment(std::string_view text) {
  const auto moment = openirsa::policy::parse_moment(text);
  const auto whole = naive_iso8601(text);
  if (whole) {
    require(moment && moment->seconds == (*whole - ((*whole % 1000) + 1000) % 1000) / 1000,
            "policies read ISO 8601");
  }
  if (openirsa::is_digits(text) && text.size() > 4 && text.size() < 16) {
    require(moment && moment->seconds == std::stoll(std::string(text)), "policies read seconds since 1970");
  }
  if (moment)
    require(moment->nanoseconds >= 0 && moment->nanoseconds < 1'000'000'000, "nanoseconds of a second");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = openirsa::fuzz::text_of(data, size);
  const auto time = openirsa::parse_iso8601(text);
  const auto wanted = naive_iso8601(text);
  require(time.has_value() == wanted.has_value(), "both readers take the same times");
  require(!time || time->time_since_epoch().count() == *wanted, "both readers read the same time");
  const auto basic = openirsa::parse_basic_iso8601(text);
  const auto basic_wanted = by_pattern(text, "YYYYMMDDThhmmssZ");
  require(basic.has_value() == basic_wanted.has_value(), "both readers take the same basic times");
  require(!basic || openirsa::seconds_of(*basic) == *basic_wanted, "both readers read the same basic time");
  if (time) check_writing(*time);
  if (basic) check_writing(*basic);
  check_request_date(text);
  check_moment(text);
  return 0;
}
