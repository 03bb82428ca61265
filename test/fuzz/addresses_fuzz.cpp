// Addresses, networks, endpoints, host:port, an upstream proxy and the policy of outbound addresses: each is
// read back as it is written, and nothing but public unicast passes the policy. Input: three lines, each
// tried as everything.
#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "fuzz.h"
#include "http/address_policy.h"
#include "http/asio.h"
#include "http/endpoint.h"
#include "http/tunnel.h"

namespace {

using namespace openirsa;
using fuzz::require;
using http::IpAddress;

void check_address(const std::string& text) {
  const auto address = IpAddress::parse(text);
  unsigned char four[4];
  unsigned char six[16];
  const bool plain = text.find('\0') == text.npos;
  const bool is_four = plain && inet_pton(AF_INET, text.c_str(), four) == 1;
  const bool is_six = plain && inet_pton(AF_INET6, text.c_str(), six) == 1;
  require(address.has_value() == (is_four || is_six), "the system's forms of addresses");
  if (!address) return;
  require(IpAddress::parse(address->text()) == *address, "an address is read back");
  if (is_four)
    require(address->is_v4() && std::equal(four, four + 4, address->bytes + 12), "IPv4 is kept mapped");
  if (is_six) require(std::equal(six, six + 16, address->bytes), "IPv6 as it is");
}

struct Block {
  std::uint32_t first;
  int bits;
};
// RFC 6890's IPv4 registry and what grew out of it; Azure's own address besides.
constexpr std::array<Block, 17> not_public{{{0x00000000, 8},
                                            {0x0A000000, 8},
                                            {0x64400000, 10},
                                            {0x7F000000, 8},
                                            {0xA9FE0000, 16},
                                            {0xAC100000, 12},
                                            {0xC0000000, 24},
                                            {0xC0000200, 24},
                                            {0xC0586300, 24},
                                            {0xC0A80000, 16},
                                            {0xC6120000, 15},
                                            {0xC6336400, 24},
                                            {0xCB007100, 24},
                                            {0xE0000000, 4},
                                            {0xF0000000, 4},
                                            {0xFFFFFFFF, 32},
                                            {0xA83F8110, 32}}};

bool is_public(const std::uint8_t* four) {
  const std::uint32_t value = static_cast<std::uint32_t>(four[0]) << 24U |
                              static_cast<std::uint32_t>(four[1]) << 16U |
                              static_cast<std::uint32_t>(four[2]) << 8U | four[3];
  return std::ranges::none_of(
      not_public, [&](const Block& block) { return (value ^ block.first) >> (32 - block.bits) == 0; });
}

void check_policy(const IpAddress& address, const std::string& allowed) {
  const bool refused = http::AddressPolicy().refusal(address).has_value();
  if (address.is_v4()) {
    require(refused == !is_public(address.bytes + 12), "public IPv4 passes, nothing else does");
  } else if (!refused) {
    const std::uint8_t* b = address.bytes;
    require(b[0] != 0xFF && (b[0] & 0xFEU) != 0xFC && !(b[0] == 0xFE && b[1] >= 0x80),
            "no multicast, no local address");
    require(b[0] != 0 || b[1] != 0, "nothing that begins with zeros");
    require(!(b[0] == 0x20 && b[1] == 0x02), "no 6to4");
    require(!(b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02), "no Teredo, no other protocol's address");
    require(!(b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8), "no documentation");
    const bool isatap = (b[8] & 0xFDU) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
    require(!isatap || is_public(b + 12), "no private address inside");
  }
  const auto policy = http::AddressPolicy::parse({allowed});
  require(bool(policy) == http::IpNetwork::parse(allowed).has_value(),
          "networks are allowed, nothing else is");
  if (!policy) return;
  const bool inside = http::IpNetwork::parse(allowed)->contains(address);
  // An address that carries another is judged by both, so this holds for IPv4 alone.
  if (address.is_v4()) {
    require(policy->refusal(address).has_value() == (refused && !inside),
            "exactly what is allowed by name passes");
  }
}

// The bits that a network fixes, counted one by one.
void check_network(const std::string& text, const IpAddress& address) {
  const auto network = http::IpNetwork::parse(text);
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  const std::string digits = slash == text.npos ? "" : text.substr(slash + 1);
  const auto length = parse_integer(digits);
  const bool good =
      base && (slash == text.npos || (is_digits(digits) && length && *length <= (base->is_v4() ? 32 : 128)));
  require(network.has_value() == good, "a network is an address and a number of bits");
  if (!network) return;
  const std::int64_t bits = slash == text.npos ? 128 : *length + (base->is_v4() ? 96 : 0);
  bool same = true;
  for (std::int64_t i = 0; i < bits; ++i) {
    same = same && ((address.bytes[i / 8] ^ base->bytes[i / 8]) >> (7 - i % 8) & 1) == 0;
  }
  require(network->contains(address) == same, "an address is in a network by its bits");
}

void check_places(const std::string& text) {
  if (const auto endpoint = http::Endpoint::parse(text)) {
    const auto again = http::Endpoint::parse(endpoint->text());
    require(again && again->text() == endpoint->text() && again->family() == endpoint->family(),
            "an endpoint is read back");
    require(endpoint->is_unix() || endpoint->ip().has_value(), "a path or an address");
  } else {
    require(!endpoint.error().message.empty(), "a refusal says why");
  }
  if (const auto place = http::HostPort::parse(text)) {
    require(place->port != 0 && !place->host.empty(), "host and port are both there");
    const auto again = http::HostPort::parse(place->text());
    require(again && again->host == place->host && again->port == place->port, "host:port is read back");
    require(place->host.find_first_of("/@[] \r\n") == std::string::npos, "a host is a host");
  }
  if (const auto upstream = http::Upstream::parse(text)) {
    const std::string& line = upstream->authorization;
    require(line.empty() || line.find("\r\n") == line.size() - 2, "credentials stay on one header line");
    require(line.empty() == (text.find('@') == text.npos), "credentials stand before an @");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const std::array<std::string, 3> texts{std::string(lines.next()), std::string(lines.next()),
                                         std::string(lines.next())};
  for (const std::string& text : texts) {
    check_address(text);
    check_places(text);
  }
  if (const auto address = IpAddress::parse(texts[0])) {
    check_network(texts[1], *address);
    check_policy(*address, texts[1]);
  }
  return 0;
}
