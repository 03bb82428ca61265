// The Kubernetes versions that EKS offers, with the dates of its release calendar.
#pragma once

#include <string_view>

#include "wire/operation.h"

namespace openirsa::eks {

std::string_view default_version(Time now);
// Whether a new cluster may have the version.
bool is_offered(std::string_view version, Time now);

Result<wire::Answer, wire::Error> describe_cluster_versions(wire::Call& call);

}  // namespace openirsa::eks
