#include "base/time_text.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace openirsa {
namespace {

struct Fields {
  std::chrono::year_month_day date;
  int hour;
  int minute;
  int second;
};

Fields fields_of(Time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const auto rest = std::chrono::floor<std::chrono::seconds>(t - day).count();
  return {std::chrono::year_month_day{day}, static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),
          static_cast<int>(rest % 60)};
}

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> buffer{};
  (void)std::snprintf(buffer.data(), buffer.size(), format, args...);
  return buffer.data();
}

// REQUIRES: 0 to 99.
char* put_two(char* to, int value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
  return to + 2;
}

char* put(char* to, char c) {
  if (c != '\0') *to++ = c;
  return to;
}

// `dash` and `colon` are left out where they are NUL. REQUIRES: a year of four digits.
std::string write_iso8601(Time t, char dash, char colon) {
  const Fields f = fields_of(t);
  const int year = static_cast<int>(f.date.year());
  std::array<char, 20> text{};
  char* to = put_two(put_two(text.data(), year / 100), year % 100);
  to = put_two(put(to, dash), static_cast<int>(static_cast<unsigned>(f.date.month())));
  to = put_two(put(to, dash), static_cast<int>(static_cast<unsigned>(f.date.day())));
  to = put_two(put(to, 'T'), f.hour);
  to = put_two(put(to, colon), f.minute);
  to = put(put_two(put(to, colon), f.second), 'Z');
  return {text.data(), to};
}

// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !is_digits(text.substr(0, digits))) return std::nullopt;
  const auto value = parse_integer(text.substr(0, digits));
  text.remove_prefix(digits);
  return static_cast<int>(*value);
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Time> assemble(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return Time{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

// `Z`, or an offset from UTC; what follows the time of day.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return std::chrono::minutes{0};
  const bool east = text.starts_with('+');
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{*hours * 60 + *minutes};
  return east ? offset : -offset;
}

}  // namespace

std::string to_iso8601(Time t) { return write_iso8601(t, '-', ':'); }
std::string to_basic_iso8601(Time t) { return write_iso8601(t, '\0', '\0'); }

std::string to_http_date(Time t) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Fields f = fields_of(t);
  const std::chrono::weekday weekday{std::chrono::floor<std::chrono::days>(t)};
  return print("%s, %02u %s %04d %02d:%02d:%02d GMT", days[weekday.c_encoding()],
               static_cast<unsigned>(f.date.day()), months[static_cast<unsigned>(f.date.month()) - 1],
               static_cast<int>(f.date.year()), f.hour, f.minute, f.second);
}

std::optional<Time> parse_iso8601(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  if (text.empty()) return assemble(*year, *month, *day, 0, 0, 0);
  if (!take(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute) return std::nullopt;
  int second = 0;
  std::chrono::milliseconds fraction{0};
  if (take(text, ':')) {
    const auto seconds = take_number(text, 2);
    if (!seconds) return std::nullopt;
    second = *seconds;
    if (take(text, '.')) {
      int scale = 100;
      std::size_t digits = 0;
      for (; !text.empty() && text[0] >= '0' && text[0] <= '9';
           ++digits, text.remove_prefix(1), scale /= 10) {
        fraction += std::chrono::milliseconds{(text[0] - '0') * scale};
      }
      if (digits == 0 || digits > 9) return std::nullopt;
    }
  }
  const auto zone = take_zone(text);
  const auto base = assemble(*year, *month, *day, *hour, *minute, second);
  if (!zone || !base || !text.empty()) return std::nullopt;
  return *base + fraction - *zone;
}

std::optional<Time> parse_basic_iso8601(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto year = take_number(text, 4);
  const auto month = take_number(text, 2);
  const auto day = take_number(text, 2);
  text.remove_prefix(text.empty() ? 0 : 1);
  const auto hour = take_number(text, 2);
  const auto minute = take_number(text, 2);
  const auto second = take_number(text, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  return assemble(*year, *month, *day, *hour, *minute, *second);
}

}  // namespace openirsa
