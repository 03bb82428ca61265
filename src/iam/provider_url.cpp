#include "iam/provider_url.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::iam {
namespace {

using wire::Code;
using wire::Error;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// A label of a host name (RFC 1123 §2.1).
bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host(std::string_view host) {
  return host.size() <= 253 && std::ranges::all_of(split(host, '.'), is_label);
}

// RFC 3986 §3.3: unreserved, sub-delims, ':', '@' and percent-encoded octets.
bool is_url_path(std::string_view path) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || std::string_view("-._~!$&'()*+,;=:@/%").find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(path, allowed) && percent_decode(path).has_value();
}

Error invalid_url() { return {Code::invalid_input, "Invalid Open ID Connect Provider URL."}; }

}  // namespace

Result<std::string, Error> provider_name_of_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::string_view rest = scheme_end == std::string_view::npos ? "" : url.substr(scheme_end + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view host = rest.substr(0, authority_end);
  if (scheme_end == 0 || host.empty())
    return Error{Code::validation_error, "Invalid Open ID Connect Provider URL"};
  if (url.substr(0, scheme_end) != "https") {
    return Error{Code::invalid_input,
                 "Invalid Open ID Connect Provider URL. The URL must begin with https://."};
  }
  const std::string_view path = rest.substr(authority_end);
  // eksctl sends the port that the issuer's URL may carry, and later looks for the provider without one.
  if (host.ends_with(":443")) host.remove_suffix(4);
  if (!is_host(host) || !is_url_path(path)) return invalid_url();
  return std::string(host).append(path);
}

}  // namespace openirsa::iam
