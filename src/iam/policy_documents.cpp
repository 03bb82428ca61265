#include "iam/policy_documents.h"

#include "policy/arn.h"
#include "record/policies.h"

namespace openirsa::iam {

const policy::Policy* document_of(std::string_view arn, const PolicyPlace& place) {
  const auto& [account, snapshot, managed] = place;
  if (const policy::NamedPolicy* named = managed.find(arn)) return &named->document;
  const auto parsed = policy::parse_arn(arn);
  if (!parsed || parsed->account != account || !parsed->resource.starts_with("policy/")) return nullptr;
  const auto name = parsed->resource.substr(parsed->resource.rfind('/') + 1);
  const auto* policy =
      record::find<record::ManagedPolicy>(snapshot, record::managed_policy_key(account, name));
  if (policy == nullptr || !policy->has_arn(parsed->partition, arn)) return nullptr;
  return &policy->current().document;
}

}  // namespace openirsa::iam
