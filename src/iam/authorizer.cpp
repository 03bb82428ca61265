#include "iam/managed.h"
#include "iam/service.h"
#include "policy/arn.h"
#include "record/identity.h"
#include "record/role.h"

namespace openirsa::iam {
namespace {

using policy::Attached;
using policy::Source;
using wire::Caller;

// The document that an attached ARN stands for now; null when there is none.
const policy::Policy* document_of(std::string_view arn, const std::string& account,
                                  const store::Snapshot& snapshot) {
  if (const AwsManagedPolicy* managed = find_aws_managed(arn)) return &managed->document;
  const auto parsed = policy::parse_arn(arn);
  if (!parsed || parsed->account != account || !parsed->resource.starts_with("policy/")) return nullptr;
  const auto name = parsed->resource.substr(parsed->resource.rfind('/') + 1);
  const auto* policy =
      record::find<record::ManagedPolicy>(snapshot, record::managed_policy_key(account, name));
  if (policy == nullptr || policy->arn(parsed->partition) != arn) return nullptr;
  return &policy->current().document;
}

void add_identity(std::vector<Attached>& policies, const record::Permissions& permissions,
                  const std::string& account, const store::Snapshot& snapshot) {
  for (const auto& [name, policy] : permissions.inline_policies) {
    policies.push_back({.policy = &policy, .source = Source::identity, .name = name});
  }
  for (const std::string& arn : permissions.attached) {
    policies.push_back(
        {.policy = document_of(arn, account, snapshot), .source = Source::identity, .name = arn});
  }
}

// A policy that is gone still makes the layer: what it would have allowed is not allowed.
void add_session(std::vector<Attached>& policies, const wire::Session& session, const std::string& account,
                 const store::Snapshot& snapshot) {
  if (session.inline_policy) {
    policies.push_back(
        {.policy = &*session.inline_policy, .source = Source::session, .name = "session policy"});
  }
  for (const std::string& arn : session.policy_arns) {
    policies.push_back(
        {.policy = document_of(arn, account, snapshot), .source = Source::session, .name = arn});
  }
}

// Fail closed: a user or role that is gone, or that was made again under the same name, has no policies.
std::vector<Attached> policies_of(const Caller& caller, const store::Snapshot& snapshot) {
  std::vector<Attached> policies;
  if (caller.kind == Caller::Kind::user) {
    const auto* user = record::find<record::User>(snapshot, record::user_key(caller.account, caller.name));
    if (user == nullptr || user->id != caller.unique_id) return policies;
    add_identity(policies, user->permissions, caller.account, snapshot);
  }
  if (caller.kind == Caller::Kind::session) {
    const auto* role = record::find<record::Role>(snapshot, record::role_key(caller.account, caller.name));
    if (role == nullptr || role->id != caller.unique_id || caller.session == nullptr) return policies;
    add_identity(policies, role->permissions, caller.account, snapshot);
    add_session(policies, *caller.session, caller.account, snapshot);
  }
  return policies;
}

policy::Principal principal_of(const Caller& caller) {
  using Kind = policy::Principal::Kind;
  const Kind kind = caller.kind == Caller::Kind::session ? Kind::assumed_role
                    : caller.kind == Caller::Kind::user  ? Kind::user
                                                         : Kind::account;
  return {.kind = kind,
          .arn = caller.arn,
          .account = caller.account,
          .role_arn = caller.role_arn,
          .unique_id = caller.unique_id};
}

// Reaching into another account needs a policy on its side as well, and none of our
// resources can carry one. AWS's own resources ("aws") and those whose ARN has no account are open to
// everyone's policies.
bool is_foreign(std::string_view resource, const std::string& account) {
  const auto arn = policy::parse_arn(resource);
  return arn && !arn->account.empty() && arn->account != "aws" && arn->account != account;
}

}  // namespace

policy::Decision PolicyAuthorizer::decide(const Caller& caller, std::string_view action,
                                          std::string_view resource, const policy::Context& context,
                                          const store::Snapshot& snapshot,
                                          policy::Explanation* explanation) const {
  const policy::Facts facts{
      .principal = principal_of(caller), .action = action, .resource = resource, .context = &context};
  if (is_foreign(resource, caller.account)) return policy::decide({}, facts, explanation);
  const bool almighty = caller.kind == Caller::Kind::root || caller.kind == Caller::Kind::administrator;
  if (almighty) return policy::root_allows();
  return policy::decide(policies_of(caller, snapshot), facts, explanation);
}

}  // namespace openirsa::iam
