#include "own/decisions.h"

namespace openirsa::own {

Result<wire::Answer, wire::Error> explain_decision(wire::Call& call) {
  const std::string& request_id = call.labels.at(0);
  const auto trace = call.house.traces == nullptr ? std::nullopt : call.house.traces->find(request_id);
  const bool administrator = call.caller->kind == wire::Caller::Kind::administrator;
  const bool owner =
      trace && !trace->role_unknown && !trace->account.empty() && trace->account == call.caller->account;
  if (!trace || (!administrator && !owner)) {
    return wire::Error{wire::Code::eks_resource_not_found,
                       "No decision found for request id: " + request_id + "."};
  }
  return wire::json_answer({{"decision", wire::to_json(*trace)}});
}

}  // namespace openirsa::own
