#include "token/compact.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::token {
namespace {

constexpr std::size_t longest_token = 20000;  // AWS's limit on WebIdentityToken
constexpr JsonLimits header_limits{8};

Refusal malformed(std::string detail) { return {Fault::malformed, std::move(detail)}; }

}  // namespace

Result<Compact, Refusal> split_compact(std::string_view text, const json::storage_ptr& storage) {
  if (text.size() > longest_token) {
    return Refusal{Fault::malformed, "the token is too long", std::to_string(longest_token) + " characters",
                   std::to_string(text.size()) + " characters"};
  }
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
    // RFC 7516 §9: five segments are an encrypted token.
    return Refusal{Fault::malformed, "a signed token has three segments", "3",
                   std::to_string(std::ranges::count(text, '.') + 1)};
  }
  const auto header_text = from_base64url(text.substr(0, first));
  if (!header_text) return malformed("the header is not canonical base64url");
  auto payload = from_base64url(text.substr(first + 1, second - first - 1));
  if (!payload) return malformed("the payload is not canonical base64url");
  auto signature = from_base64url(text.substr(second + 1));
  if (!signature) return malformed("the signature is not canonical base64url");

  auto header = parse_json_object(*header_text, header_limits, storage);
  if (!header) return malformed("the header cannot be read: " + header.error().message);
  const auto algorithm = find_string(*header, "alg");
  if (!algorithm) return malformed("the header has no `alg`");  // RFC 7515 §4.1.1
  const auto key_id = find_string(*header, "kid");
  if (!key_id && find_member(*header, "kid") != nullptr)
    return malformed("`kid` is not a string");                                             // RFC 7515 §4.1.4
  if (find_member(*header, "enc") != nullptr) return malformed("the token is encrypted");  // RFC 7516 §9

  // Made in one go: assigned to an object of another storage, a header would be copied member by member.
  std::string algorithm_name(*algorithm);
  std::optional<std::string> key_name(key_id);
  return Compact{.header = *std::move(header),
                 .algorithm = std::move(algorithm_name),
                 .key_id = std::move(key_name),
                 .payload = *std::move(payload),
                 .signing_input = text.substr(0, second),
                 .signature = *std::move(signature)};
}

std::optional<Refusal> judge_header(const json::object& header) {
  if (find_member(header, "typ") != nullptr) {
    // RFC 7515 §4.1.9: a media type, without regard to case, whose `application/` may be left out. RFC 8725
    // §3.11: an access token (`at+jwt`) must not pass for an identity token.
    const auto type = find_string(header, "typ");
    if (!type || (!equal_ignoring_case(*type, "JWT") && !equal_ignoring_case(*type, "application/jwt"))) {
      return Refusal{Fault::wrong_type, "the header's `typ` is not JWT", "JWT",
                     std::string{type.value_or("not a string")}};
    }
  }
  // RFC 7515 §4.1.11: an extension that we do not understand must be refused, and we understand none.
  if (find_member(header, "crit") != nullptr) return Refusal{Fault::critical_header, "the header has `crit`"};
  // RFC 7797 §6: without `crit` it would be overlooked by others, who then read another payload.
  const json::value* encoded = find_member(header, "b64");
  if (encoded != nullptr && *encoded != json::value(true)) {
    return Refusal{Fault::critical_header, "the header's `b64` is not true"};
  }
  return std::nullopt;
}

}  // namespace openirsa::token
