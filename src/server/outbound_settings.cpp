#include "server/outbound_settings.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "crypto/certificate.h"
#include "server/data_directory.h"

namespace openirsa::server {
namespace {

constexpr std::size_t longest_ca_file = std::size_t{4}
                                        << 20U;  // a whole system's bundle is a quarter of a MiB

std::optional<std::uint16_t> port_of(std::string_view text) {
  const auto port = parse_integer(text);
  if (!is_digits(text) || text.front() == '0' || !port || *port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

}  // namespace

Result<OutboundPorts, std::string> OutboundPorts::parse(const std::vector<std::string>& elements) {
  OutboundPorts ports;
  for (const std::string_view element : elements) {
    const auto colon = element.find(':');
    const auto port = port_of(colon == std::string_view::npos ? element : element.substr(colon + 1));
    const std::string account(colon == std::string_view::npos ? "" : element.substr(0, colon));
    const bool account_fits = colon == std::string_view::npos || (account.size() == 12 && is_digits(account));
    if (!port || !account_fits) return "`" + std::string(element) + "` is neither PORT nor ACCOUNT:PORT";
    (account.empty() ? ports.for_all_ : ports.for_one_[account]).push_back(*port);
  }
  return ports;
}

std::vector<std::uint16_t> OutboundPorts::of(std::string_view account) const {
  std::vector<std::uint16_t> ports = for_all_;
  const auto own = for_one_.find(account);
  if (own != for_one_.end()) ports.insert(ports.end(), own->second.begin(), own->second.end());
  return ports;
}

bool OutboundPorts::may_use(std::string_view account, std::uint16_t port) const {
  const auto ports = of(account);
  return port == 443 || std::ranges::find(ports, port) != ports.end();
}

Result<http::OutboundSettings, SettingsError> outbound_settings(const Settings& settings) {
  http::OutboundSettings outbound;
  auto addresses = http::AddressPolicy::parse(settings.list("outbound.allow_networks"));
  if (!addresses) return SettingsError{"outbound.allow_networks: " + addresses.error()};
  outbound.addresses = *std::move(addresses);
  outbound.proxy = http::HostPort::parse(settings.text("outbound.proxy"));
  const std::string& file = settings.text("outbound.ca_file");
  if (file.empty()) return outbound;
  auto pem = read_file(file, longest_ca_file);
  if (!pem) return SettingsError{"outbound.ca_file: " + pem.error().message};
  if (const auto certificates = crypto::inspect_pem(*pem); !certificates) {
    return SettingsError{"outbound.ca_file: " + file + ": " + certificates.error().message};
  }
  outbound.roots_pem = *std::move(pem);
  return outbound;
}

OutboundPorts outbound_ports(const Settings& settings) {
  auto ports = OutboundPorts::parse(settings.list("outbound.allow_ports"));
  return ports ? *std::move(ports) : OutboundPorts();  // the schema refused what does not parse
}

}  // namespace openirsa::server
