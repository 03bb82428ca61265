#include "sts/sealed_policies.h"

#include "policy/arn.h"
#include "record/key.h"
#include "record/policies.h"

namespace openirsa::sts {

std::vector<SealedPolicy> seal_policies(const std::vector<std::string_view>& arns, std::string_view account,
                                        const store::Snapshot& snapshot, std::string_view partition) {
  std::vector<SealedPolicy> sealed;
  for (const std::string_view arn : arns) {
    const auto parsed = policy::parse_arn(arn);
    if (parsed->account == "aws") {
      sealed.push_back({std::string(arn), {}});
      continue;
    }
    const auto* policy = record::find<record::ManagedPolicy>(
        snapshot, record::managed_policy_key(account, arn.substr(arn.rfind('/') + 1)));
    // The key ignores case and path, an ARN does not.
    const bool exists = policy != nullptr && policy->arn(partition) == arn;
    sealed.push_back({std::string(arn), exists ? policy->id : std::string(no_policy)});
  }
  return sealed;
}

}  // namespace openirsa::sts
