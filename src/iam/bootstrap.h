// What an account begins with: its root, its name, and the user `admin` who may do everything there. A new
// data directory begins with one account.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "record/vault.h"
#include "store/store.h"

namespace openirsa::iam {

struct FirstIdentities {
  std::string account;
  std::string user;  // "admin"
  std::string access_key_id;
  Secret secret_access_key;
};

constexpr std::string_view first_account_name = "default";

struct NewAccount {
  std::string_view name;
  std::string_view id{};  // 12 digits; empty: a random one
  std::string_view partition = "aws";
};

// Makes account, name, `admin` (AdministratorAccess attached) and one access key in one commit. Refuses
// (store fault `conflict`) when an account has this name, without regard to case, or this id.
Result<FirstIdentities, store::Error> make_account(store::Store& store, const record::Vault& vault, Time now,
                                                   const NewAccount& wanted);

// The same with the server's identity, for the account that a server begins with. Refuses (store fault
// `conflict`) when the store already has one.
Result<FirstIdentities, store::Error> make_first_identities(store::Store& store, const record::Vault& vault,
                                                            Time now, std::string_view account = {},
                                                            std::string_view partition = "aws");

// Earlier releases gave the first account no name.
Result<Done, store::Error> name_first_account(store::Store& store, const record::Vault& vault,
                                              std::string_view account);

}  // namespace openirsa::iam
