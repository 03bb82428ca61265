#include "token/header.h"

#include <array>
#include <functional>

#include "base/json.h"
#include "base/text.h"

namespace openirsa::token {
namespace {

constexpr JsonLimits header_limits{8};
constexpr std::size_t longest_remembered = 1024;

Refusal malformed(std::string detail) { return {Fault::malformed, std::move(detail)}; }

std::optional<Refusal> judge(const json::object& header) {
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

Result<Header, Refusal> parse_header(std::string_view encoded) {
  const auto text = from_base64url(encoded);
  if (!text) return malformed("the header is not canonical base64url");
  const auto header = parse_json_object(*text, header_limits);
  if (!header) return malformed("the header cannot be read: " + header.error().message);
  const auto algorithm = find_string(*header, "alg");
  if (!algorithm) return malformed("the header has no `alg`");  // RFC 7515 §4.1.1
  const auto key_id = find_string(*header, "kid");
  if (!key_id && find_member(*header, "kid") != nullptr)
    return malformed("`kid` is not a string");                                             // RFC 7515 §4.1.4
  if (find_member(*header, "enc") != nullptr) return malformed("the token is encrypted");  // RFC 7516 §9
  return Header{.algorithm = std::string(*algorithm),
                .key_id = std::optional<std::string>(key_id),
                .refusal = judge(*header)};
}

struct Remembered {
  std::string encoded;
  std::shared_ptr<const Header> header;
};

}  // namespace

Result<std::shared_ptr<const Header>, Refusal> read_header(std::string_view encoded) {
  thread_local std::array<Remembered, 64> remembered;
  Remembered& place = remembered[std::hash<std::string_view>{}(encoded) % remembered.size()];
  if (place.header != nullptr && place.encoded == encoded) return place.header;
  auto parsed = parse_header(encoded);
  if (!parsed) return std::move(parsed).error();
  auto header = std::make_shared<const Header>(*std::move(parsed));
  if (encoded.size() <= longest_remembered) place = {std::string(encoded), header};
  return header;
}

}  // namespace openirsa::token
