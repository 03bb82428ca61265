#include "iam/bootstrap.h"

#include "record/identifier.h"
#include "record/identity.h"

namespace openirsa::iam {
namespace {

// Expects that the record is new.
template <class R>
void add(store::Commit& commit, std::string key, const R& record, const record::Vault& vault) {
  commit.puts.push_back({key, record.to_text(vault, key)});
  commit.expect.push_back({std::move(key), 0});
}

FirstIdentities add_account(store::Commit& commit, const record::Vault& vault, Time now,
                            const NewAccount& wanted) {
  FirstIdentities made{.account = wanted.id.empty() ? record::make_account_id() : std::string(wanted.id),
                       .user = "admin",
                       .access_key_id = {},
                       .secret_access_key = record::make_secret_access_key()};
  made.access_key_id = record::make_access_key_id("AKIA", made.account);

  record::User admin{.account = made.account,
                     .name = made.user,
                     .path = "/",
                     .id = record::make_unique_id("AIDA"),
                     .created = now,
                     .access_keys = {{made.access_key_id}}};
  admin.permissions.attached.push_back("arn:" + std::string(wanted.partition) +
                                       ":iam::aws:policy/AdministratorAccess");

  add(commit, record::account_key(made.account), record::Account{.id = made.account, .created = now}, vault);
  add(commit, record::account_name_key(wanted.name),
      record::AccountName{.name = std::string(wanted.name), .account = made.account}, vault);
  add(commit, record::user_key(made.account, admin.name), admin, vault);
  add(commit, record::access_key_key(made.account, made.access_key_id),
      record::AccessKey{.id = made.access_key_id,
                        .account = made.account,
                        .user = admin.name,
                        .user_id = admin.id,
                        .secret = made.secret_access_key,
                        .created = now},
      vault);
  return made;
}

}  // namespace

Result<FirstIdentities, store::Error> make_account(store::Store& store, const record::Vault& vault, Time now,
                                                   const NewAccount& wanted) {
  store::Commit commit;
  FirstIdentities made = add_account(commit, vault, now, wanted);
  const auto done = store.commit(commit);
  if (!done) return done.error();
  return made;
}

Result<FirstIdentities, store::Error> make_first_identities(store::Store& store, const record::Vault& vault,
                                                            Time now, std::string_view account,
                                                            std::string_view partition) {
  store::Commit commit;
  FirstIdentities first =
      add_account(commit, vault, now, {.name = first_account_name, .id = account, .partition = partition});
  add(commit, record::server_key(), record::ServerIdentity{.account = first.account, .created = now}, vault);
  const auto done = store.commit(commit);
  if (!done) return done.error();
  return first;
}

Result<Done, store::Error> name_first_account(store::Store& store, const record::Vault& vault,
                                              std::string_view account) {
  const std::string key = record::account_name_key(first_account_name);
  const auto found = store.get(key);
  if (!found) return found.error();
  if (*found) return Done{};
  store::Commit commit;
  add(commit, key,
      record::AccountName{.name = std::string(first_account_name), .account = std::string(account)}, vault);
  const auto done = store.commit(commit);
  if (!done) return done.error();
  return Done{};
}

}  // namespace openirsa::iam
