#include "eks/cluster_input.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "eks/faults.h"
#include "eks/shape.h"
#include "eks/tags.h"
#include "eks/versions.h"
#include "policy/arn.h"

namespace openirsa::eks {
namespace {

constexpr std::string_view name_pattern = "^[0-9A-Za-z][A-Za-z0-9\\-_]*";
constexpr std::size_t longest_name = 100;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool has_name_letters(std::string_view name) {
  return !name.empty() && is_alphanumeric(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

void check_name(std::string_view name, wire::ValidationErrors& errors) {
  if (name.empty()) errors.add(name, "name", wire::length_at_least(1));
  if (scalar_count(name) > longest_name) errors.add(name, "name", wire::length_at_most(longest_name));
  if (!has_name_letters(name)) errors.add(name, "name", wire::must_match(name_pattern));
}

// Its form only: the role plays no part in what this server does.
bool is_role_arn(std::string_view text, std::string_view partition) {
  const auto arn = policy::parse_arn(text);
  return arn && text.size() <= 2048 && arn->partition == partition && arn->service == "iam" &&
         arn->region.empty() && arn->account.size() == 12 && is_digits(arn->account) &&
         arn->resource.starts_with("role/") && arn->resource.size() > 5;
}

std::string text_of(const json::object& members, std::string_view name) {
  return std::string(find_string(members, name).value_or(""));
}

// Settings that this server would have to break its word about.
std::optional<wire::Error> refuse_unkept(const json::object& members) {
  if (members.contains("outpostConfig")) {
    return invalid_parameter("This server has no clusters on Outposts: outpostConfig must be left out.");
  }
  const json::value* protection = find_member(members, "deletionProtection");
  if (protection != nullptr && protection->as_bool()) {
    return invalid_parameter(
        "This server has no UpdateClusterConfig, with which deletionProtection could be switched off again: "
        "it "
        "must be false or left out.");
  }
  return std::nullopt;
}

// What has a place of its own in the record; the rest is kept as it came.
json::object settings_of(json::object members) {
  constexpr std::array<std::string_view, 6> placed{
      "name", "version", "roleArn", "resourcesVpcConfig", "clientRequestToken", "tags"};
  for (const std::string_view name : placed) members.erase(name);
  return members;
}

}  // namespace

bool is_cluster_name(std::string_view name) { return has_name_letters(name) && name.size() <= longest_name; }

Result<record::Cluster, wire::Error> parse_new_cluster(const wire::Call& call) {
  wire::ValidationErrors errors;
  auto members = take(create_cluster_request, call.body, errors);
  if (!members) return std::move(members).error();
  const auto name = find_string(*members, "name");
  if (name) check_name(*name, errors);
  if (!errors.empty()) return errors.error();

  const std::string role_arn = text_of(*members, "roleArn");
  if (!is_role_arn(role_arn, call.house.names.partition)) {
    return invalid_parameter("The roleArn '" + role_arn + "' is not the ARN of a role.");
  }
  std::string version = text_of(*members, "version");
  if (version.empty()) version = default_version(call.now);
  if (!is_offered(version, call.now)) return invalid_parameter("unsupported Kubernetes version " + version);
  if (auto refused = refuse_unkept(*members)) return *std::move(refused);
  const json::object* given_tags = find_object(*members, "tags");
  auto tags =
      new_tags(given_tags == nullptr ? json::object{} : *given_tags, call.house.quotas.tags_per_entity);
  if (!tags) return invalid_parameter(std::move(tags).error().message);

  return record::Cluster{.account = call.account(),
                         .region = call.region,
                         .name = std::string(*name),
                         .version = std::move(version),
                         .role_arn = role_arn,
                         .client_request_token = text_of(*members, "clientRequestToken"),
                         .vpc_config = *find_object(*members, "resourcesVpcConfig"),
                         .settings = settings_of(*members),
                         .created = call.now,
                         .tags = *std::move(tags)};
}

bool same_request(const record::Cluster& a, const record::Cluster& b) {
  return a.version == b.version && a.role_arn == b.role_arn && a.vpc_config == b.vpc_config &&
         a.settings == b.settings && a.tags == b.tags;
}

}  // namespace openirsa::eks
