#include "issuer/discovery.h"

#include <algorithm>

#include "base/json.h"

namespace openirsa::issuer {
namespace {

constexpr std::string_view scheme = "https://";
constexpr std::size_t longest_shown = 255;  // as long as a provider's URL may be
constexpr std::size_t longest_url = 2048;

// REQUIRES: well-formed UTF-8, which the result is too.
std::string shown(std::string_view text) {
  std::string line(text.substr(0, longest_shown));
  while (line.size() < text.size() && (text[line.size()] & 0xc0) == 0x80) line.pop_back();
  std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return "`" + line + "`" + (text.size() > longest_shown ? "…" : "");
}

// RFC 3986 §2: a URI is made of visible ASCII characters.
bool is_https_url(std::string_view text) {
  return text.starts_with(scheme) && text.size() <= longest_url &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

// Lists that OpenID Connect Discovery 1.0 §3 requires. AWS refuses an issuer without them, so one that works
// here works there; what they hold decides nothing, for the keys do.
constexpr std::string_view required_lists[] = {"response_types_supported", "subject_types_supported",
                                               "id_token_signing_alg_values_supported"};

bool is_list_of_texts(const json::array* list) {
  return list != nullptr && !list->empty() &&
         std::ranges::all_of(*list, [](const json::value& entry) { return entry.is_string(); });
}

}  // namespace

std::string discovery_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<std::string, DiscoveryError> parse_discovery(std::string_view text, std::string_view issuer) {
  const auto document = parse_json_object(text);
  if (!document) return DiscoveryError{document.error().message};
  const auto named = find_string(*document, "issuer");
  if (!named) return DiscoveryError{"`issuer` is missing or no string"};
  // OpenID Connect Discovery 1.0 §4.3: "MUST be identical to the Issuer URL". Without it, one issuer could
  // present another's keys as its own.
  if (*named != issuer) {
    return DiscoveryError{"`issuer` is " + shown(*named) + ", which is not the provider's URL"};
  }
  const auto keys = find_string(*document, "jwks_uri");
  if (!keys) return DiscoveryError{"`jwks_uri` is missing or no string"};
  if (!is_https_url(*keys)) {
    return DiscoveryError{"`jwks_uri` is " + shown(*keys) + ", which is no https URL"};
  }
  for (const std::string_view name : required_lists) {
    if (!is_list_of_texts(find_array(*document, name))) {
      return DiscoveryError{"`" + std::string(name) +
                            "` is not a list of strings, which issuers must publish"};
    }
  }
  return std::string(*keys);
}

}  // namespace openirsa::issuer
