// A cluster as clients see it.
#pragma once

#include <string_view>

#include "record/cluster.h"
#include "wire/house.h"

namespace openirsa::eks {

// Members that were not given have the values that EKS fills in. There is no connectorConfig and no
// outpostConfig, not even an empty one: eksctl takes both for another kind of cluster.
json::object cluster_json(const record::Cluster& cluster, const wire::House& house, std::string_view status);

}  // namespace openirsa::eks
