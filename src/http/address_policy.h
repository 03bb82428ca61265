// Which addresses the server may connect to on behalf of what a user wrote: public unicast alone, unless a
// network is allowed by name. An IPv6 form that carries an IPv4 address (mapped, compatible, 6to4, NAT64,
// Teredo, ISATAP) is judged by both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/forwarded.h"

namespace openirsa::http {

class AddressPolicy {
 public:
  AddressPolicy() = default;
  // Networks ("10.0.0.0/8", "fd00::/8") or single addresses. The error names the element that is neither.
  static Result<AddressPolicy, std::string> parse(const std::vector<std::string>& allowed);

  // Nothing when it may be connected to; else why not, in a few words ("a loopback address").
  std::optional<std::string> refusal(const IpAddress& address) const;
};

}  // namespace openirsa::http
