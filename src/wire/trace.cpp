#include "wire/trace.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "base/time_text.h"
#include "wire/signature_cut.h"

namespace openirsa::wire {

namespace {

struct StepRow {
  Step step;
  std::string_view name;
  std::string_view question;
};

constexpr std::array step_rows{
    StepRow{Step::request_parsed, "request_parsed", "Can the request be read?"},
    StepRow{Step::operation_found, "operation_found", "Does the operation exist?"},
    StepRow{Step::signature_claim_parsed, "signature_claim_parsed",
            "Is the request signed, and for this service?"},
    StepRow{Step::access_key_found, "access_key_found", "Is the access key known and active?"},
    StepRow{Step::signature_verified, "signature_verified",
            "Does the signature fit the request and the secret?"},
    StepRow{Step::session_valid, "session_valid", "Is the caller's session still valid?"},
    StepRow{Step::parameters_valid, "parameters_valid",
            "Are the parameters within the operation's constraints?"},
    StepRow{Step::token_parsed, "token_parsed", "Is the token a well-formed signed token?"},
    StepRow{Step::issuer_known, "issuer_known", "Is the token's issuer known?"},
    StepRow{Step::provider_found, "provider_found",
            "Does the role's account have a provider for the issuer?"},
    StepRow{Step::claims_complete, "claims_complete", "Does the token have every claim that is required?"},
    StepRow{Step::audience_allowed, "audience_allowed", "Is the audience in the provider's client-id list?"},
    StepRow{Step::key_found, "key_found", "Is the signing key in the issuer's key set?"},
    StepRow{Step::signature_of_token_verified, "signature_of_token_verified",
            "Does the token's signature fit the key?"},
    StepRow{Step::token_times_valid, "token_times_valid", "Is the token valid at this time?"},
    StepRow{Step::role_found, "role_found", "Does the role exist?"},
    StepRow{Step::trust_policy_allowed, "trust_policy_allowed", "Does the role's trust policy allow it?"},
    StepRow{Step::duration_allowed, "duration_allowed", "Is the duration within the role's maximum?"},
    StepRow{Step::session_policy_valid, "session_policy_valid",
            "Is the session policy valid and small enough?"},
    StepRow{Step::action_authorised, "action_authorised", "Do the caller's policies allow the action?"},
    StepRow{Step::handler_done, "handler_done", "Could the operation be carried out?"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < step_rows.size(); ++i) {
    if (static_cast<std::size_t>(step_rows[i].step) != i) return false;
  }
  return true;
}
static_assert(step_rows.size() == static_cast<std::size_t>(Step::count_), "every step has a row");
static_assert(in_order(), "rows stand in the order of the steps");
static_assert(static_cast<unsigned>(Step::count_) <= 32, "steps are bits of one word");

std::string_view name_of_source(policy::Source source) {
  switch (source) {
    case policy::Source::identity:
      return "identity";
    case policy::Source::trust:
      return "trust";
    case policy::Source::session:
      return "session";
    case policy::Source::boundary:
      return "boundary";
    case policy::Source::resource:
      return "resource";
  }
  return "identity";
}

// Every text of a caller's goes through here.
void put(json::object& object, std::string_view name, std::string_view value) {
  if (!value.empty()) object[name] = without_signatures(value);
}

json::object comparison_json(const policy::Comparison& comparison) {
  json::object object;
  put(object, "element", comparison.element);
  put(object, "operator", comparison.op);
  put(object, "key", comparison.key);
  put(object, "expected", comparison.expected);
  put(object, "actual", comparison.actual);
  object["matched"] = comparison.matched;
  put(object, "hint", comparison.hint);
  return object;
}

json::object statement_json(const policy::StatementTrace& statement) {
  json::object object;
  put(object, "policy", statement.policy);
  object["source"] = name_of_source(statement.source);
  object["index"] = statement.index;
  put(object, "sid", statement.sid);
  object["effect"] = statement.deny ? "Deny" : "Allow";
  object["matched"] = statement.matched;
  json::array comparisons;
  for (const auto& comparison : statement.comparisons) comparisons.emplace_back(comparison_json(comparison));
  object["comparisons"] = std::move(comparisons);
  return object;
}

json::object explanation_json(const policy::Explanation& explanation) {
  json::array statements;
  for (const auto& statement : explanation.statements) statements.emplace_back(statement_json(statement));
  json::object object;
  object["statements"] = std::move(statements);
  return object;
}

json::object token_json(const Trace& trace) {
  json::object token;
  put(token, "issuer", trace.issuer);
  put(token, "subject", trace.subject);
  put(token, "audience", trace.audience);
  put(token, "keyId", trace.key_id);
  put(token, "algorithm", trace.algorithm);
  if (trace.token_issued_at) token["issuedAt"] = *trace.token_issued_at;
  if (trace.token_expires_at) token["expiresAt"] = *trace.token_expires_at;
  return token;
}

json::object failure_json(const Failure& failure) {
  json::object object;
  object["step"] = name_of(failure.step);
  object["question"] = question_of(failure.step);
  put(object, "code", failure.code);
  put(object, "detail", failure.detail);
  put(object, "expected", failure.expected);
  put(object, "actual", failure.actual);
  put(object, "hint", failure.hint);
  return object;
}

json::array steps_json(const Trace& trace) {
  json::array steps;
  for (const StepRow& row : step_rows) {
    if (!trace.passed(row.step)) continue;
    steps.emplace_back(json::object{{"step", row.name}, {"question", row.question}});
  }
  return steps;
}

}  // namespace

std::string_view name_of(Step step) { return step_rows.at(static_cast<std::size_t>(step)).name; }
std::string_view question_of(Step step) { return step_rows.at(static_cast<std::size_t>(step)).question; }

void Trace::fail(Step step, std::string code, std::string detail, std::string expected, std::string actual,
                 std::string hint) {
  passed_ &= ~(1U << static_cast<unsigned>(step));
  failure = Failure{
      step, std::move(code), std::move(detail), std::move(expected), std::move(actual), std::move(hint)};
}

void Trace::complete() {
  if (!explain_later) return;
  const auto explain = std::exchange(explain_later, nullptr);
  explain(*this);
}

void Trace::clip() {
  for (std::string* text :
       {&operation, &source_ip, &account, &caller, &access_key_id, &action, &resource, &role_arn, &issuer,
        &subject, &audience, &key_id, &algorithm, &provider_arn, &session_name, &wire_message}) {
    clip_text(*text, longest_text);
  }
  if (failure) {
    for (std::string* text : {&failure->detail, &failure->expected, &failure->actual, &failure->hint}) {
      clip_text(*text, longest_text);
    }
  }
  if (!explanation) return;
  for (auto& statement : explanation->statements) {
    for (auto& comparison : statement.comparisons) {
      for (std::string* text :
           {&comparison.key, &comparison.expected, &comparison.actual, &comparison.hint}) {
        clip_text(*text, longest_text);
      }
    }
  }
}

void clip_text(std::string& text, std::size_t longest) {
  if (!is_utf8(text)) text = as_utf8(std::string_view(text).substr(0, longest + 1));
  if (text.size() <= longest) return;
  text = concatenate({utf8_prefix(text, longest), "…"});
}

json::object to_json(const Trace& trace) {
  json::object object;
  object["version"] = Trace::version;
  object["requestId"] = trace.request_id;
  object["time"] = to_iso8601(trace.time);
  put(object, "service", trace.service);
  put(object, "operation", trace.operation);
  object["status"] = trace.status;
  object["outcome"] = trace.failure ? "refused" : "allowed";
  put(object, "code", trace.wire_code);
  put(object, "message", trace.wire_message);
  put(object, "sourceIp", trace.source_ip);
  put(object, "account", trace.account);
  put(object, "caller", trace.caller);
  put(object, "accessKeyId", trace.access_key_id);
  put(object, "action", trace.action);
  put(object, "resource", trace.resource);
  put(object, "roleArn", trace.role_arn);
  put(object, "sessionName", trace.session_name);
  put(object, "providerArn", trace.provider_arn);
  if (auto token = token_json(trace); !token.empty()) object["token"] = std::move(token);
  object["steps"] = steps_json(trace);
  if (trace.failure) object["decisive"] = failure_json(*trace.failure);
  if (trace.explanation) object["policy"] = explanation_json(*trace.explanation);
  return object;
}

}  // namespace openirsa::wire
