// What the settings say of the server's own connections to other hosts: the guarded fetcher's configuration,
// and which ports an account's providers may name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/outbound.h"
#include "server/settings.h"

namespace openirsa::server {

class OutboundPorts {
 public:
  // Elements are PORT, for every account, or ACCOUNT:PORT. The error names the element that is neither.
  static Result<OutboundPorts, std::string> parse(const std::vector<std::string>& elements);

  // Beside 443, which everybody may use.
  std::vector<std::uint16_t> of(std::string_view account) const;
  bool may_use(std::string_view account, std::uint16_t port) const;

 private:
  std::vector<std::uint16_t> for_all_;
  std::map<std::string, std::vector<std::uint16_t>, std::less<>> for_one_;
};

// Reads `outbound.ca_file`; the error names the file when it holds anything but certificates.
Result<http::OutboundSettings, SettingsError> outbound_settings(const Settings& settings);
OutboundPorts outbound_ports(const Settings& settings);

}  // namespace openirsa::server
