#include "record/identity.h"

#include "record/form.h"

namespace openirsa::record {

Result<Account, RecordError> Account::parse(std::string_view key, std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  Account account{.id = in.text("id"), .alias = in.text("alias"), .created = in.time("created")};
  return in.finish(account, key, account_key(account.id));
}

std::string Account::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("id", id);
  out.text("alias", alias);
  out.time("created", created);
  return out.finish_text(unknown);
}

Result<AccountName, RecordError> AccountName::parse(std::string_view key, std::string_view text,
                                                    const Vault&) {
  const Document document(text);
  Reader in(document);
  AccountName named{.name = in.text("name"), .account = in.text("account")};
  return in.finish(named, key, account_name_key(named.name));
}

std::string AccountName::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("name", name);
  out.text("account", account);
  return out.finish_text(unknown);
}

Result<AccountAlias, RecordError> AccountAlias::parse(std::string_view key, std::string_view text,
                                                      const Vault&) {
  const Document document(text);
  Reader in(document);
  AccountAlias named{.alias = in.text("alias"), .account = in.text("account")};
  return in.finish(named, key, account_alias_key(named.alias));
}

std::string AccountAlias::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("alias", alias);
  out.text("account", account);
  return out.finish_text(unknown);
}

std::string User::arn(std::string_view partition) const {
  return "arn:" + std::string(partition) + ":iam::" + account + ":user" + path + name;
}

Result<User, RecordError> User::parse(std::string_view key, std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  User user{.account = in.text("account"),
            .name = in.text("name"),
            .path = in.text("path"),
            .id = in.text("id"),
            .created = in.time("created"),
            .permissions = in.permissions("permissions"),
            .boundary = in.text_or_empty("boundary"),
            .groups = in.has("groups") ? in.texts("groups") : std::vector<std::string>{},
            .tags = in.tags("tags")};
  if (in.has("access_keys")) user.access_keys = in.texts("access_keys");
  return in.finish(user, key, user_key(user.account, user.name));
}

std::string User::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("name", name);
  out.text("path", path);
  out.text("id", id);
  out.time("created", created);
  out.value("permissions", to_json(permissions));
  if (!boundary.empty()) out.text("boundary", boundary);
  if (!groups.empty()) out.texts("groups", groups);
  if (access_keys) out.texts("access_keys", *access_keys);
  out.tags("tags", tags);
  return out.finish_text(unknown);
}

std::string Group::arn(std::string_view partition) const {
  return "arn:" + std::string(partition) + ":iam::" + account + ":group" + path + name;
}

Result<Group, RecordError> Group::parse(std::string_view key, std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  Group group{.account = in.text("account"),
              .name = in.text("name"),
              .path = in.text("path"),
              .id = in.text("id"),
              .created = in.time("created"),
              .permissions = in.permissions("permissions"),
              .members = in.integer("members")};
  return in.finish(group, key, group_key(group.account, group.id));
}

std::string Group::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("name", name);
  out.text("path", path);
  out.text("id", id);
  out.time("created", created);
  out.value("permissions", to_json(permissions));
  out.integer("members", members);
  return out.finish_text(unknown);
}

Result<GroupName, RecordError> GroupName::parse(std::string_view key, std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  GroupName named{.account = in.text("account"), .name = in.text("name"), .group = in.text("group")};
  return in.finish(named, key, group_name_key(named.account, named.name));
}

std::string GroupName::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("name", name);
  out.text("group", group);
  return out.finish_text(unknown);
}

Result<AccessKey, RecordError> AccessKey::parse(std::string_view key, std::string_view text,
                                                const Vault& vault) {
  const Document document(text);
  Reader in(document);
  AccessKey access_key{.id = in.text("id"),
                       .account = in.text("account"),
                       .user = in.text("user"),
                       .user_id = in.text("user_id"),
                       .secret = in.secret("secret", vault, key),
                       .active = in.flag("active"),
                       .created = in.time("created")};
  return in.finish(access_key, key, access_key_key(access_key.account, access_key.id));
}

std::string AccessKey::to_text(const Vault& vault, std::string_view key) const {
  Writer out = Writer::record();
  out.text("id", id);
  out.text("account", account);
  out.text("user", user);
  out.text("user_id", user_id);
  out.secret("secret", secret, vault, key);
  out.flag("active", active);
  out.time("created", created);
  return out.finish_text(unknown);
}

Result<AccessKeyUse, RecordError> AccessKeyUse::parse(std::string_view key, std::string_view text,
                                                      const Vault&) {
  const Document document(text);
  Reader in(document);
  AccessKeyUse use{.account = in.text("account"),
                   .id = in.text("id"),
                   .used = in.time("used"),
                   .service = in.text("service"),
                   .region = in.text("region")};
  return in.finish(use, key, access_key_use_key(use.account, use.id));
}

std::string AccessKeyUse::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("id", id);
  out.time("used", used);
  out.text("service", service);
  out.text("region", region);
  return out.finish_text(unknown);
}

Result<ServerIdentity, RecordError> ServerIdentity::parse(std::string_view key, std::string_view text,
                                                          const Vault&) {
  const Document document(text);
  Reader in(document);
  ServerIdentity server{.account = in.text("account"), .created = in.time("created")};
  return in.finish(server, key, server_key());
}

std::string ServerIdentity::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.time("created", created);
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
