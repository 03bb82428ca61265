#include "sts/federation_token.h"

#include <algorithm>

#include "base/text.h"
#include "sts/issue.h"
#include "sts/lineage.h"
#include "sts/refusal.h"
#include "sts/sealed_policies.h"
#include "sts/session_tags.h"
#include "wire/authorise.h"
#include "wire/session_input.h"

namespace openirsa::sts {
namespace {

struct Input {
  std::string_view name;
  std::int64_t duration = usual_without_role;
  wire::SessionPolicies policies;
  std::vector<wire::SessionTag> tags;
};

Result<Input, wire::Error> parse_input(const wire::Call& call) {
  const wire::Parameters& parameters = call.parameters;
  const auto name = parameters.find("Name");
  const auto policy = parameters.find("Policy");
  const auto duration = parameters.integer("DurationSeconds");
  if (!duration) return duration.error();
  wire::ValidationErrors errors;
  check_length(errors, name, "name", 2, 32);
  check_name_letters(errors, name, "name");
  check_duration(errors, *duration, longest_without_role);
  check_policy_text(errors, policy, wire::max_policy_characters);
  if (!errors.empty()) return errors.error();
  Input input;
  input.name = *name;
  input.duration = duration->value_or(usual_without_role);
  if (call.caller->kind == wire::Caller::Kind::root)
    input.duration = std::min(input.duration, longest_of_root);
  auto policies = wire::parse_session_policies(parameters, policy.value_or(std::string_view{}),
                                               call.account(), call.house.names.partition);
  if (!policies) return std::move(policies).error();
  input.policies = *std::move(policies);
  auto tags = parse_session_tags(parameters);
  if (!tags) return std::move(tags).error();
  input.tags = *std::move(tags);
  return input;
}

}  // namespace

std::string federated_user_of_request(const wire::Call& call) {
  return federated_user_arn(call.house.names.partition, call.account(),
                            call.parameters.find("Name").value_or("*"));
}

void add_federation_keys(const wire::Call& call, policy::Context& context) {
  add_requested_tag_keys(call.parameters, context);
}

Result<wire::Answer, wire::Error> get_federation_token(wire::Call& call) {
  auto input = parse_input(call);
  if (!input) return std::move(input).error();
  const wire::Caller& caller = *call.caller;
  const std::string arn = federated_user_of_request(call);
  if (!input->tags.empty()) {
    if (auto allowed = wire::authorise_also(call, "sts:TagSession", arn); !allowed)
      return std::move(allowed).error();
  }
  const Extras extras{
      .source_identity = {}, .tags = std::move(input->tags), .ancestors = ancestors_below(caller, call.now)};
  const auto policies =
      seal_policies(input->policies.arns, caller.account, *call.snapshot, call.house.names.partition);
  StatementView statement;
  statement.kind = SessionKind::federated_user;
  statement.account = caller.account;
  statement.role_id = caller.unique_id;
  statement.role_name = caller.name;
  statement.session_name = input->name;
  statement.policy = input->policies.text;
  statement.policies = policies;
  statement.extras = &extras;
  const auto issued = issue(call, statement, input->duration);
  if (!issued) return issued.error();
  wire::Xml xml(1024 + issued->token.size());
  write_credentials(xml, *issued);
  xml.open("FederatedUser");
  xml.text("FederatedUserId", concatenate({caller.account, ":", input->name}));
  xml.text("Arn", arn);
  xml.close("FederatedUser");
  write_packed_size(xml, *issued);
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::sts
