#include "policy/value.h"

#include <arpa/inet.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/text.h"

namespace openirsa::policy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits off the front of `text`.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

// One or two digits up to `most`.
std::optional<int> take_field(std::string_view& text, int least, int most) {
  const std::string_view digits = take_digits(text);
  if (digits.empty() || digits.size() > 2) return std::nullopt;
  const int value = static_cast<int>(*parse_integer(digits));
  if (value < least || value > most) return std::nullopt;
  return value;
}

std::strong_ordering compare_magnitude(const Decimal& a, const Decimal& b) {
  if (a.integer.size() != b.integer.size()) return a.integer.size() <=> b.integer.size();
  if (const auto order = a.integer <=> b.integer; order != std::strong_ordering::equal) return order;
  return a.fraction <=> b.fraction;
}

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in(std::int64_t year, int month) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

// Days from 1970-01-01 in the proleptic Gregorian calendar; std::chrono's years end at 32767.
std::int64_t days_from_epoch(std::int64_t year, int month, int day) {
  std::int64_t days = 365 * (year - 1970);
  const auto leaps_before = [](std::int64_t y) {  // leap years in (0, y), continued below zero
    const std::int64_t last = y - 1;
    const auto floor_div = [](std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); };
    return floor_div(last, 4) - floor_div(last, 100) + floor_div(last, 400);
  };
  days += leaps_before(year) - leaps_before(1970);
  for (int m = 1; m < month; ++m) days += days_in(year, m);
  return days + day - 1;
}

// [-]year[-month[-day]]; the range of the year is that of AWS's own reader.
std::optional<std::int64_t> take_date(std::string_view& text) {
  const bool negative = take(text, '-');
  const std::string_view digits = take_digits(text);
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  const std::int64_t year = negative ? -*parse_integer(digits) : *parse_integer(digits);
  if (year < -292275054 || year > 292278993) return std::nullopt;
  int month = 1;
  int day = 1;
  if (take(text, '-')) {
    const auto given = take_field(text, 1, 12);
    if (!given) return std::nullopt;
    month = *given;
    if (take(text, '-')) {
      const auto given_day = take_field(text, 1, days_in(year, month));
      if (!given_day) return std::nullopt;
      day = *given_day;
    }
  }
  return days_from_epoch(year, month, day);
}

// What follows a time of day: nothing, Z, or ±hh, ±hhmm, ±hh:mm with two digits each. In seconds.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return 0;
  const std::int64_t sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  std::string_view hour_text = text.substr(0, 2);
  text.remove_prefix(hour_text.size());
  const auto hours = hour_text.size() == 2 ? take_field(hour_text, 0, 23) : std::nullopt;
  if (!hours || !hour_text.empty()) return std::nullopt;
  if (text.empty()) return sign * *hours * 3600;
  take(text, ':');
  if (text.size() != 2) return std::nullopt;
  const auto minutes = take_field(text, 0, 59);
  if (!minutes) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

std::optional<std::int64_t> take_fraction(std::string_view& text) {
  const std::string_view digits = take_digits(text);
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  std::int64_t nanoseconds = *parse_integer(digits);
  for (std::size_t i = digits.size(); i < 9; ++i) nanoseconds *= 10;
  return nanoseconds;
}

// hour[:minute[:second[.fraction]]][zone]
std::optional<Moment> take_time(std::string_view& text) {
  Moment moment;
  std::int64_t scale = 3600;
  for (const int most : {23, 59, 59}) {
    const auto field = take_field(text, 0, most);
    if (!field) return std::nullopt;
    moment.seconds += *field * scale;
    scale /= 60;
    if (scale == 0 && take(text, '.')) {
      const auto fraction = take_fraction(text);
      if (!fraction) return std::nullopt;
      moment.nanoseconds = *fraction;
    }
    if (scale == 0 || !take(text, ':')) break;
  }
  const auto zone = take_zone(text);
  if (!zone) return std::nullopt;
  moment.seconds -= *zone;
  return moment;
}

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

void unmap(Network& network) {
  if (!network.version6 || network.bits < 96) return;
  if (!std::equal(mapped_prefix.begin(), mapped_prefix.end(), network.address.begin())) return;
  std::rotate(network.address.begin(), network.address.begin() + 12, network.address.end());
  network.version6 = false;
  network.bits -= 96;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal number;
  number.negative = take(text, '-');
  if (!number.negative) take(text, '+');
  number.integer = take_digits(text);
  if (number.integer.empty()) return std::nullopt;
  if (take(text, '.')) {
    number.fraction = take_digits(text);
    if (number.fraction.empty()) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  while (number.integer.starts_with('0')) number.integer.remove_prefix(1);
  while (number.fraction.ends_with('0')) number.fraction.remove_suffix(1);
  if (number.integer.empty() && number.fraction.empty()) number.negative = false;
  return number;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (a.negative != b.negative)
    return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  return a.negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

std::optional<Moment> parse_moment(std::string_view text) {
  if (text.find_first_of("Tt-") == std::string_view::npos) {
    const auto seconds = parse_integer(text);
    if (!seconds || *seconds < 0) return std::nullopt;
    return Moment{.seconds = *seconds, .nanoseconds = 0};
  }
  const auto days = take_date(text);
  if (!days) return std::nullopt;
  Moment moment;
  // "2017T" is accepted by AWS: an empty time of day is midnight.
  if ((take(text, 'T') || take(text, 't')) && !text.empty()) {
    const auto time = take_time(text);
    if (!time) return std::nullopt;
    moment = *time;
  }
  if (!text.empty()) return std::nullopt;
  moment.seconds += *days * 86400;
  return moment;
}

std::optional<Network> parse_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.empty() || text.size() >= copy.size() || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::memcpy(copy.data(), text.data(), text.size());
  Network network;
  network.version6 = text.find(':') != std::string_view::npos;
  network.bits = network.version6 ? 128 : 32;
  if (::inet_pton(network.version6 ? AF_INET6 : AF_INET, copy.data(), network.address.data()) != 1)
    return std::nullopt;
  unmap(network);
  return network;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return parse_address(text);
  const std::string_view digits = text.substr(slash + 1);
  auto network = parse_address(text.substr(0, slash));
  if (!network || !is_digits(digits) || digits.size() > 3) return std::nullopt;
  const bool written6 = text.substr(0, slash).find(':') != std::string_view::npos;
  unsigned bits = static_cast<unsigned>(*parse_integer(digits));
  if (bits > (written6 ? 128U : 32U)) return std::nullopt;
  if (written6 && !network->version6) {
    if (bits < 96) return std::nullopt;  // a prefix that spans more than the mapped IPv4 addresses
    bits -= 96;
  }
  network->bits = bits;
  return network;
}

bool contains(const Network& network, const Network& address) {
  if (network.version6 != address.version6) return false;
  const std::size_t whole = network.bits / 8;
  if (!std::equal(network.address.begin(), network.address.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.address.begin())) {
    return false;
  }
  const unsigned rest = network.bits % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xFFU << (8 - rest)) & 0xFFU;
  return ((network.address[whole] ^ address.address[whole]) & mask) == 0;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (equal_ignoring_case(text, "true")) return true;
  if (equal_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

}  // namespace openirsa::policy
