#include "record/key.h"

#include <algorithm>

namespace openirsa::record {
namespace {

constexpr std::string_view nowhere = "-";  // in place of an account or region that a record does not have

// '/' separates the parts of a key, and only the last part may hold one itself: whatever is given as an
// account or a region cannot reach into the records of another.
void append_part(std::string& out, std::string_view text) {
  if (std::ranges::none_of(text, [](char c) { return c == '/' || c == '%'; })) {
    out.append(text);
    return;
  }
  for (const char c : text) {
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out.push_back(c);
    }
  }
}

void append_prefix(std::string& out, std::string_view account, std::string_view region,
                   std::string_view kind) {
  for (const std::string_view part : {account, region, kind}) {
    append_part(out, part);
    out.push_back('/');
  }
}

std::string key_of(std::string_view account, std::string_view region, std::string_view kind,
                   std::string_view name) {
  std::string key;
  key.reserve(account.size() + region.size() + kind.size() + name.size() + 3);
  append_prefix(key, account, region, kind);
  key.append(name);
  return key;
}

// Entity names are unique without regard to case (IAM user guide, "IAM identifiers": friendly names).
std::string key_of_entity(std::string_view account, std::string_view kind, std::string_view name) {
  std::string key = key_of(account, nowhere, kind, name);
  for (std::size_t i = key.size() - name.size(); i < key.size(); ++i) {
    if (key[i] >= 'A' && key[i] <= 'Z') key[i] = static_cast<char>(key[i] - 'A' + 'a');
  }
  return key;
}

}  // namespace

std::string account_key(std::string_view account) { return key_of(account, nowhere, "account", "self"); }
// As with the names below, nobody should have to tell `Prod` from `prod`.
std::string account_name_key(std::string_view name) { return key_of_entity(nowhere, "account-name", name); }
std::string account_alias_key(std::string_view alias) {
  return key_of(nowhere, nowhere, "account-alias", alias);
}

std::string user_key(std::string_view account, std::string_view user_name) {
  return key_of_entity(account, "user", user_name);
}
std::string role_key(std::string_view account, std::string_view role_name) {
  return key_of_entity(account, "role", role_name);
}
std::string managed_policy_key(std::string_view account, std::string_view policy_name) {
  return key_of_entity(account, "policy", policy_name);
}
std::string group_key(std::string_view account, std::string_view group_id) {
  return key_of(account, nowhere, "group", group_id);
}
std::string group_name_key(std::string_view account, std::string_view group_name) {
  return key_of_entity(account, "group-name", group_name);
}

std::string access_key_key(std::string_view account, std::string_view access_key_id) {
  return key_of(account, nowhere, "access-key", access_key_id);
}
std::string access_key_use_key(std::string_view account, std::string_view access_key_id) {
  return key_of(account, nowhere, "access-key-use", access_key_id);
}
std::string provider_key(std::string_view account, std::string_view url_without_scheme) {
  return key_of(account, nowhere, "oidc-provider", url_without_scheme);
}
std::string cluster_key(std::string_view account, std::string_view region, std::string_view cluster_name) {
  return key_of(account, region, "cluster", cluster_name);
}
std::string revocation_key(std::string_view account, std::string_view subject_kind,
                           std::string_view subject) {
  std::string name(subject_kind);
  return key_of(account, nowhere, "revocation", name.append("/").append(subject));
}
std::string issuer_key(std::string_view issuer_id) { return key_of(nowhere, nowhere, "issuer", issuer_id); }
std::string ring_key_key(std::string_view ring_key_id) {
  return key_of(nowhere, nowhere, "ring-key", ring_key_id);
}
std::string authority_key(std::string_view name) { return key_of(nowhere, nowhere, "authority", name); }
std::string server_key() { return key_of(nowhere, nowhere, "server", "self"); }

std::string kind_prefix(std::string_view account, std::string_view region, std::string_view kind) {
  std::string prefix;
  append_prefix(prefix, account, region, kind);
  return prefix;
}

std::string_view kind_of(std::string_view key) {
  std::string_view kind;
  for (int i = 0; i < 3; ++i) {
    const std::size_t end = key.find('/');
    if (end == std::string_view::npos || end == 0) return {};
    kind = key.substr(0, end);
    key.remove_prefix(end + 1);
  }
  return key.empty() ? std::string_view{} : kind;
}

}  // namespace openirsa::record
