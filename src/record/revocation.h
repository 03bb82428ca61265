// Sessions that began until a moment and came of one subject have ended: the emergency brake, a record a
// subject. Nothing is kept of sessions themselves.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "record/record.h"

namespace openirsa::record {

struct Revocation {
  static constexpr std::string_view kind = "revocation";
  std::string account{};       // whose sessions
  std::string subject_kind{};  // one of revocable below
  // AROA…, AIDA…, an ARN, an issuer's URL, an access key's id; of a signing key the issuer's URL, a blank and
  // the key's id.
  std::string subject{};
  Time until{};          // sessions issued at this moment or before have ended
  Time created{};        // when it was said
  std::string author{};  // the ARN of who said it
  json::object unknown{};

  static Result<Revocation, RecordError> parse(std::string_view key, std::string_view text,
                                               const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

namespace revocable {
constexpr std::string_view role = "role";
constexpr std::string_view user = "user";
constexpr std::string_view provider = "provider";
constexpr std::string_view issuer = "issuer";
constexpr std::string_view cluster = "cluster";
constexpr std::string_view signing_key = "signing-key";
constexpr std::string_view access_key = "access-key";
}  // namespace revocable

std::string signing_key_subject(std::string_view issuer, std::string_view key_id);

}  // namespace openirsa::record
