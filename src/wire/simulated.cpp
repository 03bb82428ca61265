#include "wire/simulated.h"

namespace openirsa::wire {
namespace {

void show_unchecked(json::object& decision) {
  json::array shown;
  for (const auto& step : decision["steps"].as_array()) {
    shown.push_back(step);
    if (text_of(&step.at("step")) != name_of(Step::audience_allowed)) continue;
    for (const Step unchecked : {Step::key_found, Step::signature_of_token_verified}) {
      shown.push_back(json::object{
          {"step", name_of(unchecked)}, {"question", question_of(unchecked)}, {"notChecked", true}});
    }
  }
  decision["steps"] = std::move(shown);
}

}  // namespace

json::object simulated_answer(Trace trace, const std::optional<Error>& refusal, SimulatedToken token) {
  trace.status = refusal ? http_status(refusal->code) : 200;
  json::object would{{"status", trace.status}};
  if (refusal) {
    trace.wire_code = wire_name(refusal->code);
    trace.wire_message = refusal->message;
    would["code"] = trace.wire_code;
    if (!refusal->message.empty()) would["message"] = trace.wire_message;
  }
  if (token == SimulatedToken::claims_alone) trace.algorithm.clear();
  trace.clip();
  trace.complete();
  json::object decision = to_json(trace);
  if (token == SimulatedToken::claims_alone) show_unchecked(decision);
  return {{"verdict", refusal ? "refused" : "allowed"},
          {"wouldAnswer", std::move(would)},
          {"decision", std::move(decision)}};
}

}  // namespace openirsa::wire
