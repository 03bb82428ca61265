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

}  // namespace

Result<FirstIdentities, store::Error> make_first_identities(store::Store& store, const record::Vault& vault,
                                                            Time now, std::string_view account,
                                                            std::string_view partition) {
  FirstIdentities first{.account = account.empty() ? record::make_account_id() : std::string(account),
                        .user = "admin",
                        .access_key_id = {},
                        .secret_access_key = record::make_secret_access_key()};
  first.access_key_id = record::make_access_key_id("AKIA", first.account);

  record::User admin{.account = first.account,
                     .name = first.user,
                     .path = "/",
                     .id = record::make_unique_id("AIDA"),
                     .created = now};
  admin.permissions.attached.push_back("arn:" + std::string(partition) +
                                       ":iam::aws:policy/AdministratorAccess");

  store::Commit commit;
  add(commit, record::server_key(), record::ServerIdentity{.account = first.account, .created = now}, vault);
  add(commit, record::account_key(first.account), record::Account{.id = first.account, .created = now},
      vault);
  add(commit, record::user_key(first.account, admin.name), admin, vault);
  add(commit, record::access_key_key(first.account, first.access_key_id),
      record::AccessKey{.id = first.access_key_id,
                        .account = first.account,
                        .user = admin.name,
                        .user_id = admin.id,
                        .secret = first.secret_access_key,
                        .created = now},
      vault);
  const auto done = store.commit(commit);
  if (!done) return done.error();
  return first;
}

}  // namespace openirsa::iam
