// An IAM role with its trust policy and permissions, all in one record so that an edit is one commit.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "policy/policy.h"
#include "record/policies.h"
#include "record/record.h"
#include "record/tag.h"

namespace openirsa::record {

struct Role {
  static constexpr std::string_view kind = "role";
  std::string account{};
  std::string name{};
  std::string path{};  // "/"
  std::string id{};    // AROA…
  std::string description{};
  Time created{};
  policy::Policy trust;
  std::int64_t max_session_seconds = 3600;
  Permissions permissions{};
  std::string boundary{};  // ARN of the policy that is its permissions boundary; may be empty
  Tags tags{};
  json::object unknown{};

  std::string arn(std::string_view partition) const;
  bool has_arn(std::string_view partition, std::string_view text) const;  // makes no text to compare with
  static Result<Role, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

}  // namespace openirsa::record
