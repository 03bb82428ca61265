// IAM: its operations table, and the two seams through which the dispatcher asks it: long-lived access keys
// and whether a caller may do something.
#pragma once

#include "policy/catalogue.h"
#include "wire/house.h"
#include "wire/operation.h"

namespace openirsa::iam {

extern const wire::Service service;

// AKIA… keys of users and of the account's root.
class AccessKeySource final : public wire::CredentialSource {
 public:
  explicit AccessKeySource(std::string partition) : partition_(std::move(partition)) {}
  bool owns(std::string_view access_key_id) const override;
  Result<wire::FoundKey, wire::Error> find(std::string_view access_key_id,
                                           const std::optional<std::string>& session_token,
                                           const store::Snapshot& snapshot, Time now,
                                           wire::Trace& trace) const override;

 private:
  std::string partition_;
};

// Root: everything in its own account. Users and roles: their inline and attached policies; a session's own
// policies limit it further. A policy that an ARN names and that is not there allows nothing. Who assumes a
// role needs its trust policy too (policy::decide_assumption).
class PolicyAuthorizer final : public wire::Authorizer {
 public:
  PolicyAuthorizer();  // with our own copies of AWS's managed policies
  // REQUIRES: the policies live as long.
  explicit PolicyAuthorizer(const policy::Catalogue& managed) : managed_(&managed) {}

  policy::Decision decide(const wire::Caller& caller, std::string_view action, std::string_view resource,
                          const policy::Context& context, const store::Snapshot& snapshot,
                          policy::Explanation* explanation) const override;

 private:
  const policy::Catalogue* managed_;
};

}  // namespace openirsa::iam
