#include "own/decisions.h"

#include "wire/decisions.h"

namespace openirsa::own {
namespace {

using wire::Code;

constexpr std::int64_t usual = 20;
constexpr std::int64_t most = 1000;

const wire::KeptDecisions* kept(const wire::Call& call) {
  return call.house.traces == nullptr ? nullptr : call.house.traces->kept();
}

wire::Viewer viewer_of(const wire::Call& call) {
  if (call.caller->kind == wire::Caller::Kind::administrator) return std::nullopt;
  return call.caller->account;
}

wire::Error invalid(std::string message) { return {Code::eks_invalid_parameter, std::move(message)}; }

Result<wire::DecisionQuery, wire::Error> take_query(const wire::Call& call) {
  wire::DecisionQuery query{.viewer = viewer_of(call), .role = {}, .after = {}};
  const auto last = call.parameters.integer("last");
  if (!last) return last.error();
  const std::int64_t limit = last->value_or(usual);
  if (limit < 1 || limit > most) return invalid("parameter `last` must be a number from 1 to 1000");
  query.limit = static_cast<std::size_t>(limit);
  query.role = call.parameters.find("role").value_or("");
  query.after = call.parameters.find("after").value_or("");
  const auto outcome = call.parameters.find("outcome");
  if (!outcome) return query;
  if (*outcome != "allowed" && *outcome != "refused") {
    return invalid("parameter `outcome` must be `allowed` or `refused`");
  }
  query.outcome = *outcome == "allowed" ? wire::Kept::allowed : wire::Kept::refused;
  return query;
}

}  // namespace

Result<wire::Answer, wire::Error> explain_decision(wire::Call& call) {
  const std::string& request_id = call.labels.at(0);
  const auto* decisions = kept(call);
  auto found = decisions == nullptr ? std::nullopt : decisions->find(request_id, viewer_of(call));
  if (!found) {
    return wire::Error{Code::eks_resource_not_found, "No decision found for request id: " + request_id + "."};
  }
  return wire::json_answer({{"decision", std::move(*found)}});
}

Result<wire::Answer, wire::Error> list_decisions(wire::Call& call) {
  const auto query = take_query(call);
  if (!query) return query.error();
  const auto* decisions = kept(call);
  auto page = decisions == nullptr ? wire::DecisionPage{} : decisions->list(*query);
  if (!page) {
    return invalid("parameter `after` is not a cursor; take it from an earlier answer, or leave it out");
  }
  json::array list;
  for (auto& decision : page->decisions) list.emplace_back(std::move(decision));
  return wire::json_answer({{"decisions", std::move(list)}, {"cursor", std::move(page->cursor)}});
}

}  // namespace openirsa::own
