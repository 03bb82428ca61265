#include "token/compact.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::token {
namespace {

constexpr std::size_t longest_token = 20000;  // AWS's limit on WebIdentityToken

Refusal malformed(std::string detail) { return {Fault::malformed, std::move(detail)}; }

}  // namespace

Result<Compact, Refusal> split_compact(std::string_view text) {
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
  auto header = read_header(text.substr(0, first));
  if (!header) return std::move(header).error();
  auto payload = from_base64url(text.substr(first + 1, second - first - 1));
  if (!payload) return malformed("the payload is not canonical base64url");
  auto signature = from_base64url(text.substr(second + 1));
  if (!signature) return malformed("the signature is not canonical base64url");
  return Compact{.header = *std::move(header),
                 .payload = *std::move(payload),
                 .signing_input = text.substr(0, second),
                 .signature = *std::move(signature)};
}

}  // namespace openirsa::token
