// What happened to one request, as its owner may see it: the steps in order, the decisive one, expected
// beside actual. Never a token, a signature or a secret: where a caller puts a token into another place,
// to_json leaves its signature out. Recording a success must cost next to nothing: steps are bits until a
// trace is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "policy/evaluate.h"

namespace openirsa::wire {

// In the order in which a request meets them.
enum class Step : std::uint8_t {
  request_parsed,
  operation_found,
  signature_claim_parsed,
  access_key_found,
  signature_verified,
  session_valid,
  parameters_valid,
  token_parsed,
  issuer_known,
  provider_found,
  claims_complete,
  audience_allowed,
  key_found,
  signature_of_token_verified,
  token_times_valid,
  role_found,
  trust_policy_allowed,
  duration_allowed,
  session_policy_valid,
  action_authorised,
  handler_done,
  count_,
};
std::string_view name_of(Step step);      // "audience_allowed"
std::string_view question_of(Step step);  // "Is the audience in the provider's client-id list?"

struct Failure {
  Step step;
  std::string code;      // ours, e.g. "audience_mismatch"
  std::string detail;    // one line
  std::string expected;  // may be empty
  std::string actual;    // may be empty
  std::string hint;      // a near miss or the next thing to do; may be empty
};

struct Trace {
  static constexpr int version = 1;

  std::string request_id;
  Time time;
  std::string service;    // "sts"
  std::string operation;  // "AssumeRoleWithWebIdentity"
  std::string source_ip;
  std::string account;  // whose owner may see it: the target role's or the caller's; empty when unknown
  std::string caller;   // ARN, empty before authentication
  std::string access_key_id;
  std::string action;  // the IAM action that was authorised
  std::string resource;
  std::string role_arn;       // the role asked for, as given
  bool role_unknown = false;  // the account or role does not exist: shown over the admin socket only
  // The unverified token's own words, for AssumeRoleWithWebIdentity.
  std::string issuer, subject, audience, key_id, algorithm, provider_arn;
  std::optional<std::int64_t> token_expires_at, token_issued_at;
  std::string session_name;
  int status = 0;            // HTTP
  std::string wire_code;     // AWS's code on a refusal
  std::string wire_message;  // AWS's text on a refusal
  std::optional<Failure> failure;
  std::optional<policy::Explanation> explanation;  // of the policy evaluation that refused

  // Adds to the trace what is costly to work out, when somebody asks for it. A refusal must cost its caller
  // the same whether or not there is something to explain: the time it takes would show whether a role
  // exists.
  std::function<void(Trace&)> explain_later;
  void complete();
  // Cuts every text to what a person reads. Callers choose texts up to a request's size; kept as they come,
  // refusals would fill the memory.
  void clip();
  static constexpr std::size_t longest_text = 512;

  void pass(Step step) { passed_ |= 1U << static_cast<unsigned>(step); }
  bool passed(Step step) const { return (passed_ >> static_cast<unsigned>(step) & 1U) != 0; }
  // Marks the decisive step; a later call replaces an earlier one.
  void fail(Step step, std::string code, std::string detail, std::string expected = {},
            std::string actual = {}, std::string hint = {});

 private:
  std::uint32_t passed_ = 0;
};

// The versioned form that CLI, console and audit share. Texts that are empty are left out.
//   version, requestId, time, service, operation, status, outcome ("allowed" | "refused"), code, message,
//   sourceIp, account, caller, accessKeyId, action, resource, roleArn, sessionName, providerArn, token
//   {issuer, subject, audience, keyId, algorithm, issuedAt, expiresAt}, steps [{step, question}]: those
//   passed, in order, decisive {step, question, code, detail, expected, actual, hint}: the one that failed,
//   policy {statements [{policy, source, index, sid, effect, matched, comparisons [{element, operator, key,
//   expected, actual, matched, hint}]}]}
json::object to_json(const Trace& trace);

// Cuts text to at most `longest` bytes and a mark that it was cut. What is left is UTF-8: headers and
// credential scopes may hold any bytes, answers and kept traces do not.
void clip_text(std::string& text, std::size_t longest);

class KeptDecisions;

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void record(Trace&& trace) = 0;  // thread-safe, quick
  // Counts a trace that another sink keeps.
  virtual void count(const Trace&) {}
  // What was recorded, where the sink keeps it (wire/decisions.h).
  virtual const KeptDecisions* kept() const { return nullptr; }
};

}  // namespace openirsa::wire
