// Which addresses the server may connect to on behalf of what a user wrote: public unicast alone, unless a
// network is allowed by name. An IPv6 form that carries an IPv4 address (6to4, NAT64, Teredo, ISATAP) is
// judged by both, so allowing 10.0.0.0/8 allows no other spelling of it. IPv4-mapped addresses are IPv4 here
// and connected to as such.
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

 private:
  std::vector<IpNetwork> allowed_;
};

}  // namespace openirsa::http
