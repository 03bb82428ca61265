// Policies that belong to no account and that every account may attach: the managed policies of AWS in one
// partition, found by their ARN arn:<partition>:iam::aws:policy<path><name>.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace openirsa::policy {

struct NamedPolicy {
  std::string place;  // path and name: "/service-role/AmazonEBSCSIDriverPolicy"
  std::string description;
  Policy document;

  std::string_view name() const { return std::string_view(place).substr(place.rfind('/') + 1); }
  std::string_view path() const { return std::string_view(place).substr(0, place.rfind('/') + 1); }
};

class Catalogue {
 public:
  // Of several at one place the last stays. REQUIRES: each place begins with '/' and ends with a name.
  Catalogue(std::string partition, std::vector<NamedPolicy> policies);

  const NamedPolicy* find(std::string_view arn) const;  // null when there is none; allocates nothing
  std::string arn(const NamedPolicy& policy) const;
  const std::vector<NamedPolicy>& policies() const { return policies_; }  // in order of their ARN
  const std::string& partition() const { return partition_; }

 private:
  std::string partition_;
  std::vector<NamedPolicy> policies_;
};

}  // namespace openirsa::policy
