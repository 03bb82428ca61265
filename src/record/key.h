// Keys of the store: <account>/<region or ->/<kind>/<name>. Account "-" holds what belongs to the server
// itself. Names that AWS compares without regard to case are lower-cased here and nowhere else.
#pragma once

#include <string>
#include <string_view>

namespace openirsa::record {

std::string account_key(std::string_view account);
std::string account_name_key(std::string_view name);    // "-/-/account-name/<name>"
std::string account_alias_key(std::string_view alias);  // "-/-/account-alias/<alias>"
std::string user_key(std::string_view account, std::string_view user_name);
std::string group_key(std::string_view account, std::string_view group_id);
std::string group_name_key(std::string_view account, std::string_view group_name);
std::string access_key_key(std::string_view account, std::string_view access_key_id);
std::string access_key_use_key(std::string_view account, std::string_view access_key_id);
std::string role_key(std::string_view account, std::string_view role_name);
std::string managed_policy_key(std::string_view account, std::string_view policy_name);
std::string provider_key(std::string_view account, std::string_view url_without_scheme);
std::string cluster_key(std::string_view account, std::string_view region, std::string_view cluster_name);
std::string revocation_key(std::string_view account, std::string_view subject_kind, std::string_view subject);
std::string issuer_key(std::string_view issuer_id);      // "-/-/issuer/<ID>"
std::string ring_key_key(std::string_view ring_key_id);  // "-/-/ring-key/<id>"
std::string authority_key(std::string_view name);        // "-/-/authority/product"
std::string server_key();                                // "-/-/server/self"

// Prefix of all records of a kind in an account (and region).
std::string kind_prefix(std::string_view account, std::string_view region, std::string_view kind);
// The kind of a key, its third part; empty when the key has another form.
std::string_view kind_of(std::string_view key);

}  // namespace openirsa::record
