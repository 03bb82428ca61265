#include "sts/authorization_message.h"

#include "wire/authorise.h"
#include "wire/decisions.h"
#include "wire/session_input.h"
#include "wire/xml.h"

namespace openirsa::sts {
namespace {

std::string text_in(const json::object& object, std::string_view member) {
  return std::string(find_string(object, member).value_or(""));
}

json::array matched_statements(const json::object& decision) {
  json::array items;
  const json::object* policy = find_object(decision, "policy");
  const json::array* statements = policy == nullptr ? nullptr : find_array(*policy, "statements");
  if (statements == nullptr) return items;
  for (const json::value& statement : *statements) {
    const json::object* members = statement.if_object();
    const json::value* matched = members == nullptr ? nullptr : find_member(*members, "matched");
    if (matched != nullptr && matched->is_bool() && matched->get_bool()) items.push_back(statement);
  }
  return items;
}

// The members that AWS's messages have, and the whole decision beside them.
std::string message_of(json::object decision) {
  const json::object* decisive = find_object(decision, "decisive");
  const bool denied = decisive != nullptr && (text_in(*decisive, "code") == "explicitDeny" ||
                                              text_in(*decisive, "code") == "explicit_deny");
  json::object message{{"allowed", text_in(decision, "outcome") == "allowed"},
                       {"explicitDeny", denied},
                       {"matchedStatements", {{"items", matched_statements(decision)}}},
                       {"failures", {{"items", json::array{}}}},
                       {"context",
                        {{"principal", {{"arn", text_in(decision, "caller")}}},
                         {"action", text_in(decision, "action")},
                         {"resource", text_in(decision, "resource")},
                         {"conditions", {{"items", json::array{}}}}}}};
  message["decision"] = std::move(decision);
  return json::serialize(message);
}

// The answer is one and the same for a request that is not the caller's, one that is not kept and one that he
// may not see; the trace tells a missing permission, which is the caller's own affair.
std::optional<json::object> find_decision(wire::Call& call, std::string_view request_id) {
  const auto allowed = wire::authorise_also(call, "openirsa:ExplainDecision", "*");
  if (!allowed || call.house.traces == nullptr) return std::nullopt;
  const wire::KeptDecisions* kept = call.house.traces->kept();
  return kept == nullptr ? std::nullopt : kept->find(request_id, call.account());
}

}  // namespace

std::string anything(const wire::Call&) { return "*"; }

Result<wire::Answer, wire::Error> decode_authorization_message(wire::Call& call) {
  const auto encoded = call.parameters.find("EncodedMessage");
  wire::ValidationErrors errors;
  check_length(errors, encoded, "encodedMessage", 1, 10'240);
  if (!errors.empty()) return errors.error();
  auto decision = find_decision(call, *encoded);
  if (!decision) return wire::Error{wire::Code::invalid_authorization_message, "Message is not valid"};
  wire::Xml xml;
  xml.text("DecodedMessage", message_of(*std::move(decision)));
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::sts
