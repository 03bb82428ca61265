#include "wire/authorise.h"

#include <stdexcept>
#include <utility>

#include "base/time_text.h"
#include "wire/authenticate.h"
#include "wire/reach.h"
#include "wire/region.h"
#include "wire/request_keys.h"

namespace openirsa::wire {

namespace {

std::string_view principal_type(Caller::Kind kind) {
  switch (kind) {
    case Caller::Kind::root:
      return "Account";
    case Caller::Kind::user:
      return "User";
    case Caller::Kind::session:
      return "AssumedRole";
    case Caller::Kind::federated_user:
      return "FederatedUser";
    case Caller::Kind::administrator:
      break;
  }
  return "Anonymous";
}

// IAM is a global service: whatever region a client signs for, policies see the partition's own (IAM User
// Guide, aws:RequestedRegion).
std::string_view requested_region(const Call& call, std::string_view action) {
  if (!action.starts_with("iam:")) return call.region;
  if (call.house.names.partition == "aws-cn") return "cn-north-1";
  if (call.house.names.partition == "aws-us-gov") return "us-gov-west-1";
  return "us-east-1";
}

// IAM User Guide, global condition keys: aws:PrincipalArn of a session is its role's ARN, aws:userid is
// `AROA…:session`, and aws:TokenIssueTime stays that of the issue.
void add_principal_keys(const Caller& caller, policy::Context& context) {
  context.add("aws:PrincipalArn", caller.kind == Caller::Kind::session ? caller.role_arn : caller.arn);
  context.add("aws:PrincipalAccount", caller.account);
  context.add("aws:PrincipalType", principal_type(caller.kind));
  context.add("aws:userid", caller.user_id);
  if (caller.kind == Caller::Kind::user) context.add("aws:username", caller.name);
  for (const auto& [key, value] : caller.tags) context.add_owned("aws:PrincipalTag/" + key, value);
  if (!caller.session) return;
  if (!caller.session->source_identity.empty()) {
    context.add("aws:SourceIdentity", caller.session->source_identity);
  }
  context.add_value("aws:TokenIssueTime", to_iso8601(caller.session->issued_at));
  context.add("aws:MultiFactorAuthPresent", "false");
  if (!caller.session->provider_arn.empty()) {
    context.add("aws:FederatedProvider", caller.session->provider_arn);
  }
}

struct Words {
  std::string_view without;  // "no … policy allows"
  std::string_view deny;     // "with an explicit deny in …"
};

Words words_of(policy::Source source) {
  switch (source) {
    case policy::Source::identity:
      return {"identity-based policy", "an identity-based policy"};
    case policy::Source::trust:
    case policy::Source::resource:
      return {"resource-based policy", "a resource-based policy"};
    case policy::Source::session:
      return {"session policy", "a session policy"};
    case policy::Source::boundary:
      return {"permissions boundary", "a permissions boundary"};
  }
  return {"identity-based policy", "an identity-based policy"};
}

// Only one kind of policy is named, even when several apply.
std::string refusal_text(const Caller& caller, std::string_view action, std::string_view resource,
                         const policy::Decision& decision) {
  std::string text = "User: ";
  text.append(caller.arn).append(" is not authorized to perform: ").append(action);
  text.append(" on resource: ").append(resource);
  const Words words = words_of(decision.source());
  if (decision.effect() == policy::Effect::explicit_deny) {
    text.append(" with an explicit deny in ").append(words.deny);
  } else {
    text.append(" because no ").append(words.without).append(" allows the ").append(action).append(" action");
  }
  return text;
}

// The caller's own policies on one resource.
Result<Done, Error> judge(const Call& call, std::string_view action, std::string_view resource) {
  const Authorizer* authorizer = call.house.authorizer;
  if (authorizer == nullptr) throw std::logic_error("the house has no authorizer");
  const Operation& operation = call.operation;
  const Caller& caller = *call.caller;

  policy::Context context;
  add_request_keys(call, requested_region(call, action), context);
  add_principal_keys(caller, context);
  if (operation.keys != nullptr) operation.keys(call, context);
  const auto decision = authorizer->decide(caller, action, resource, context, *call.snapshot, nullptr);
  if (decision.allowed()) return Done{};
  // Evaluated again with its steps written down: a refusal may cost more than a success.
  policy::Explanation explanation;
  (void)authorizer->decide(caller, action, resource, context, *call.snapshot, &explanation);
  call.trace.explanation = std::move(explanation);
  std::string text = refusal_text(caller, action, resource, decision);
  std::string where(policy::name_of(decision.effect()));
  if (!decision.policy_name().empty()) where.append(" in `").append(decision.policy_name()).append("`");
  call.trace.fail(Step::action_authorised, std::string(policy::name_of(decision.effect())), text, {},
                  std::move(where));
  Error error{Code::access_denied, std::move(text)};
  return operation.refusal == nullptr ? error : operation.refusal(call, decision, std::move(error));
}

Result<Done, Error> ask(const Call& call, std::string_view action, std::string_view resource) {
  Trace& trace = call.trace;
  trace.action = action;
  trace.resource = resource;
  if (call.caller->kind != Caller::Kind::administrator) {
    auto judged = judge(call, action, resource);
    if (!judged) return judged;
  }
  trace.pass(Step::action_authorised);
  return Done{};
}

}  // namespace

void add_request_keys(const Call& call, std::string_view requested_region, policy::Context& context) {
  const http::Request& http = call.http;
  if (!http.peer.address.empty()) context.add("aws:SourceIp", http.peer.address);
  context.add("aws:SecureTransport", http.peer.tls ? "true" : "false");
  context.add_value("aws:CurrentTime", to_iso8601(call.now));
  context.add_value("aws:EpochTime", std::to_string(seconds_of(call.now)));
  context.add("aws:RequestedRegion", requested_region);
  context.add("aws:ViaAWSService", "false");
  context.add("aws:PrincipalIsAWSService", "false");
  if (const auto* agent = http.find_header("User-Agent")) context.add("aws:UserAgent", *agent);
  if (const auto* referer = http.find_header("Referer")) context.add("aws:referer", *referer);
}

Result<Done, Error> authorise(Passage& passage, const Call& call) {
  const Operation& operation = *passage.operation;
  if (!passage.caller) return Done{};
  if (auto refused = out_of_reach(*passage.caller, passage.service->name, operation.name, passage.trace)) {
    return *std::move(refused);
  }
  if (operation.action.empty()) return Done{};
  return ask(call, operation.action, operation.resource(call));
}

Result<Done, Error> authorise_also(const Call& call, std::string_view action, std::string_view resource) {
  Trace& trace = call.trace;
  if (action == trace.action && resource == trace.resource) return Done{};
  std::string first_action = std::exchange(trace.action, {});
  std::string first_resource = std::exchange(trace.resource, {});
  auto asked = ask(call, action, resource);
  if (!asked) return asked;
  trace.action = std::move(first_action);
  trace.resource = std::move(first_resource);
  return Done{};
}

}  // namespace openirsa::wire
