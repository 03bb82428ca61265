#include "eks/shape.h"

#include <algorithm>
#include <string>

#include "eks/faults.h"

namespace openirsa::eks {
namespace {

constexpr Shape text{Type::text};
constexpr Shape flag{Type::flag};
constexpr Shape texts{.type = Type::list, .element = &text};
constexpr Shape text_map{Type::map};

constexpr Member enabled_members[] = {{"enabled", &flag}};
constexpr Shape enabled{.type = Type::structure, .members = enabled_members};

constexpr std::string_view egress_modes[] = {"AWS_MANAGED", "CUSTOMER_ROUTED", "CUSTOMER_ISOLATED"};
constexpr Shape egress_mode{.type = Type::text, .values = egress_modes};
constexpr Member vpc_members[] = {{"subnetIds", &texts},           {"securityGroupIds", &texts},
                                  {"endpointPublicAccess", &flag}, {"endpointPrivateAccess", &flag},
                                  {"publicAccessCidrs", &texts},   {"controlPlaneEgressMode", &egress_mode}};
constexpr Shape vpc{.type = Type::structure, .members = vpc_members};

constexpr std::string_view ip_families[] = {"ipv4", "ipv6"};
constexpr Shape ip_family{.type = Type::text, .values = ip_families};
constexpr Member network_members[] = {
    {"serviceIpv4Cidr", &text}, {"ipFamily", &ip_family}, {"elasticLoadBalancing", &enabled}};
constexpr Shape network{.type = Type::structure, .members = network_members};

constexpr std::string_view log_type_values[] = {"api", "audit", "authenticator", "controllerManager",
                                                "scheduler"};
constexpr Shape log_type{.type = Type::text, .values = log_type_values};
constexpr Shape log_types{.type = Type::list, .element = &log_type};
constexpr Member log_setup_members[] = {{"types", &log_types}, {"enabled", &flag}};
constexpr Shape log_setup{.type = Type::structure, .members = log_setup_members};
constexpr Shape log_setups{.type = Type::list, .element = &log_setup};
constexpr Member logging_members[] = {{"clusterLogging", &log_setups}};
constexpr Shape logging{.type = Type::structure, .members = logging_members};

constexpr Member key_provider_members[] = {{"keyArn", &text}};
constexpr Shape key_provider{.type = Type::structure, .members = key_provider_members};
constexpr Member encryption_members[] = {{"resources", &texts}, {"provider", &key_provider}};
constexpr Shape encryption{.type = Type::structure, .members = encryption_members};
constexpr Shape encryptions{.type = Type::list, .element = &encryption, .most = 1};

constexpr std::string_view spread_levels[] = {"host", "rack"};
constexpr Shape spread_level{.type = Type::text, .values = spread_levels};
constexpr Member control_plane_placement_members[] = {{"groupName", &text}, {"spreadLevel", &spread_level}};
constexpr Shape control_plane_placement{.type = Type::structure, .members = control_plane_placement_members};
constexpr Member etcd_placement_members[] = {{"spreadLevel", &spread_level}};
constexpr Shape etcd_placement{.type = Type::structure, .members = etcd_placement_members};
constexpr Member outpost_members[] = {{"outpostArns", &texts, true},
                                      {"controlPlaneInstanceType", &text, true},
                                      {"controlPlanePlacement", &control_plane_placement},
                                      {"etcdInstanceType", &text},
                                      {"etcdPlacement", &etcd_placement}};
constexpr Shape outpost{.type = Type::structure, .members = outpost_members};

constexpr std::string_view authentication_modes[] = {"API", "API_AND_CONFIG_MAP", "CONFIG_MAP"};
constexpr Shape authentication_mode{.type = Type::text, .values = authentication_modes};
constexpr Member access_members[] = {{"bootstrapClusterCreatorAdminPermissions", &flag},
                                     {"authenticationMode", &authentication_mode}};
constexpr Shape access{.type = Type::structure, .members = access_members};

constexpr std::string_view support_types[] = {"STANDARD", "EXTENDED"};
constexpr Shape support_type{.type = Type::text, .values = support_types};
constexpr Member upgrade_members[] = {{"supportType", &support_type}};
constexpr Shape upgrade{.type = Type::structure, .members = upgrade_members};

constexpr Member network_range_members[] = {{"cidrs", &texts}};
constexpr Shape network_range{.type = Type::structure, .members = network_range_members};
constexpr Shape network_ranges{.type = Type::list, .element = &network_range, .most = 1};
constexpr Member remote_network_members[] = {{"remoteNodeNetworks", &network_ranges},
                                             {"remotePodNetworks", &network_ranges}};
constexpr Shape remote_network{.type = Type::structure, .members = remote_network_members};

constexpr Member compute_members[] = {{"enabled", &flag}, {"nodePools", &texts}, {"nodeRoleArn", &text}};
constexpr Shape compute{.type = Type::structure, .members = compute_members};
constexpr Member storage_members[] = {{"blockStorage", &enabled}};
constexpr Shape storage{.type = Type::structure, .members = storage_members};

constexpr std::string_view tiers[] = {"standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"};
constexpr Shape tier{.type = Type::text, .values = tiers};
constexpr Member scaling_members[] = {{"tier", &tier}};
constexpr Shape scaling{.type = Type::structure, .members = scaling_members};

constexpr Member create_cluster_members[] = {{"name", &text, true},
                                             {"version", &text},
                                             {"roleArn", &text, true},
                                             {"resourcesVpcConfig", &vpc, true},
                                             {"kubernetesNetworkConfig", &network},
                                             {"logging", &logging},
                                             {"clientRequestToken", &text},
                                             {"tags", &text_map},
                                             {"encryptionConfig", &encryptions},
                                             {"outpostConfig", &outpost},
                                             {"accessConfig", &access},
                                             {"bootstrapSelfManagedAddons", &flag},
                                             {"upgradePolicy", &upgrade},
                                             {"zonalShiftConfig", &enabled},
                                             {"remoteNetworkConfig", &remote_network},
                                             {"computeConfig", &compute},
                                             {"storageConfig", &storage},
                                             {"deletionProtection", &flag},
                                             {"controlPlaneScalingConfig", &scaling}};

constexpr Member tag_resource_members[] = {{"tags", &text_map, true}};

// One pass over a body; the first member of a wrong type ends it.
class Taker {
 public:
  explicit Taker(wire::ValidationErrors& errors) : errors_(errors) {}

