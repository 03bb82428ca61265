#include "eks/cluster_output.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "eks/service.h"

namespace openirsa::eks {
namespace {

// eksctl reads the number behind `eks.`.
constexpr std::string_view platform_version = "eks.1";

constexpr std::array<std::string_view, 5> log_types{"api", "audit", "authenticator", "controllerManager",
                                                    "scheduler"};

// `given` over what EKS fills in.
json::object filled(json::object filled_in, const json::object* given) {
  if (given == nullptr) return filled_in;
  for (const auto& [name, value] : *given) filled_in[name] = value;
  return filled_in;
}

// `eksctl get cluster` dereferences vpcId. There is no VPC here, so it is empty.
json::object vpc_json(const record::Cluster& cluster) {
  return filled({{"subnetIds", json::array{}},
                 {"securityGroupIds", json::array{}},
                 {"vpcId", ""},
                 {"endpointPublicAccess", true},
                 {"endpointPrivateAccess", false},
                 {"publicAccessCidrs", {"0.0.0.0/0"}}},
                &cluster.vpc_config);
}

json::object network_json(const json::object* given) {
  const json::object balancing{{"enabled", false}};
  if (given != nullptr && find_string(*given, "ipFamily") == "ipv6") {
    return filled({{"elasticLoadBalancing", balancing}}, given);
  }
  return filled(
      {{"serviceIpv4Cidr", "10.100.0.0/16"}, {"ipFamily", "ipv4"}, {"elasticLoadBalancing", balancing}},
      given);
}

// Every type is named, with those that are on in one group and those that are off in another.
json::object logging_json(const json::object* given) {
  std::vector<std::string_view> on;
  const json::array* setups = given == nullptr ? nullptr : find_array(*given, "clusterLogging");
  for (std::size_t i = 0; setups != nullptr && i < setups->size(); ++i) {
    const json::object& setup = (*setups)[i].as_object();
    const json::value* enabled = find_member(setup, "enabled");
    const json::array* types = find_array(setup, "types");
    if (enabled == nullptr || types == nullptr || *enabled != true) continue;
    for (const json::value& type : *types) on.emplace_back(type.as_string());
  }
  json::array enabled;
  json::array disabled;
  for (const std::string_view type : log_types) {
    (std::ranges::find(on, type) != on.end() ? enabled : disabled).emplace_back(type);
  }
  json::array groups;
  if (!enabled.empty()) groups.push_back({{"types", std::move(enabled)}, {"enabled", true}});
  if (!disabled.empty()) groups.push_back({{"types", std::move(disabled)}, {"enabled", false}});
  return {{"clusterLogging", std::move(groups)}};
}

json::object tags_json(const record::Tags& tags) {
  json::object out;
  for (const auto& [key, value] : tags) out.emplace(key, value);
  return out;
}

}  // namespace

json::object cluster_json(const record::Cluster& cluster, const wire::House& house, std::string_view status) {
  const json::object& settings = cluster.settings;
  json::object out{
      {"name", cluster.name},
      {"arn", cluster.arn(house.names.partition)},
      {"createdAt", seconds_of(cluster.created)},
      {"version", cluster.version},
      {"endpoint", house.names.public_endpoint + endpoint_path(cluster.issuer_id)},
      {"roleArn", cluster.role_arn},
      {"resourcesVpcConfig", vpc_json(cluster)},
      {"kubernetesNetworkConfig", network_json(find_object(settings, "kubernetesNetworkConfig"))},
      {"logging", logging_json(find_object(settings, "logging"))},
      {"identity", {{"oidc", {{"issuer", cluster.issuer_url}}}}},
      {"status", status},
      {"certificateAuthority", {{"data", to_base64(house.own_authority_pem())}}},
      {"platformVersion", platform_version},
      {"tags", tags_json(cluster.tags)},
      {"health", {{"issues", json::array{}}}},
      {"accessConfig", filled({{"authenticationMode", "CONFIG_MAP"}}, find_object(settings, "accessConfig"))},
      {"upgradePolicy", filled({{"supportType", "EXTENDED"}}, find_object(settings, "upgradePolicy"))},
      {"deletionProtection", false}};
  if (!cluster.client_request_token.empty()) out["clientRequestToken"] = cluster.client_request_token;
  constexpr std::array<std::string_view, 6> as_given{"encryptionConfig",    "zonalShiftConfig",
                                                     "remoteNetworkConfig", "computeConfig",
                                                     "storageConfig",       "controlPlaneScalingConfig"};
  for (const std::string_view name : as_given) {
    if (const json::value* given = find_member(settings, name)) out.emplace(name, *given);
  }
  return out;
}

}  // namespace openirsa::eks
