// Permissions policies: what users, groups and roles hold, and customer-managed policies with their versions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "policy/policy.h"
#include "record/record.h"
#include "record/tag.h"

namespace openirsa::record {

// The inline and attached policies of one user, group or role. Documents are compiled when the record is
// decoded.
struct Permissions {
  std::map<std::string, policy::Policy> inline_policies{};  // by name
  std::vector<std::string> attached{};                      // managed policy ARNs, in order of attachment
  json::object unknown{};
};
json::object to_json(const Permissions& permissions);
Result<Permissions, RecordError> permissions_from(const json::object& members);

struct PolicyVersion {
  std::string id{};  // "v1"
  policy::Policy document;
  Time created{};
  json::object unknown{};
};

struct ManagedPolicy {
  static constexpr std::string_view kind = "policy";
  std::string account{};
  std::string name{};
  std::string path{};  // "/"
  std::string id{};    // ANPA…
  std::string description{};
  Time created{};
  Time updated{};
  std::vector<PolicyVersion> versions{};  // oldest first, at most five
  std::string default_version{};          // "v1"
  std::int64_t next_version = 2;          // numbers are never used again
  std::int64_t attachments = 0;           // kept in the same commit as the attachment itself
  std::int64_t boundary_uses = 0;         // of users and roles whose permissions boundary it is; likewise
  Tags tags{};
  json::object unknown{};

  std::string arn(std::string_view partition) const;
  bool has_arn(std::string_view partition, std::string_view text) const;  // makes no text to compare with
  // The default version. REQUIRES: `versions` holds it (parse refuses a record without).
  const PolicyVersion& current() const;
  static Result<ManagedPolicy, RecordError> parse(std::string_view key, std::string_view text,
                                                  const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

}  // namespace openirsa::record
