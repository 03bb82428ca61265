#include "iam/policy_use.h"

#include "iam/managed.h"
#include "iam/policy_edit.h"
#include "record/identity.h"
#include "record/role.h"

namespace openirsa::iam {

using wire::Call;
using wire::Code;
using wire::Error;

Result<bool, Error> count_use(const Call& call, Transaction& transaction, const PolicyArn& arn,
                              std::int64_t record::ManagedPolicy::* count, int change) {
  if (arn.aws_managed) return find_aws_managed(call, arn.text) != nullptr;
  if (!is_of_caller(call, arn.text)) return false;
  auto policy = read_policy(call, transaction, arn);
  if (!policy) return std::move(policy).error();
  if (!*policy) return false;
  (**policy).*count += change;
  transaction.write(key_of(call, arn), **policy);
  return true;
}

Result<Done, Error> change_boundary(const Call& call, Transaction& transaction, std::string_view from,
                                    std::string_view to) {
  if (from == to) return Done{};
  if (!to.empty()) {
    const auto parsed = parse_policy_arn(call, to);
    if (!parsed) return parsed.error();
    const auto exists = count_use(call, transaction, *parsed, &record::ManagedPolicy::boundary_uses, +1);
    if (!exists) return exists.error();
    if (!*exists) return no_such_boundary(to);
    if (const auto* managed = find_aws_managed(call, to); managed != nullptr && !is_attachable(*managed)) {
      return Error{Code::policy_not_attachable,
                   "A Service Role Policy cannot be the permissions boundary of a user or role."};
    }
  }
  if (!from.empty()) {
    const auto parsed = parse_policy_arn(call, from);
    if (!parsed) return parsed.error();
    const auto counted = count_use(call, transaction, *parsed, &record::ManagedPolicy::boundary_uses, -1);
    if (!counted) return counted.error();
  }
  return Done{};
}

std::unordered_map<std::string, PolicyUse> use_of_aws_policies(const Call& call) {
  std::unordered_map<std::string, PolicyUse> uses;
  const auto count = [&](const auto& entity) {
    for (const std::string& arn : entity.permissions.attached) {
      if (find_aws_managed(call, arn) != nullptr) ++uses[arn].attachments;
    }
    if constexpr (requires { entity.boundary; }) {
      if (!entity.boundary.empty() && find_aws_managed(call, entity.boundary) != nullptr) {
        ++uses[entity.boundary].boundaries;
      }
    }
    return true;
  };
  const auto prefix = [&](std::string_view kind) { return record::kind_prefix(call.account(), "-", kind); };
  record::scan<record::Role>(*call.snapshot, prefix(record::Role::kind), {}, count);
  record::scan<record::User>(*call.snapshot, prefix(record::User::kind), {}, count);
  record::scan<record::Group>(*call.snapshot, prefix(record::Group::kind), {}, count);
  return uses;
}

}  // namespace openirsa::iam
