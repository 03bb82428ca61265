#include <array>

#include "eks/clusters.h"
#include "eks/resources.h"
#include "eks/service.h"
#include "eks/tags.h"
#include "eks/versions.h"

namespace openirsa::eks {
namespace {

using wire::Access;
using wire::Operation;
constexpr auto is_signed = wire::Who::signed_by_account;

constexpr std::array operations{
    Operation{"CreateCluster", "POST /clusters", is_signed, Access::write, "eks:CreateCluster",
              resource::new_cluster, create_cluster, keys::of_request},
    Operation{"DeleteCluster", "DELETE /clusters/{name}", is_signed, Access::write, "eks:DeleteCluster",
              resource::cluster, delete_cluster, keys::of_cluster},
    Operation{"DescribeCluster", "GET /clusters/{name}", is_signed, Access::read, "eks:DescribeCluster",
              resource::cluster, describe_cluster, keys::of_cluster},
    Operation{"DescribeClusterVersions", "GET /cluster-versions", is_signed, Access::read,
              "eks:DescribeClusterVersions", resource::region, describe_cluster_versions},
    Operation{"ListClusters", "GET /clusters", is_signed, Access::read, "eks:ListClusters",
              resource::clusters, list_clusters},
    Operation{"ListTagsForResource", "GET /tags/{resourceArn}", is_signed, Access::read,
              "eks:ListTagsForResource", resource::tagged, list_tags_for_resource, keys::of_tagged},
    Operation{"TagResource", "POST /tags/{resourceArn}", is_signed, Access::write, "eks:TagResource",
              resource::tagged, tag_resource, keys::of_tagged},
    Operation{"UntagResource", "DELETE /tags/{resourceArn}", is_signed, Access::write, "eks:UntagResource",
              resource::tagged, untag_resource, keys::of_tagged},
};
static_assert(wire::complete(operations), "every operation states its caller, and the table is sorted");

}  // namespace

constexpr wire::Service service{.name = "eks",
                                .protocol = wire::Protocol::rest_json,
                                .version = "2017-11-01",
                                .xml_namespace = {},
                                .operations = operations};

}  // namespace openirsa::eks
