// What the operations on one managed policy share.
#pragma once

#include <string>
#include <string_view>

#include "iam/arns.h"
#include "iam/handlers.h"
#include "iam/transaction.h"
#include "record/policies.h"

namespace openirsa::iam {

inline std::string key_of(const wire::Call& call, const PolicyArn& arn) {
  return record::managed_policy_key(call.account(), arn.name);
}

// Null when there is no such customer-managed policy. The name is unique without regard to case and path; the
// ARN is not.
inline const record::ManagedPolicy* find_policy(const wire::Call& call, const PolicyArn& arn) {
  const auto* found = record::find<record::ManagedPolicy>(*call.snapshot, key_of(call, arn));
  return found != nullptr && found->arn(call.house.names.partition) == arn.text ? found : nullptr;
}

inline Result<std::optional<record::ManagedPolicy>, wire::Error> read_policy(const wire::Call& call,
                                                                             Transaction& transaction,
                                                                             const PolicyArn& arn) {
  auto found = transaction.read<record::ManagedPolicy>(key_of(call, arn));
  if (found && *found && (*found)->arn(call.house.names.partition) != arn.text) found->reset();
  return found;
}

// The ARN of a policy that the account may change: not one of AWS's own.
inline Result<PolicyArn, wire::Error> changeable_policy_arn(const wire::Call& call, std::string_view text) {
  auto arn = own_policy_arn(call, text);
  if (arn && arn->aws_managed) return not_authorized(call, "policy " + std::string(text));
  return arn;
}

// Edits one policy: `edit(ManagedPolicy&)` changes it and answers, or refuses.
template <class Edit>
HandlerAnswer edit_policy(wire::Call& call, std::string_view text, Edit edit) {
  const auto arn = changeable_policy_arn(call, text);
  if (!arn) return arn.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    auto policy = read_policy(call, transaction, *arn);
    if (!policy) return std::move(policy).error();
    if (!*policy) return no_such_policy(text);
    HandlerAnswer answer = edit(**policy);
    if (answer) transaction.write(key_of(call, *arn), **policy);
    return answer;
  });
}

// Parses a document for a managed policy and applies the size quota.
Result<policy::Policy, wire::Error> managed_document(const wire::Call& call, std::string_view document);

}  // namespace openirsa::iam