  json::object structure(const Shape& shape, const json::object& given, const std::string& place) {
    json::object taken;
    for (const Member& member : shape.members) {
      const std::string path =
          place.empty() ? std::string(member.name) : place + "." + std::string(member.name);
      const json::value* found = find_member(given, member.name);
      if (found != nullptr && !found->is_null()) {
        taken.emplace(member.name, value(*member.shape, *found, path));
      } else if (member.required) {
        errors_.add(path, wire::must_not_be_null());
      }
    }
    return taken;
  }

  bool failed() const { return !fault_.empty(); }
  wire::Error error() const { return invalid_parameter(fault_); }

 private:
  json::value value(const Shape& shape, const json::value& given, const std::string& path) {
    switch (shape.type) {
      case Type::text:
        if (!given.is_string()) return refuse(path, "a text");
        check_values(shape, given.get_string(), path);
        return given;
      case Type::flag:
        return given.is_bool() ? given : refuse(path, "true or false");
      case Type::list:
        return given.is_array() ? list(shape, given.get_array(), path) : refuse(path, "a list");
      case Type::map:
        return given.is_object() ? map(given.get_object(), path) : refuse(path, "a map of texts");
      case Type::structure:
        return given.is_object() ? structure(shape, given.get_object(), path) : refuse(path, "a structure");
    }
    return refuse(path, "known");
  }

  json::value list(const Shape& shape, const json::array& given, const std::string& path) {
    if (given.size() > shape.most) errors_.add(path, wire::length_at_most(shape.most));
    json::array taken;
    for (std::size_t i = 0; i < given.size() && !failed(); ++i) {
      taken.push_back(value(*shape.element, given[i], path + "." + std::to_string(i + 1) + ".member"));
    }
    return taken;
  }

  json::value map(const json::object& given, const std::string& path) {
    json::object taken;
    for (const auto& [key, item] : given) {
      if (item.is_null()) continue;
      if (!item.is_string()) return refuse(path + "." + std::string(key) + ".member", "a text");
      taken.emplace(key, item);
    }
    return taken;
  }

  void check_values(const Shape& shape, std::string_view given, const std::string& path) {
    if (shape.values.empty() || std::ranges::find(shape.values, given) != shape.values.end()) return;
    std::string constraint = "Member must satisfy enum value set: [";
    for (const std::string_view allowed : shape.values) {
      if (allowed != shape.values.front()) constraint += ", ";
      constraint += allowed;
    }
    errors_.add(given, path, constraint + "]");
  }

  json::value refuse(const std::string& path, std::string_view expected) {
    if (fault_.empty()) fault_ = "The value at '" + path + "' must be " + std::string(expected) + ".";
    return nullptr;
  }

  wire::ValidationErrors& errors_;
  std::string fault_;
};

}  // namespace

constexpr Shape create_cluster_request{.type = Type::structure, .members = create_cluster_members};
constexpr Shape tag_resource_request{.type = Type::structure, .members = tag_resource_members};

Result<json::object, wire::Error> take(const Shape& shape, const json::object& given,
                                       wire::ValidationErrors& errors) {
  Taker taker(errors);
  json::object taken = taker.structure(shape, given, "");
  if (taker.failed()) return taker.error();
  return taken;
}

}  // namespace openirsa::eks
