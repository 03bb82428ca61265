#include "policy/catalogue.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "policy/arn.h"

namespace openirsa::policy {

Catalogue::Catalogue(std::string partition, std::vector<NamedPolicy> policies)
    : partition_(std::move(partition)) {
  std::map<std::string, NamedPolicy> by_place;
  for (NamedPolicy& policy : policies) {
    std::string place = policy.place;
    by_place.insert_or_assign(std::move(place), std::move(policy));
  }
  for (auto& [place, policy] : by_place) policies_.push_back(std::move(policy));
}

const NamedPolicy* Catalogue::find(std::string_view arn) const {
  const auto parsed = parse_arn(arn);
  if (!parsed || parsed->service != "iam" || !parsed->region.empty() || parsed->account != "aws" ||
      parsed->partition != partition_) {
    return nullptr;
  }
  constexpr std::string_view type = "policy";
  if (!parsed->resource.starts_with(type)) return nullptr;
  const auto place = parsed->resource.substr(type.size());
  const auto found = std::ranges::lower_bound(policies_, place, {},
                                              [](const NamedPolicy& p) { return std::string_view(p.place); });
  return found != policies_.end() && found->place == place ? &*found : nullptr;
}

std::string Catalogue::arn(const NamedPolicy& policy) const {
  return concatenate({"arn:", partition_, ":iam::aws:policy", policy.place});
}

}  // namespace openirsa::policy
