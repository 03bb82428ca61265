// The values that conditions compare: decimal numbers, dates, networks. Parsing allocates nothing.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace openirsa::policy {

// A decimal number, compared exactly: no rounding, any length. Views into the text it was parsed from.
struct Decimal {
  bool negative = false;
  std::string_view integer;   // without leading zeros
  std::string_view fraction;  // without trailing zeros
};
std::optional<Decimal> parse_decimal(std::string_view text);
std::strong_ordering compare(const Decimal& a, const Decimal& b);

// A moment as policies write it: seconds since 1970 (epoch form), or ISO 8601 in the W3C profile from the
// year alone down to a fraction of a second. Without a zone it is UTC.
struct Moment {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  auto operator<=>(const Moment&) const = default;
};
std::optional<Moment> parse_moment(std::string_view text);

// An address is a network of full length. IPv4 addresses mapped into IPv6 (::ffff:a.b.c.d) count as IPv4, so
// that a dual-stack listener sees what the policy's author meant.
struct Network {
  std::array<std::uint8_t, 16> address{};
  unsigned bits = 0;  // of the prefix
  bool version6 = false;
};
std::optional<Network> parse_network(std::string_view text);
std::optional<Network> parse_address(std::string_view text);
bool contains(const Network& network, const Network& address);

std::optional<bool> parse_boolean(std::string_view text);  // "true" or "false" in any case

}  // namespace openirsa::policy
