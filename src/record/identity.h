// Accounts and their names, users, groups, access keys, and the server's own identity.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "record/policies.h"
#include "record/record.h"
#include "record/tag.h"

namespace openirsa::record {

struct Account {
  static constexpr std::string_view kind = "account";
  std::string id{};
  std::string alias{};  // may be empty
  Time created{};
  json::object unknown{};
  static Result<Account, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

// Makes an account's name unique among all accounts, and lists them.
struct AccountName {
  static constexpr std::string_view kind = "account-name";
  std::string name{};
  std::string account{};
  json::object unknown{};
  static Result<AccountName, RecordError> parse(std::string_view key, std::string_view text,
                                                const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

// Makes an alias unique among all accounts.
struct AccountAlias {
  static constexpr std::string_view kind = "account-alias";
  std::string alias{};
  std::string account{};
  json::object unknown{};
  static Result<AccountAlias, RecordError> parse(std::string_view key, std::string_view text,
                                                 const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

struct User {
  static constexpr std::string_view kind = "user";
  std::string account{};
  std::string name{};
  std::string path{};  // "/"
  std::string id{};    // AIDA…
  Time created{};
  Permissions permissions{};
  std::string boundary{};             // ARN of the policy that is its permissions boundary; may be empty
  std::vector<std::string> groups{};  // AGPA…, in order of joining: a renamed group keeps its members
  // Ids of its access keys, kept in the same commit as the keys. Nothing in records of earlier releases,
  // which did not count them.
  std::optional<std::vector<std::string>> access_keys{};
  Tags tags{};
  json::object unknown{};

  std::string arn(std::string_view partition) const;
  static Result<User, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

// Lies under its id, so that members and a new name do not have to be changed together.
struct Group {
  static constexpr std::string_view kind = "group";
  std::string account{};
  std::string name{};
  std::string path{};  // "/"
  std::string id{};    // AGPA…
  Time created{};
  Permissions permissions{};
  std::int64_t members = 0;  // kept in the same commit as the membership itself
  json::object unknown{};

  std::string arn(std::string_view partition) const;
  static Result<Group, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

// Finds a group by its name, and makes the name unique.
struct GroupName {
  static constexpr std::string_view kind = "group-name";
  std::string account{};
  std::string name{};
  std::string group{};  // AGPA…
  json::object unknown{};
  static Result<GroupName, RecordError> parse(std::string_view key, std::string_view text,
                                              const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

struct AccessKey {
  static constexpr std::string_view kind = "access-key";
  std::string id{};  // AKIA…
  std::string account{};
  std::string user{};     // user name, empty for the account's root
  std::string user_id{};  // AIDA… at creation: a re-created user does not inherit keys
  Secret secret{};
  bool active = true;
  Time created{};
  json::object unknown{};
  static Result<AccessKey, RecordError> parse(std::string_view key, std::string_view text,
                                              const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

// When an access key was last used, written now and then.
struct AccessKeyUse {
  static constexpr std::string_view kind = "access-key-use";
  std::string account{};
  std::string id{};  // AKIA…
  Time used{};
  std::string service{};  // "iam"
  std::string region{};   // "us-east-1"
  json::object unknown{};
  static Result<AccessKeyUse, RecordError> parse(std::string_view key, std::string_view text,
                                                 const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

// Made at first start: the account that the server begins with.
struct ServerIdentity {
  static constexpr std::string_view kind = "server";
  std::string account{};
  Time created{};
  json::object unknown{};
  static Result<ServerIdentity, RecordError> parse(std::string_view key, std::string_view text,
                                                   const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

}  // namespace openirsa::record
