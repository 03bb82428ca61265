// The alias of an account: at most one, unique among all accounts.
#include "iam/handlers.h"
#include "iam/input.h"
#include "iam/page.h"
#include "iam/transaction.h"
#include "record/identity.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::Account;
using record::AccountAlias;
using wire::Call;
using wire::Code;
using wire::Error;

Result<Account, Error> read_account(const Call& call, Transaction& transaction) {
  auto account = transaction.read<Account>(record::account_key(call.account()));
  if (!account) return std::move(account).error();
  if (!*account) return unreadable_record();
  return **std::move(account);
}

}  // namespace

// A new alias takes the place of the one before.
HandlerAnswer create_account_alias(Call& call) {
  Input input(call);
  const auto alias = input.required("AccountAlias", rule::account_alias);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const std::string key = record::account_alias_key(alias);
    const auto taken = transaction.read<AccountAlias>(key);
    if (!taken) return taken.error();
    if (*taken) {
      return Error{Code::entity_already_exists,
                   "The account alias " + std::string(alias) + " already exists."};
    }
    auto account = read_account(call, transaction);
    if (!account) return std::move(account).error();
    if (!account->alias.empty()) transaction.remove(record::account_alias_key(account->alias));
    account->alias = alias;
    transaction.write(record::account_key(call.account()), *account);
    transaction.write(key, AccountAlias{.alias = std::string(alias), .account = call.account()});
    return wire::nothing();
  });
}

HandlerAnswer delete_account_alias(Call& call) {
  Input input(call);
  const auto alias = input.required("AccountAlias", rule::account_alias);
  if (auto fault = input.fault()) return *std::move(fault);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto account = read_account(call, transaction);
    if (!account) return std::move(account).error();
    // Another account's alias looks like one that nobody has.
    if (account->alias != alias) {
      return Error{Code::no_such_entity,
                   "The account alias with name " + std::string(alias) + " cannot be found."};
    }
    account->alias.clear();
    transaction.write(record::account_key(call.account()), *account);
    transaction.remove(record::account_alias_key(alias));
    return wire::nothing();
  });
}

HandlerAnswer list_account_aliases(Call& call) {
  Input input(call);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto* account = record::find<Account>(*call.snapshot, record::account_key(call.account()));
  wire::Xml xml;
  xml.open("AccountAliases");
  if (account != nullptr && account->alias > page.after() && page.take(account->alias)) {
    xml.text("member", account->alias);
  }
  xml.close("AccountAliases");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::iam
