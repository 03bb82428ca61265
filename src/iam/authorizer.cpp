#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.h"
#include "iam/managed.h"
#include "iam/membership.h"
#include "iam/policy_documents.h"
#include "iam/service.h"
#include "policy/arn.h"
#include "record/identity.h"
#include "record/role.h"

namespace openirsa::iam {
namespace {

using policy::Attached;
using policy::Source;
using wire::Caller;

void add_identity(std::vector<Attached>& policies, const record::Permissions& permissions,
                  const PolicyPlace& place, std::string_view group = {}) {
  for (const auto& [name, policy] : permissions.inline_policies) {
    policies.push_back({.policy = &policy, .source = Source::identity, .name = name, .group = group});
  }
  for (const std::string& arn : permissions.attached) {
    policies.push_back(
        {.policy = document_of(arn, place), .source = Source::identity, .name = arn, .group = group});
  }
}

void add_groups(std::vector<Attached>& policies, const record::User& user, const PolicyPlace& place) {
  for (const record::Group* group : groups_of(user, place.snapshot)) {
    add_identity(policies, group->permissions, place, group->name);
  }
}

// A policy that is gone still makes the layer: nothing is allowed beyond it.
void add_boundary(std::vector<Attached>& policies, std::string_view arn, const PolicyPlace& place) {
  if (arn.empty()) return;
  policies.push_back({.policy = document_of(arn, place), .source = Source::boundary, .name = arn});
}

// A policy that is gone still makes the layer: what it would have allowed is not allowed.
void add_session(std::vector<Attached>& policies, const wire::Session& session, const PolicyPlace& place) {
  if (session.inline_policy) {
    policies.push_back(
        {.policy = &*session.inline_policy, .source = Source::session, .name = "session policy"});
  }
  for (const std::string& arn : session.policy_arns) {
    policies.push_back({.policy = document_of(arn, place), .source = Source::session, .name = arn});
  }
}

// What root may, as a policy: a federated user that root made has it, within what was passed.
const policy::Policy& everything() {
  static const policy::Policy policy = [] {
    auto parsed = policy::Policy::parse(
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})",
        policy::Kind::identity);
    if (!parsed) throw std::logic_error(parsed.error().message);
    return *std::move(parsed);
  }();
  return policy;
}

// STS API reference, GetFederationToken: without a policy passed, the user may do nothing.
void add_federated_session(std::vector<Attached>& policies, const Caller& caller, const PolicyPlace& place) {
  policies.push_back({.policy = nullptr, .source = Source::session, .name = "session policy"});
  if (caller.session != nullptr) add_session(policies, *caller.session, place);
}

// Fail closed: a user or role that is gone, or that was made again under the same name, has no policies.
std::vector<Attached> policies_of(const Caller& caller, const store::Snapshot& snapshot,
                                  const policy::Catalogue& managed) {
  const PolicyPlace place{.account = caller.account, .snapshot = snapshot, .managed = managed};
  std::vector<Attached> policies;
  const bool federated = caller.kind == Caller::Kind::federated_user;
  if (federated) add_federated_session(policies, caller, place);
  if (federated && caller.name.empty()) {
    policies.push_back({.policy = &everything(), .source = Source::identity, .name = "account root"});
  } else if (federated || caller.kind == Caller::Kind::user) {
    const auto* user = record::find<record::User>(snapshot, record::user_key(caller.account, caller.name));
    if (user == nullptr || user->id != caller.unique_id) return policies;
    add_identity(policies, user->permissions, place);
    add_groups(policies, *user, place);
    add_boundary(policies, user->boundary, place);
  }
  if (caller.kind == Caller::Kind::session) {
    const auto* role = record::find<record::Role>(snapshot, record::role_key(caller.account, caller.name));
    if (role == nullptr || role->id != caller.unique_id || caller.session == nullptr) return policies;
    add_identity(policies, role->permissions, place);
    add_boundary(policies, role->boundary, place);
    add_session(policies, *caller.session, place);
  }
  return policies;
}

policy::Principal principal_of(const Caller& caller) {
  using Kind = policy::Principal::Kind;
  const Kind kind = caller.kind == Caller::Kind::session ? Kind::assumed_role
                    : caller.kind == Caller::Kind::root  ? Kind::account
                                                         : Kind::user;
  return {.kind = kind,
          .arn = caller.arn,
          .account = caller.account,
          .role_arn = caller.role_arn,
          // A federated user is not the user whose rights it has.
          .unique_id = caller.kind == Caller::Kind::federated_user ? std::string_view{} : caller.unique_id};
}

// Reaching into another account needs a policy on its side as well, and none of our
// resources can carry one. AWS's own resources ("aws") and those whose ARN has no account are open to
// everyone's policies.
bool is_foreign(std::string_view resource, const std::string& account) {
  const auto arn = policy::parse_arn(resource);
  return arn && !arn->account.empty() && arn->account != "aws" && arn->account != account;
}

// The actions that a role's trust policy has a say in.
bool is_assumption(std::string_view action) {
  constexpr std::array<std::string_view, 3> actions{"sts:AssumeRole", "sts:TagSession",
                                                    "sts:SetSourceIdentity"};
  return std::ranges::any_of(actions, [&](std::string_view one) { return equal_ignoring_case(one, action); });
}

// Of whichever account; null when there is none with this very ARN.
const record::Role* role_of(const policy::Arn& arn, std::string_view text, const store::Snapshot& snapshot) {
  const auto* role = record::find<record::Role>(
      snapshot, record::role_key(arn.account, arn.resource.substr(arn.resource.rfind('/') + 1)));
  return role != nullptr && role->has_arn(arn.partition, text) ? role : nullptr;
}

policy::Decision decide_assumption(const Caller& caller, const policy::Arn& arn, const policy::Facts& facts,
                                   const store::Snapshot& snapshot, const policy::Catalogue& managed,
                                   policy::Explanation* explanation) {
  // IAM User Guide, "Methods to assume a role": an account's root cannot.
  if (caller.kind == Caller::Kind::root || caller.kind == Caller::Kind::administrator) {
    return policy::decide({}, facts, explanation);
  }
  const record::Role* role = role_of(arn, facts.resource, snapshot);
  const auto policies = policies_of(caller, snapshot, managed);
  return policy::decide_assumption(
      policies, role == nullptr ? nullptr : &role->trust, facts,
      arn.account == caller.account ? policy::Whose::own_account : policy::Whose::other_account, explanation);
}

}  // namespace

PolicyAuthorizer::PolicyAuthorizer() : PolicyAuthorizer(aws_managed_policies()) {}

policy::Decision PolicyAuthorizer::decide(const Caller& caller, std::string_view action,
                                          std::string_view resource, const policy::Context& context,
                                          const store::Snapshot& snapshot,
                                          policy::Explanation* explanation) const {
  const policy::Facts facts{
      .principal = principal_of(caller), .action = action, .resource = resource, .context = &context};
  if (is_assumption(action)) {
    const auto arn = policy::parse_arn(resource);
    if (arn && arn->service == "iam" && arn->resource.starts_with("role/")) {
      return decide_assumption(caller, *arn, facts, snapshot, *managed_, explanation);
    }
  }
  if (is_foreign(resource, caller.account)) return policy::decide({}, facts, explanation);
  const bool almighty = caller.kind == Caller::Kind::root || caller.kind == Caller::Kind::administrator;
  if (almighty) return policy::root_allows();
  const auto policies = policies_of(caller, snapshot, *managed_);
  return policy::decide(policies, facts, explanation);
}

}  // namespace openirsa::iam
