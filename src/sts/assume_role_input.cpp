#include "sts/assume_role_input.h"

#include <algorithm>

#include "record/key.h"
#include "sts/session_tags.h"
#include "wire/tag_text.h"

namespace openirsa::sts {
namespace {

constexpr std::int64_t default_duration = 3600;

void check_external_id(wire::ValidationErrors& errors, const std::optional<std::string_view>& id) {
  check_optional_length(errors, id, "externalId", 2, 1224);
  const auto is_letter = [](char c) { return wire::is_name_letter(c) || c == ':' || c == '/'; };
  if (id && !std::ranges::all_of(*id, is_letter)) {
    errors.add(*id, "externalId", wire::must_match(R"([\w+=,.@:\/-]*)"));
  }
}

bool has_contexts(const wire::Parameters& parameters) {
  const auto contexts = parameters.pairs("ProvidedContexts", "ProviderArn", "ContextAssertion");
  return !contexts || !contexts->empty();
}

}  // namespace

Result<AssumeRoleInput, wire::Error> parse_assume_role_input(const wire::Call& call) {
  const wire::Parameters& parameters = call.parameters;
  const auto role_arn = parameters.find("RoleArn");
  const auto session_name = parameters.find("RoleSessionName");
  const auto source_identity = parameters.find("SourceIdentity");
  const auto policy = parameters.find("Policy");
  const auto duration = parameters.integer("DurationSeconds");
  if (!duration) return duration.error();

  wire::ValidationErrors errors;
  check_length(errors, role_arn, "roleArn", 20, 2048);
  check_length(errors, session_name, "roleSessionName", 2, 64);
  check_name_letters(errors, session_name, "roleSessionName");
  check_duration(errors, *duration, 43'200);
  check_policy_text(errors, policy, 0);
  check_external_id(errors, parameters.find("ExternalId"));
  check_optional_length(errors, source_identity, "sourceIdentity", 2, 64);
  check_name_letters(errors, source_identity, "sourceIdentity");
  check_mfa(errors, parameters);
  // They come from IAM Identity Center, which is not served here.
  if (has_contexts(parameters)) {
    errors.add("providedContexts", "Member must not be present: no context provider is known");
  }
  if (!errors.empty()) return errors.error();
  if (auto refused = refuse_mfa(parameters)) return *std::move(refused);

  AssumeRoleInput input;
  const auto role = wire::parse_role_arn(*role_arn, call.house.names.partition);
  if (!role) return role.error();
  input.role = *role;
  input.session_name = *session_name;
  input.duration = duration->value_or(default_duration);
  input.source_identity = source_identity.value_or(std::string_view{});
  auto policies = wire::parse_session_policies(parameters, policy.value_or(std::string_view{}), role->account,
                                               call.house.names.partition);
  if (!policies) return std::move(policies).error();
  input.policies = *std::move(policies);
  auto tags = parse_session_tags(parameters);
  if (!tags) return std::move(tags).error();
  input.tags = *std::move(tags);
  return input;
}

const record::Role* find_role(const wire::Call& call, const wire::RoleArn& arn) {
  const auto* role = record::find<record::Role>(*call.snapshot, record::role_key(arn.account, arn.name));
  return role != nullptr && role->has_arn(call.house.names.partition, arn.text) ? role : nullptr;
}

std::string role_of_request(const wire::Call& call) {
  return std::string(call.parameters.find("RoleArn").value_or("*"));
}

void add_assume_role_keys(const wire::Call& call, policy::Context& context) {
  const wire::Parameters& parameters = call.parameters;
  if (const auto id = parameters.find("ExternalId")) context.add("sts:ExternalId", *id);
  if (const auto name = parameters.find("RoleSessionName")) context.add("sts:RoleSessionName", *name);
  if (const auto identity = parameters.find("SourceIdentity")) {
    context.add("sts:SourceIdentity", *identity);
  } else if (call.caller->session && !call.caller->session->source_identity.empty()) {
    context.add("sts:SourceIdentity", call.caller->session->source_identity);
  }
  if (const auto duration = parameters.integer("DurationSeconds")) {
    context.add_value("sts:DurationSeconds", std::to_string(duration->value_or(default_duration)));
  }
  add_requested_tag_keys(parameters, context);
  const auto role_arn = parameters.find("RoleArn");
  if (!role_arn) return;
  const auto arn = wire::parse_role_arn(*role_arn, call.house.names.partition);
  if (!arn) return;
  if (const auto* role = find_role(call, *arn)) wire::add_resource_tags(role->tags, context);
}

}  // namespace openirsa::sts
