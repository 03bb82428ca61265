#include "http/address_policy.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace openirsa::http {
namespace {

struct Special {
  IpNetwork network;
  std::string_view what;
};

Special special(std::string_view network, std::string_view what) {
  return {*IpNetwork::parse(network), what};
}

// The registries of special-purpose addresses (RFC 6890: iana-ipv4-special-registry,
// iana-ipv6-special-registry) and multicast. The first row that contains an address names it.
const std::vector<Special>& specials() {
  static const std::vector<Special> rows{
      special("0.0.0.0/8", "an address of this host or network (RFC 1122)"),
      special("10.0.0.0/8", "a private address (RFC 1918)"),
      special("100.64.0.0/10", "a carrier-grade NAT address (RFC 6598)"),
      special("127.0.0.0/8", "a loopback address"),
      special("168.63.129.16", "Azure's platform address"),  // public by number, local to each machine there
      special("169.254.0.0/16", "a link-local address (RFC 3927)"),
      special("172.16.0.0/12", "a private address (RFC 1918)"),
      special("192.0.0.0/24", "an address for protocols (RFC 6890)"),
      special("192.0.2.0/24", "a documentation address (RFC 5737)"),
      special("192.88.99.0/24", "a 6to4 relay address (RFC 7526)"),
      special("192.168.0.0/16", "a private address (RFC 1918)"),
      special("198.18.0.0/15", "a benchmarking address (RFC 2544)"),
      special("198.51.100.0/24", "a documentation address (RFC 5737)"),
      special("203.0.113.0/24", "a documentation address (RFC 5737)"),
      special("224.0.0.0/4", "a multicast address"),
      special("255.255.255.255", "the broadcast address"),
      special("240.0.0.0/4", "a reserved address (RFC 1112)"),
      special("::", "the unspecified address"),
      special("::1", "a loopback address"),
      special("64:ff9b::/96", "a NAT64 address (RFC 6052)"),
      special("64:ff9b:1::/48", "a local NAT64 address (RFC 8215)"),
      special("100::/64", "a discard address (RFC 6666)"),
      special("2001::/32", "a Teredo address (RFC 4380)"),
      special("2001::/23", "an address for protocols (RFC 2928)"),  // benchmarking and ORCHID among them
      special("2001:db8::/32", "a documentation address (RFC 3849)"),
      special("2002::/16", "a 6to4 address (RFC 3056)"),
      special("3fff::/20", "a documentation address (RFC 9637)"),
      special("5f00::/16", "a segment routing address (RFC 9602)"),
      special("fc00::/7", "a unique local address (RFC 4193)"),
      special("fe80::/10", "a link-local address"),
      special("fec0::/10", "a site-local address (RFC 3879)"),
      special("ff00::/8", "a multicast address"),
  };
  return rows;
}

std::optional<std::string_view> special_of(const IpAddress& address) {
  for (const auto& [network, what] : specials()) {
    if (network.contains(address)) return what;
  }
  // IPv4-compatible (RFC 4291 §2.5.5.1), translated (RFC 2765) and whatever else begins with so many zeros:
  // never assigned, and IPv4 in other clothes. IPv4 itself is kept as a mapped address.
  static const IpNetwork zeros = *IpNetwork::parse("::/16");
  if (!address.is_v4() && zeros.contains(address)) return "a reserved address that carries an IPv4 address";
  return std::nullopt;
}

IpAddress v4_of(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  IpAddress address = *IpAddress::parse("0.0.0.0");
  const std::uint8_t bytes[4] = {a, b, c, d};
  std::memcpy(address.bytes + 12, bytes, sizeof bytes);
  return address;
}

// The IPv4 addresses to which packets for this IPv6 address may be led.
std::vector<IpAddress> carried_by(const IpAddress& address) {
  if (address.is_v4()) return {};
  static const IpNetwork nat64 = *IpNetwork::parse("64:ff9b::/96");
  static const IpNetwork local_nat64 = *IpNetwork::parse("64:ff9b:1::/48");
  static const IpNetwork six_to_four = *IpNetwork::parse("2002::/16");
  static const IpNetwork teredo = *IpNetwork::parse("2001::/32");
  static const IpNetwork zeros = *IpNetwork::parse("::/16");
  const std::uint8_t* b = address.bytes;
  const IpAddress last = v4_of(b[12], b[13], b[14], b[15]);
  if (nat64.contains(address)) return {last};
  static const IpNetwork unspecified_and_loopback = *IpNetwork::parse("::/127");
  if (zeros.contains(address) && !unspecified_and_loopback.contains(address)) return {last};
  // RFC 6052 §2.2: with a /48 prefix the address surrounds byte 8 and zeros follow.
  const bool nothing_last = last == v4_of(0, 0, 0, 0);
  if (local_nat64.contains(address)) return {nothing_last ? v4_of(b[6], b[7], b[9], b[10]) : last};
  if (six_to_four.contains(address)) return {v4_of(b[2], b[3], b[4], b[5])};
  // RFC 4380 §4: the server, then the client with every bit inverted.
  const auto inverted = [b](int i) { return static_cast<std::uint8_t>(~b[i]); };
  if (teredo.contains(address)) {
    return {v4_of(b[4], b[5], b[6], b[7]), v4_of(inverted(12), inverted(13), inverted(14), inverted(15))};
  }
  // ISATAP (RFC 5214 §6.1), under whatever prefix.
  const bool isatap = (b[8] & ~0x02) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
  if (isatap) return {last};
  return {};
}

}  // namespace

Result<AddressPolicy, std::string> AddressPolicy::parse(const std::vector<std::string>& allowed) {
  AddressPolicy policy;
  for (const auto& element : allowed) {
    const auto network = IpNetwork::parse(element);
    if (!network) {
      return "`" + element + "` is neither an address nor a network such as 10.0.0.0/8";
    }
    policy.allowed_.push_back(*network);
  }
  return policy;
}

std::optional<std::string> AddressPolicy::refusal(const IpAddress& address) const {
  const bool allowed =
      std::ranges::any_of(allowed_, [&](const IpNetwork& network) { return network.contains(address); });
  if (!allowed) {
    if (const auto what = special_of(address)) return std::string(*what);
  }
  for (const auto& inner : carried_by(address)) {
    if (const auto reason = refusal(inner)) return "an address that carries " + inner.text() + ", " + *reason;
  }
  return std::nullopt;
}

}  // namespace openirsa::http
