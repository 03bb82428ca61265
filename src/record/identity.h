// Accounts and their names, users, their access keys, and the server's own identity.
#pragma once

#include <string>
#include <string_view>

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

struct User {
  static constexpr std::string_view kind = "user";
  std::string account{};
  std::string name{};
  std::string path{};  // "/"
  std::string id{};    // AIDA…
  Time created{};
  Permissions permissions{};
  Tags tags{};
  json::object unknown{};

  std::string arn(std::string_view partition) const;
  static Result<User, RecordError> parse(std::string_view key, std::string_view text, const Vault& vault);
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
