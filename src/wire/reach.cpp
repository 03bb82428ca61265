#include "wire/reach.h"

#include <string>

namespace openirsa::wire {
namespace {

bool may_call_sts(Caller::Kind kind, std::string_view operation) {
  if (operation == "GetCallerIdentity") return true;
  switch (kind) {
    case Caller::Kind::session:
      return operation != "GetSessionToken" && operation != "GetFederationToken";
    case Caller::Kind::user:
    case Caller::Kind::root:
      return operation == "AssumeRole";
    case Caller::Kind::federated_user:
    case Caller::Kind::administrator:
      break;
  }
  return false;
}

}  // namespace

std::optional<Error> out_of_reach(const Caller& caller, std::string_view service, std::string_view operation,
                                  Trace& trace) {
  if (!caller.session) return std::nullopt;
  // Sessions of GetSessionToken could, if they had been begun with a second factor. There is none here.
  if (service == "iam" && caller.kind != Caller::Kind::session) {
    trace.fail(Step::action_authorised, "credentials_without_iam",
               "credentials of GetSessionToken without MFA, and of GetFederationToken, cannot call IAM", {},
               {}, "assume a role, or use the user's own access key");
    return Error{Code::invalid_client_token_id, "The security token included in the request is invalid."};
  }
  if (service != "sts" || may_call_sts(caller.kind, operation)) return std::nullopt;
  std::string text = "Cannot call ";
  text.append(operation).append(" with session credentials");
  trace.fail(Step::action_authorised, "session_credentials", text, {}, {}, "use a user's own access key");
  return Error{Code::access_denied, std::move(text)};
}

}  // namespace openirsa::wire
