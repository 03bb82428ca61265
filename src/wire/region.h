// The AWS regions and their partitions. Clients know the same list: eksctl refuses any other name before its
// first call.
#pragma once

#include <string_view>

namespace openirsa::wire {

bool is_region(std::string_view name);
// "aws", "aws-cn", "aws-us-gov"; empty for an unknown region.
std::string_view partition_of(std::string_view region);

}  // namespace openirsa::wire
