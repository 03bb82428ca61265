#include "http/outbound_url.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "http/endpoint.h"
#include "http/grammar.h"

namespace openirsa::http {
namespace {

constexpr std::size_t longest_url = 4096;
constexpr std::string_view scheme = "https://";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// RFC 3986 §2: unreserved, reserved without '#', and '%' with two hex digits behind it.
std::optional<std::string> foreign_byte(std::string_view text) {
  constexpr std::string_view marks = "-._~:/?[]@!$&'()*+,;=";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_letter(c) || is_digit(c) || marks.find(c) != std::string_view::npos) continue;
    if (c == '%' && i + 2 < text.size() && is_hex_digit(text[i + 1]) && is_hex_digit(text[i + 2])) continue;
    if (c == '#') return "it has a fragment";
    if (c == '\\') return "it has a backslash";
    return "it has a byte that a URL may not hold";
  }
  return std::nullopt;
}

// The end of a name decides whether it may be taken for an address: "1", "0x7f", "127.1", "0177.0.0.01".
bool ends_in_number(std::string_view last_label) {
  if (is_digits(last_label)) return true;
  if (!last_label.starts_with("0x")) return false;
  return std::ranges::all_of(last_label.substr(2), is_hex_digit);
}

bool is_name(std::string_view host) {  // lower case
  if (host.empty() || host.size() > 253) return false;
  const auto labels = split(host, '.');
  return !ends_in_number(labels.back()) && std::ranges::all_of(labels, [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label,
                               [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
  });
}

// RFC 3986 §5.2.4, for an absolute path without query.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto segments = split(path.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i] == ".." && !kept.empty()) kept.pop_back();
    if (segments[i] != "." && segments[i] != "..")
      kept.push_back(segments[i]);
    else if (last)
      kept.emplace_back();
  }
  std::string result;
  for (const std::string_view segment : kept) result.append("/").append(segment);
  return result.empty() ? "/" : result;
}

// RFC 3986 §3.1.
bool has_scheme(std::string_view text) {
  const auto colon = text.find_first_of(":/?");
  if (colon == std::string_view::npos || text[colon] != ':' || colon == 0) return false;
  return is_letter(text.front()) && std::ranges::all_of(text.substr(0, colon), [](char c) {
           return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

}  // namespace

Result<OutboundUrl, std::string> OutboundUrl::parse(std::string_view text) {
  if (text.size() > longest_url) return std::string("it is longer than 4096 characters");
  if (auto fault = foreign_byte(text)) return *std::move(fault);
  if (!equal_ignoring_case(text.substr(0, scheme.size()), scheme))
    return std::string("it does not begin with https://");
  const std::string_view rest = text.substr(scheme.size());
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos) return std::string("it has user information");
  const auto parts = split_authority(authority);
  if (!parts || parts->host.empty() || authority.ends_with(':')) return std::string("it names no valid host");

  OutboundUrl url;
  url.target = rest.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (!parts->port.empty()) {
    const auto port = parse_integer(parts->port);
    if (!port || *port < 1 || *port > 65535 || parts->port.front() == '0')
      return std::string("its port is impossible");
    url.port = static_cast<std::uint16_t>(*port);
  }
  const bool bracketed = parts->host.front() == '[';
  url.host = to_lower(bracketed ? parts->host.substr(1, parts->host.size() - 2) : parts->host);
  const auto address = url.address();
  if (address ? bracketed != (url.host.find(':') != std::string::npos) : bracketed || !is_name(url.host)) {
    return "its host `" + url.host + "` is neither a DNS name nor an address in its usual form";
  }
  if (address) url.host = address->text();
  return url;
}

Result<OutboundUrl, std::string> OutboundUrl::resolve(std::string_view location) const {
  if (location.empty()) return std::string("it is empty");
  if (auto fault = foreign_byte(location)) return *std::move(fault);
  if (has_scheme(location)) return parse(location);
  if (location.starts_with("//")) return parse("https:" + std::string(location));
  if (location.starts_with('/')) return parse(origin() + std::string(location));
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  if (location.starts_with('?')) return parse(origin() + std::string(path) + std::string(location));
  const auto query = std::min(location.find('?'), location.size());
  const std::string merged =
      std::string(path.substr(0, path.rfind('/') + 1)) + std::string(location.substr(0, query));
  return parse(origin() + without_dot_segments(merged) + std::string(location.substr(query)));
}

std::string OutboundUrl::origin() const { return "https://" + HostPort{host, port}.text(); }

std::string OutboundUrl::text() const {
  std::string authority = HostPort{host, port}.text();
  if (port == 443) authority.resize(authority.size() - 4);
  return "https://" + authority + target;
}

}  // namespace openirsa::http
