// The small grammars of HTTP that the parser, the proxy and the response writer share (RFC 9110 §5, RFC 9112
// §3). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/text.h"

namespace openirsa::http {

struct ParseFault {
  int status;
  std::string_view reason;  // static text
};

bool is_token(std::string_view text);        // RFC 9110 §5.6.2: not empty, tchar only
bool is_field_value(std::string_view text);  // no control character other than a tab (RFC 9110 §5.5)

// host [":" port] of RFC 3986 §3.2 without user information. A bracketed IPv6 address keeps its brackets in
// `host`.
struct AuthorityParts {
  std::string_view host;
  std::string_view port;  // digits, may be empty
};
std::optional<AuthorityParts> split_authority(std::string_view authority);

struct RequestLine {
  std::string_view method;
  std::string_view
      target;  // "/path?query", or "host:port" of CONNECT; may be empty or "?query" in absolute form
  std::string_view authority;  // of the absolute form, else empty
  int minor_version = 1;
};

// Which targets are served: those of an origin server, or those of CONNECT alone.
enum class TargetForm { origin, authority };

// `line` is without its line end.
Result<RequestLine, ParseFault> parse_request_line(std::string_view line, TargetForm form);

// Calls `each` with every element of a comma-separated list (RFC 9110 §5.6.1: empty elements are skipped).
template <class Each>
void for_each_element(std::string_view list, Each&& each) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    if (!element.empty()) each(element);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace openirsa::http
