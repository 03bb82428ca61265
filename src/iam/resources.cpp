#include "iam/resources.h"

#include "iam/arns.h"
#include "iam/entity.h"
#include "iam/provider_url.h"
#include "iam/tags.h"
#include "record/identity.h"
#include "record/provider.h"
#include "record/role.h"
#include "wire/tag_text.h"

namespace openirsa::iam {
namespace {

using wire::Call;

std::string given(const Call& call, std::string_view name, std::string_view otherwise = {}) {
  return std::string(call.parameters.find(name).value_or(otherwise));
}

const record::Role* found_role(const Call& call) {
  return find_entity<record::Role>(call, given(call, "RoleName"));
}

// Without a name, the caller.
const record::User* found_user(const Call& call) {
  const bool self = call.caller->kind == wire::Caller::Kind::user;
  return find_entity<record::User>(call, given(call, "UserName", self ? call.caller->name : ""));
}

void add_boundary(std::string_view arn, policy::Context& context) {
  if (!arn.empty()) context.add("iam:PermissionsBoundary", arn);
}

void add_wanted_boundary(const Call& call, policy::Context& context) {
  add_boundary(call.parameters.find("PermissionsBoundary").value_or(""), context);
}

void add_policy_arn(const Call& call, policy::Context& context) {
  if (const auto arn = call.parameters.find("PolicyArn")) context.add("iam:PolicyARN", *arn);
}

// "/a/b/" and "" → "role/a/b/", "role/"
std::string below(std::string_view type, std::string_view path) {
  return std::string(type).append(path.starts_with('/') ? path : "/");
}

}  // namespace

namespace resource {

std::string anything(const Call&) { return "*"; }

// Faulty ARNs are authorised as they came: the handler refuses them.
std::string provider(const Call& call) { return given(call, "OpenIDConnectProviderArn", "*"); }

std::string new_provider(const Call& call) {
  const std::string url = given(call, "Url");
  const auto name = provider_name_of_url(url);
  return iam_arn(call, "oidc-provider/" + (name ? *name : url));
}

std::string providers(const Call& call) { return iam_arn(call, "oidc-provider/*"); }

std::string role(const Call& call) {
  if (const record::Role* found = found_role(call)) return found->arn(call.house.names.partition);
  return iam_arn(call, "role/" + given(call, "RoleName"));
}

std::string new_role(const Call& call) {
  return iam_arn(call, below("role", given(call, "Path")) + given(call, "RoleName"));
}

std::string roles(const Call& call) { return iam_arn(call, below("role", given(call, "PathPrefix"))); }

std::string policy(const Call& call) { return given(call, "PolicyArn", "*"); }

std::string policy_source(const Call& call) { return given(call, "PolicySourceArn", "*"); }

std::string new_policy(const Call& call) {
  return iam_arn(call, below("policy", given(call, "Path")) + given(call, "PolicyName"));
}

std::string user(const Call& call) {
  const auto name = call.parameters.find("UserName");
  if (!name) return call.caller->arn;
  const auto* found = record::find<record::User>(*call.snapshot, record::user_key(call.account(), *name));
  if (found != nullptr) return found->arn(call.house.names.partition);
  return iam_arn(call, "user/" + std::string(*name));
}

std::string users(const Call& call) { return iam_arn(call, below("user", given(call, "PathPrefix"))); }

std::string new_user(const Call& call) {
  return iam_arn(call, below("user", given(call, "Path")) + given(call, "UserName"));
}

std::string user_of_key(const Call& call) {
  const auto* key = record::find<record::AccessKey>(
      *call.snapshot, record::access_key_key(call.account(), given(call, "AccessKeyId")));
  if (key == nullptr) return iam_arn(call, "user/*");
  if (key->user.empty()) return iam_arn(call, "root");
  const auto* found = find_entity<record::User>(call, key->user);
  return found == nullptr ? iam_arn(call, "user/" + key->user) : found->arn(call.house.names.partition);
}

std::string group(const Call& call) {
  const std::string name = given(call, "GroupName");
  if (const auto* found = find_entity<record::Group>(call, name))
    return found->arn(call.house.names.partition);
  return iam_arn(call, "group/" + name);
}

std::string new_group(const Call& call) {
  return iam_arn(call, below("group", given(call, "Path")) + given(call, "GroupName"));
}

std::string groups(const Call& call) { return iam_arn(call, below("group", given(call, "PathPrefix"))); }

}  // namespace resource

namespace keys {

void of_request(const Call& call, policy::Context& context) { add_request_tags(call, context); }

void of_provider(const Call& call, policy::Context& context) {
  add_request_tags(call, context);
  const std::string arn = given(call, "OpenIDConnectProviderArn");
  const auto url = provider_of_arn(call, arn);
  if (!url) return;
  const auto* found =
      record::find<record::OpenIdConnectProvider>(*call.snapshot, record::provider_key(call.account(), *url));
  if (found != nullptr) wire::add_resource_tags(found->tags, context);
}

void of_role(const Call& call, policy::Context& context) {
  add_request_tags(call, context);
  if (const record::Role* found = found_role(call)) wire::add_resource_tags(found->tags, context);
}

void of_policy(const Call& call, policy::Context& context) {
  add_request_tags(call, context);
  const std::string arn = given(call, "PolicyArn");
  const auto parsed = parse_policy_arn(call, arn);
  if (!parsed || !is_of_caller(call, arn)) return;
  const auto key = record::managed_policy_key(call.account(), parsed->name);
  const auto* found = record::find<record::ManagedPolicy>(*call.snapshot, key);
  if (found != nullptr && found->arn(call.house.names.partition) == arn)
    wire::add_resource_tags(found->tags, context);
}

void of_user(const Call& call, policy::Context& context) {
  add_request_tags(call, context);
  if (const record::User* found = found_user(call)) wire::add_resource_tags(found->tags, context);
}

// The boundary is seen in the call's own snapshot, which outlives the context.
void of_bounded_role(const Call& call, policy::Context& context) {
  of_role(call, context);
  if (const record::Role* found = found_role(call)) add_boundary(found->boundary, context);
}

void of_bounded_user(const Call& call, policy::Context& context) {
  of_user(call, context);
  if (const record::User* found = found_user(call)) add_boundary(found->boundary, context);
}

void of_bounded_request(const Call& call, policy::Context& context) {
  add_request_tags(call, context);
  add_wanted_boundary(call, context);
}

void of_role_to_bound(const Call& call, policy::Context& context) {
  of_role(call, context);
  add_wanted_boundary(call, context);
}

void of_user_to_bound(const Call& call, policy::Context& context) {
  of_user(call, context);
  add_wanted_boundary(call, context);
}

void of_role_attachment(const Call& call, policy::Context& context) {
  of_bounded_role(call, context);
  add_policy_arn(call, context);
}

void of_user_attachment(const Call& call, policy::Context& context) {
  of_bounded_user(call, context);
  add_policy_arn(call, context);
}

void of_group_attachment(const Call& call, policy::Context& context) { add_policy_arn(call, context); }

}  // namespace keys

}  // namespace openirsa::iam
