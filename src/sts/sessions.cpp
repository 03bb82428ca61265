#include "base/text.h"
#include "record/key.h"
#include "record/policies.h"
#include "record/role.h"
#include "sts/lineage.h"
#include "sts/refusal.h"
#include "sts/service.h"

namespace openirsa::sts {
namespace {

using wire::Code;
using wire::Step;

wire::Error invalid_token() {
  return {Code::invalid_client_token_id, "The security token included in the request is invalid."};
}

Result<wire::FoundKey, wire::Error> refuse(wire::Trace& trace, Step step, std::string code,
                                           std::string detail, std::string hint = {}) {
  trace.fail(step, std::move(code), std::move(detail), {}, {}, std::move(hint));
  return invalid_token();
}

// The managed session policies that are still what was sealed; any other becomes a name that no policy has,
// which allows nothing.
std::vector<std::string> live_policies(const Statement& statement, const store::Snapshot& snapshot) {
  std::vector<std::string> arns;
  for (const SealedPolicy& sealed : statement.policies) {
    if (sealed.id.empty()) {
      arns.push_back(sealed.arn);
      continue;
    }
    const auto* policy = record::find<record::ManagedPolicy>(
        snapshot,
        record::managed_policy_key(statement.account, sealed.arn.substr(sealed.arn.rfind('/') + 1)));
    arns.push_back(policy != nullptr && policy->id == sealed.id ? sealed.arn : "(gone) " + sealed.arn);
  }
  return arns;
}

// Session tags stand over the entity's own, whatever the letters' case (IAM User Guide, "Passing session
// tags").
void overlay(wire::PrincipalTags& tags, const std::vector<wire::SessionTag>& over) {
  for (const wire::SessionTag& tag : over) {
    std::erase_if(tags, [&](const auto& own) { return equal_ignoring_case(own.first, tag.key); });
    tags.emplace_back(tag.key, tag.value);
  }
}

// REQUIRES: the role exists (end_of).
void become_role_session(wire::Caller& caller, const Statement& statement, std::string_view partition,
                         const store::Snapshot& snapshot) {
  const auto* role =
      record::find<record::Role>(snapshot, record::role_key(statement.account, statement.role_name));
  caller.kind = wire::Caller::Kind::session;
  caller.arn = session_arn(partition, statement);
  caller.user_id = statement.role_id + ":" + statement.session_name;
  caller.role_arn = role->arn(partition);
  caller.tags.assign(role->tags.begin(), role->tags.end());
}

// REQUIRES: the user exists (end_of), where it is not root.
void become_user_session(wire::Caller& caller, const Statement& statement, std::string_view partition,
                         const store::Snapshot& snapshot) {
  const record::User* user = nullptr;
  if (!statement.role_name.empty()) {
    user = user_of(statement, snapshot);
    caller.name = user->name;
    caller.tags.assign(user->tags.begin(), user->tags.end());
  }
  if (statement.kind == SessionKind::federated_user) {
    caller.kind = wire::Caller::Kind::federated_user;
    caller.arn = federated_user_arn(partition, statement.account, statement.session_name);
    caller.user_id = statement.account + ":" + statement.session_name;
    return;
  }
  caller.kind = user == nullptr ? wire::Caller::Kind::root : wire::Caller::Kind::user;
  caller.arn = user == nullptr ? concatenate({"arn:", partition, ":iam::", statement.account, ":root"})
                               : user->arn(partition);
  caller.user_id = statement.role_id;
}

Result<wire::FoundKey, wire::Error> make_key(Statement statement, std::string_view partition,
                                             const store::Snapshot& snapshot) {
  auto session = std::make_shared<wire::Session>();
  session->policy_arns = live_policies(statement, snapshot);
  if (!statement.policy.empty()) {
    auto policy = policy::Policy::parse(statement.policy, policy::Kind::session);
    if (!policy) return invalid_token();  // it was valid when it was sealed: another release's grammar
    session->inline_policy = std::move(*policy);
  }
  wire::Caller caller;
  caller.account = statement.account;
  caller.unique_id = statement.role_id;
  caller.name = statement.role_name;
  caller.access_key_id = statement.access_key_id;
  if (statement.kind == SessionKind::web_identity || statement.kind == SessionKind::assumed_role)
    become_role_session(caller, statement, partition, snapshot);
  else
    become_user_session(caller, statement, partition, snapshot);
  overlay(caller.tags, statement.extras.tags);
  session->provider_arn = std::move(statement.provider_arn);
  session->issuer = std::move(statement.issuer);
  session->key_id = std::move(statement.key_id);
  session->cluster_arn = std::move(statement.cluster_arn);
  session->issued_at = statement.issued();
  session->expires_at = time_of_seconds(statement.expires_at);
  session->source_identity = std::move(statement.extras.source_identity);
  session->tags = std::move(statement.extras.tags);
  session->ancestors = std::move(statement.extras.ancestors);
  caller.session = std::move(session);
  return wire::FoundKey{std::move(statement.secret_access_key), std::move(caller)};
}

}  // namespace

bool SessionSource::owns(std::string_view access_key_id) const { return access_key_id.starts_with("ASIA"); }

Result<wire::FoundKey, wire::Error> SessionSource::find(std::string_view access_key_id,
                                                        const std::optional<std::string>& session_token,
                                                        const store::Snapshot& snapshot, Time now,
                                                        wire::Trace& trace) const {
  if (!session_token) {
    return refuse(trace, Step::access_key_found, "session_token_missing",
                  "temporary credentials need their session token", "set AWS_SESSION_TOKEN as well");
  }
  auto statement = open(*session_token, access_key_id, snapshot);
  if (!statement)
    return refuse(trace, Step::access_key_found, "session_token_invalid", statement.error().message);
  if (seconds_of(now) >= statement->expires_at) {
    trace.fail(Step::session_valid, "session_expired", "the session has ended", {}, {},
               "exchange a token again");
    return wire::Error{Code::expired_session, "The security token included in the request is expired"};
  }
  if (auto ended = end_of(*statement, snapshot)) {
    return refuse(trace, Step::session_valid, std::move(ended->code), std::move(ended->detail));
  }
  trace.pass(Step::session_valid);
  return make_key(std::move(*statement), partition_, snapshot);
}

}  // namespace openirsa::sts
