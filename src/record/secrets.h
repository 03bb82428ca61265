// Secrets of the server itself: the ring keys that seal session tokens and the certificate authorities.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "record/record.h"

namespace openirsa::record {

struct RingKey {
  static constexpr std::string_view kind = "ring-key";
  std::string id{};  // 8 lower-case hex digits
  Secret key{};      // 32 bytes
  Time created{};
  json::object unknown{};
  static Result<RingKey, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

struct AuthorityRecord {
  static constexpr std::string_view kind = "authority";
  std::string name{};  // "product" or "verbatim"
  std::string certificate_pem{};
  Secret key_pem{};
  Time created{};
  json::object unknown{};
  static Result<AuthorityRecord, RecordError> parse(std::string_view key, std::string_view text,
                                                    const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

}  // namespace openirsa::record
