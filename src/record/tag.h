// Tags as IAM and EKS keep them.
#pragma once

#include <map>
#include <string>

namespace openirsa::record {

// In key order. IAM compares keys without regard to case (checked by the handlers); the letters given are
// kept.
using Tags = std::map<std::string, std::string>;

}  // namespace openirsa::record
