#include "base/text.h"
#include "issuer/registry.h"
#include "record/identifier.h"
#include "record/key.h"
#include "record/policies.h"
#include "record/role.h"
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

Result<wire::FoundKey, wire::Error> make_key(Statement statement, const record::Role& role,
                                             std::string_view partition, const store::Snapshot& snapshot) {
  auto session = std::make_shared<wire::Session>();
  session->name = statement.session_name;
  session->role_name = statement.role_name;
  session->provider_arn = statement.provider_arn;
  session->issuer = statement.issuer;
  session->key_id = statement.key_id;
  session->cluster_arn = statement.cluster_arn;
  session->issued_at = time_of_seconds(statement.issued_at);
  session->expires_at = time_of_seconds(statement.expires_at);
  session->policy_arns = live_policies(statement, snapshot);
  if (!statement.policy.empty()) {
    auto policy = policy::Policy::parse(statement.policy, policy::Kind::session);
    if (!policy) return invalid_token();  // it was valid when it was sealed: another release's grammar
    session->inline_policy = std::move(*policy);
  }
  wire::Caller caller;
  caller.kind = wire::Caller::Kind::session;
  caller.account = statement.account;
  caller.arn = session_arn(partition, statement);
  caller.user_id = statement.role_id + ":" + statement.session_name;
  caller.unique_id = statement.role_id;
  caller.name = statement.role_name;
  caller.role_arn = role.arn(partition);
  caller.access_key_id = statement.access_key_id;
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
  const auto* role =
      record::find<record::Role>(snapshot, record::role_key(statement->account, statement->role_name));
  if (role == nullptr || role->id != statement->role_id) {
    return refuse(trace, Step::session_valid, "role_gone",
                  "the role of this session was deleted, or deleted and made anew");
  }
  if (!statement->cluster_arn.empty() && issuer::find_live(snapshot, statement->issuer) == nullptr) {
    return refuse(trace, Step::session_valid, "cluster_gone",
                  "the cluster whose token was exchanged was deleted");
  }
  trace.pass(Step::session_valid);
  return make_key(std::move(*statement), *role, partition_, snapshot);
}

}  // namespace openirsa::sts
