// CreateCluster, DeleteCluster, DescribeCluster, ListClusters.
#pragma once

#include "wire/operation.h"

namespace openirsa::eks {

// One commit writes the cluster and its issuer; the cluster is ACTIVE at once.
Result<wire::Answer, wire::Error> create_cluster(wire::Call& call);
// One commit deletes the cluster and leaves a tombstone of its issuer: exchanges end with it.
Result<wire::Answer, wire::Error> delete_cluster(wire::Call& call);
Result<wire::Answer, wire::Error> describe_cluster(wire::Call& call);
Result<wire::Answer, wire::Error> list_clusters(wire::Call& call);

}  // namespace openirsa::eks
