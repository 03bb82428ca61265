#include "http/grammar.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace openirsa::http {
namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet set_of(std::string_view a, std::string_view b = {}) {
  CharacterSet set{};
  for (const char c : a) set[static_cast<std::uint8_t>(c)] = true;
  for (const char c : b) set[static_cast<std::uint8_t>(c)] = true;
  return set;
}

constexpr CharacterSet make_field_set() {
  CharacterSet set{};
  for (std::size_t c = 0; c < 256; ++c) set[c] = c == '\t' || (c >= 0x20 && c != 0x7f);
  return set;
}

// RFC 3986 allows less, yet real clients leave characters such as '|' bare. Never a space, a control or a
// fragment.
constexpr CharacterSet make_target_set() {
  CharacterSet set{};
  for (std::size_t c = 0; c < 256; ++c) set[c] = c > 0x20 && c < 0x7f && c != '#';
  return set;
}

constexpr CharacterSet token_set = set_of(letters_and_digits, "!#$%&'*+-.^_`|~");
constexpr CharacterSet name_set = set_of(letters_and_digits, "-._~!$&'()*+,;=%");  // RFC 3986 §3.2.2 reg-name
constexpr CharacterSet address_set = set_of("0123456789abcdefABCDEF:.");
constexpr CharacterSet field_set = make_field_set();
constexpr CharacterSet target_set = make_target_set();

bool all_of(std::string_view text, const CharacterSet& set) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return set[static_cast<std::uint8_t>(c)]; });
}

bool starts_with_scheme(std::string_view target, std::string_view scheme) {
  return target.size() >= scheme.size() && equal_ignoring_case(target.substr(0, scheme.size()), scheme);
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digits(text.substr(5, 1)) && text[6] == '.' &&
         is_digits(text.substr(7, 1));
}

Result<RequestLine, ParseFault> with_authority_form(RequestLine line) {
  if (line.method != "CONNECT") return ParseFault{405, "this is a proxy for CONNECT only"};
  const auto parts = split_authority(line.target);
  const auto port = parts ? parse_integer(parts->port) : std::nullopt;
  // RFC 9112 §3.2.3: CONNECT's target is host and port, both given.
  if (!port || parts->host.empty() || *port < 1 || *port > 65535) {
    return ParseFault{400, "the target of CONNECT is not host:port"};
  }
  return line;
}

Result<RequestLine, ParseFault> with_origin_form(RequestLine line) {
  if (line.method == "CONNECT") return ParseFault{501, "this is not a proxy"};
  if (line.target.starts_with('/')) return line;
  const std::size_t scheme = starts_with_scheme(line.target, "http://")    ? 7
                             : starts_with_scheme(line.target, "https://") ? 8
                                                                           : 0;
  if (scheme == 0) return ParseFault{400, "the target is neither a path nor an http URL"};
  const std::string_view rest = line.target.substr(scheme);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  line.authority = rest.substr(0, end);
  line.target = rest.substr(end);
  // RFC 9110 §4.2.1 and §4.2.4: an empty host is invalid, and user information is treated as an error.
  const auto parts = split_authority(line.authority);
  if (!parts || parts->host.empty())
    return ParseFault{400, "the URL in the request line names no valid host"};
  return line;
}

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && all_of(text, token_set); }
bool is_field_value(std::string_view text) { return all_of(text, field_set); }

std::optional<AuthorityParts> split_authority(std::string_view authority) {
  AuthorityParts parts;
  std::string_view rest;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos || close == 1) return std::nullopt;
    parts.host = authority.substr(0, close + 1);
    if (!all_of(authority.substr(1, close - 1), address_set)) return std::nullopt;
    rest = authority.substr(close + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    parts.host = authority.substr(0, colon);
    if (!all_of(parts.host, name_set)) return std::nullopt;
    rest = authority.substr(colon);
  }
  if (rest.empty()) return parts;
  if (rest.front() != ':') return std::nullopt;
  parts.port = rest.substr(1);
  if (!parts.port.empty() && !is_digits(parts.port)) return std::nullopt;
  return parts;
}

Result<RequestLine, ParseFault> parse_request_line(std::string_view line, TargetForm form) {
  // RFC 9112 §3: exactly one space between the parts; anything lenient here has been used to smuggle
  // requests.
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return ParseFault{400, "the request line has not three parts"};
  RequestLine parts{line.substr(0, first), line.substr(first + 1, second - first - 1), {}, 1};
  const std::string_view version = line.substr(second + 1);
  if (!is_token(parts.method)) return ParseFault{400, "the method is not a token"};
  if (parts.target.empty() || !all_of(parts.target, target_set)) {
    return ParseFault{400, "the target holds a character that it must not hold"};
  }
  if (!is_version(version)) return ParseFault{400, "the request line does not end in an HTTP version"};
  if (version[5] != '1') return ParseFault{505, "this server speaks HTTP/1.1"};
  // RFC 9110 §2.5: a higher minor version is served as the highest one we know.
  parts.minor_version = version[7] == '0' ? 0 : 1;
  return form == TargetForm::authority ? with_authority_form(parts) : with_origin_form(parts);
}

}  // namespace openirsa::http
