#include "sts/assume_role.h"

#include "base/text.h"
#include "record/key.h"
#include "sts/assume_role_input.h"
#include "sts/issue.h"
#include "sts/lineage.h"
#include "sts/refusal.h"
#include "sts/sealed_policies.h"
#include "sts/session_tags.h"
#include "wire/authorise.h"

namespace openirsa::sts {
namespace {

using policy::Source;
using wire::Call;
using wire::Code;
using wire::Error;
using wire::Step;

constexpr std::int64_t longest_chained = 3600;

void keep_statements(wire::Trace& trace, bool of_trust) {
  if (!trace.explanation) return;
  std::erase_if(trace.explanation->statements, [&](const policy::StatementTrace& statement) {
    return (statement.source == Source::trust) != of_trust;
  });
}

// What decided, for whoever owns it.
void place_trace(wire::Trace& trace, const Call& call, const policy::Decision& decision,
                 const wire::RoleArn& arn) {
  const bool foreign = arn.account != call.account();
  const bool by_trust = decision.source() == Source::trust;
  if (foreign) keep_statements(trace, by_trust);
  if (!by_trust) return;
  const std::string& partition = call.house.names.partition;
  const auto* similar = record::find<record::Role>(*call.snapshot, record::role_key(arn.account, arn.name));
  const auto* role = similar != nullptr && similar->has_arn(partition, arn.text) ? similar : nullptr;
  if (foreign) {
    // The caller must not learn from a trace what the answer keeps from him.
    trace.role_unknown = role == nullptr;
    trace.account = arn.account;
  }
  if (role == nullptr) {
    explain_missing_role(trace, partition, similar, arn.text);
    return;
  }
  trace.pass(Step::role_found);
  fail_trust(trace, decision);
  if (trace.explanation) explain_trust_refusal(trace, *std::move(trace.explanation));
}

Error duration_error(wire::Trace& trace, std::string_view code, std::string text, std::int64_t most,
                     std::int64_t asked) {
  trace.fail(Step::duration_allowed, std::string(code), text, std::to_string(most), std::to_string(asked));
  return {Code::validation_error, std::move(text)};
}

// In AWS's order: the role's maximum, then the hour of a chain.
std::optional<Error> refuse_duration(Call& call, const AssumeRoleInput& input, const record::Role& role) {
  if (input.duration > role.max_session_seconds) {
    return duration_error(call.trace, "duration_above_maximum",
                          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
                          role.max_session_seconds, input.duration);
  }
  if (call.caller->kind == wire::Caller::Kind::session && input.duration > longest_chained) {
    return duration_error(
        call.trace, "duration_above_chained",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        longest_chained, input.duration);
  }
  call.trace.pass(Step::duration_allowed);
  return std::nullopt;
}

Result<std::string, Error> source_identity_of(const Call& call, const AssumeRoleInput& input) {
  const std::string inherited = call.caller->session ? call.caller->session->source_identity : std::string();
  if (inherited.empty() || input.source_identity.empty() || inherited == input.source_identity)
    return inherited.empty() ? std::string(input.source_identity) : inherited;
  return Error{Code::validation_error, "The source identity is already set for this assume role session"};
}

// What the session carries, and the permissions that takes. IAM User Guide: roles of a chain need them for
// inherited tags and source identities as well.
Result<Extras, Error> take_extras(Call& call, AssumeRoleInput& input) {
  Extras extras;
  auto identity = source_identity_of(call, input);
  if (!identity) return std::move(identity).error();
  extras.source_identity = *std::move(identity);
  auto tags = with_inherited(std::move(input.tags), *call.caller);
  if (!tags) return std::move(tags).error();
  extras.tags = *std::move(tags);
  if (!extras.tags.empty()) {
    if (auto allowed = wire::authorise_also(call, "sts:TagSession", input.role.text); !allowed)
      return std::move(allowed).error();
  }
  if (!extras.source_identity.empty()) {
    if (auto allowed = wire::authorise_also(call, "sts:SetSourceIdentity", input.role.text); !allowed)
      return std::move(allowed).error();
  }
  extras.ancestors = ancestors_below(*call.caller, call.now);
  return extras;
}

void describe(wire::Trace& trace, const Call& call) {
  if (const auto arn = call.parameters.find("RoleArn")) trace.role_arn = utf8_prefix(*arn, 2048);
  if (const auto name = call.parameters.find("RoleSessionName")) trace.session_name = utf8_prefix(*name, 64);
}

wire::Answer answer(const Call& call, const StatementView& statement, const Issued& issued) {
  wire::Xml xml(1024 + issued.token.size());
  write_credentials(xml, issued);
  xml.open("AssumedRoleUser");
  xml.text("AssumedRoleId", concatenate({statement.role_id, ":", statement.session_name}));
  xml.text("Arn", session_arn(call.house.names.partition, statement));
  xml.close("AssumedRoleUser");
  write_packed_size(xml, issued);
  if (!statement.extras->source_identity.empty()) {
    xml.text("SourceIdentity", statement.extras->source_identity);
  }
  return wire::xml_answer(xml.take());
}

}  // namespace

wire::Error refuse_assume_role(const Call& call, const policy::Decision& decision, Error usual) {
  describe(call.trace, call);
  if (call.caller->kind == wire::Caller::Kind::root) {
    return {Code::access_denied, "Roles may not be assumed by root accounts."};
  }
  const std::string resource = call.trace.resource;
  const auto arn = wire::parse_role_arn(resource, call.house.names.partition);
  if (!arn) return usual;
  place_trace(call.trace, call, decision, *arn);
  // What the caller's policies say by themselves is no secret to him.
  const bool alone = decision.source() != Source::trust &&
                     (arn->account != call.account() || decision.effect() == policy::Effect::explicit_deny);
  if (alone) return usual;
  return {Code::access_denied, concatenate({"User: ", call.caller->arn, " is not authorized to perform: ",
                                            call.trace.action, " on resource: ", resource})};
}

Result<wire::Answer, Error> assume_role(Call& call) {
  describe(call.trace, call);
  auto input = parse_assume_role_input(call);
  if (!input) return std::move(input).error();
  const record::Role* role = find_role(call, input->role);
  // Policies that allow sts:AssumeRole on what is no role lead here as well.
  if (role == nullptr) return Error{Code::validation_error, "Request ARN is invalid"};
  call.trace.account = role->account;
  call.trace.pass(Step::parameters_valid);
  call.trace.pass(Step::role_found);
  call.trace.pass(Step::trust_policy_allowed);
  const auto extras = take_extras(call, *input);
  if (!extras) return extras.error();
  if (auto refused = refuse_duration(call, *input, *role)) return *std::move(refused);
  const auto policies =
      seal_policies(input->policies.arns, role->account, *call.snapshot, call.house.names.partition);
  StatementView statement;
  statement.kind = SessionKind::assumed_role;
  statement.account = role->account;
  statement.role_id = role->id;
  statement.role_name = role->name;
  statement.session_name = input->session_name;
  statement.policy = input->policies.text;
  statement.policies = policies;
  statement.extras = &*extras;
  const auto issued = issue(call, statement, input->duration);
  if (!issued) return issued.error();
  return answer(call, statement, *issued);
}

}  // namespace openirsa::sts
