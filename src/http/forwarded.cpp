#include "http/forwarded.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/text.h"
#include "http/grammar.h"

namespace openirsa::http {
namespace {

constexpr std::uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// The elements of all headers of that name, taken as one list (RFC 9110 §5.3).
std::vector<std::string> elements_of(const Request& request, std::string_view name) {
  std::vector<std::string> elements;
  for (const auto& [header, value] : request.headers) {
    if (!equal_ignoring_case(header, name)) continue;
    for_each_element(value, [&](std::string_view element) { elements.emplace_back(element); });
  }
  return elements;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  IpAddress address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes) == 1 && copy.size() == std::strlen(copy.c_str()))
    return address;
  std::memcpy(address.bytes, mapped_prefix, sizeof mapped_prefix);
  if (inet_pton(AF_INET, copy.c_str(), address.bytes + 12) == 1 && copy.size() == std::strlen(copy.c_str())) {
    return address;
  }
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(std::begin(mapped_prefix), std::end(mapped_prefix), bytes);
}

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes + 12 : bytes, out, sizeof out);
  return out;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return IpNetwork{*address};
  const std::string_view digits = text.substr(slash + 1);
  const auto bits = is_digits(digits) ? parse_integer(digits) : std::nullopt;  // "-0" would open everything
  if (!bits || *bits > (address->is_v4() ? 32 : 128)) return std::nullopt;
  return IpNetwork{*address, static_cast<int>(*bits) + (address->is_v4() ? 96 : 0)};
}

bool IpNetwork::contains(const IpAddress& other) const {
  const int whole = prefix / 8;
  if (!std::equal(other.bytes, other.bytes + whole, address.bytes)) return false;
  const int rest = prefix % 8;
  return rest == 0 || ((other.bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

std::optional<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& entries) {
  TrustedProxies proxies;
  for (const std::string_view entry : entries) {
    if (entry == "unix") {
      proxies.unix_ = true;
      continue;
    }
    const auto network = IpNetwork::parse(entry);
    if (!network) return std::nullopt;
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::trusts(std::string_view address) const {
  if (address.empty()) return unix_;
  const auto parsed = IpAddress::parse(address);
  return parsed && std::any_of(networks_.begin(), networks_.end(),
                               [&](const IpNetwork& network) { return network.contains(*parsed); });
}

Peer TrustedProxies::resolve(const Request& request, const Peer& connection) const {
  Peer peer = connection;
  // From the nearest hop outwards, as long as the hop that reported the next one is trusted: what lies beyond
  // the first untrusted address is that client's own claim.
  const auto hops = elements_of(request, "x-forwarded-for");
  for (auto hop = hops.rbegin(); hop != hops.rend() && trusts(peer.address); ++hop) {
    const auto address = IpAddress::parse(*hop);
    if (!address) break;
    peer.address = address->text();
  }
  const auto schemes = elements_of(request, "x-forwarded-proto");
  if (!schemes.empty()) peer.tls = equal_ignoring_case(schemes.back(), "https");
  return peer;
}

}  // namespace openirsa::http
