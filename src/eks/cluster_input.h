// The body of CreateCluster, checked as AWS checks it.
#pragma once

#include "record/cluster.h"
#include "wire/operation.h"

namespace openirsa::eks {

// `^[0-9A-Za-z][A-Za-z0-9\-_]*`, 1 to 100 characters.
bool is_cluster_name(std::string_view name);

// The cluster that the call asks for: everything but its issuer.
Result<record::Cluster, wire::Error> parse_new_cluster(const wire::Call& call);

// Whether two requests asked for the same cluster.
bool same_request(const record::Cluster& a, const record::Cluster& b);

}  // namespace openirsa::eks
