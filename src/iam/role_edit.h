// What the operations on one role share.
#pragma once

#include <string_view>

#include "iam/handlers.h"
#include "iam/resources.h"
#include "iam/transaction.h"
#include "record/role.h"

namespace openirsa::iam {

// Null when there is no such role.
inline const record::Role* find_role(const wire::Call& call, std::string_view name) {
  return record::find<record::Role>(*call.snapshot, record::role_key(call.account(), name));
}

// The role of the transaction. A role that was made again under another path since the call was authorised is
// not the one that the caller may change.
inline Result<record::Role, wire::Error> read_role(const wire::Call& call, Transaction& transaction,
                                                   std::string_view name) {
  auto found = transaction.read<record::Role>(record::role_key(call.account(), name));
  if (!found) return std::move(found).error();
  if (!*found) return no_such_role(name);
  const bool authorised = (*found)->arn(call.house.names.partition) == resource::role(call);
  if (!authorised) return of_store({store::Fault::conflict, {}});
  return **std::move(found);
}

// Edits one role and answers nothing: `edit(Role&)` changes it or refuses.
template <class Edit>
HandlerAnswer edit_role(wire::Call& call, std::string_view name, Edit edit) {
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto role = read_role(call, transaction, name);
    if (!role) return std::move(role).error();
    const Result<Done, wire::Error> edited = edit(*role);
    if (!edited) return edited.error();
    transaction.write(record::role_key(call.account(), name), *role);
    return wire::nothing();
  });
}

}  // namespace openirsa::iam
