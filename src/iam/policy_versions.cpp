#include <algorithm>

#include "base/text.h"
#include "iam/input.h"
#include "iam/managed_view.h"
#include "iam/page.h"
#include "iam/policy_edit.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::ManagedPolicy;
using record::PolicyVersion;
using wire::Call;
using wire::Code;
using wire::Error;

// The versions of any managed policy, oldest first.
struct Versions {
  std::vector<PolicyVersion> list;
  std::string default_version;
};
std::optional<Versions> versions_of(const Call& call, const PolicyArn& arn) {
  if (const AwsManagedPolicy* managed = find_aws_managed(call, arn.text)) {
    PolicyVersion version = version_of(*managed);
    std::string id = version.id;
    return Versions{{std::move(version)}, std::move(id)};
  }
  const ManagedPolicy* policy = find_policy(call, arn);
  if (policy == nullptr) return std::nullopt;
  return Versions{policy->versions, policy->default_version};
}

std::int64_t number_of(std::string_view version_id) {
  return parse_integer(version_id.substr(1)).value_or(0);
}

}  // namespace

HandlerAnswer create_policy_version(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  const auto document = input.required("PolicyDocument", rule::document);
  const bool as_default = input.flag("SetAsDefault");
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = changeable_policy_arn(call, text);
  if (!arn) return arn.error();
  if (find_policy(call, *arn) == nullptr) return no_such_policy(text);
  const auto parsed = managed_document(call, document);
  if (!parsed) return parsed.error();
  return edit_policy(call, text, [&](ManagedPolicy& policy) -> HandlerAnswer {
    const std::int64_t limit = call.house.quotas.versions_per_policy;
    if (static_cast<std::int64_t>(policy.versions.size()) >= limit) {
      return Error{Code::limit_exceeded, "A managed policy can have up to " + std::to_string(limit) +
                                             " versions. Before you create a new version, you must delete an "
                                             "existing version."};
    }
    const std::string id = "v" + std::to_string(policy.next_version++);
    policy.versions.push_back({.id = id, .document = *parsed, .created = call.now});
    policy.updated = call.now;
    if (as_default) policy.default_version = id;
    wire::Xml xml;
    write_version(xml, "PolicyVersion", policy.versions.back(), as_default, false);
    return wire::xml_answer(xml.take());
  });
}

HandlerAnswer get_policy_version(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  const auto version_id = input.required("VersionId", rule::version_id);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = own_policy_arn(call, text);
  if (!arn) return arn.error();
  const auto versions = versions_of(call, *arn);
  if (!versions) return no_such_policy(text);
  const auto found = std::ranges::find(versions->list, version_id, &PolicyVersion::id);
  if (found == versions->list.end()) return no_such_version(text, version_id);
  wire::Xml xml;
  write_version(xml, "PolicyVersion", *found, found->id == versions->default_version, true);
  return wire::xml_answer(xml.take());
}

// Newest first, as AWS lists them.
HandlerAnswer list_policy_versions(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto arn = own_policy_arn(call, text);
  if (!arn) return arn.error();
  auto versions = versions_of(call, *arn);
  if (!versions) return no_such_policy(text);
  std::ranges::reverse(versions->list);
  wire::Xml xml;
  xml.open("Versions");
  for (const PolicyVersion& version : versions->list) {
    const bool given_before = !page.after().empty() && number_of(version.id) >= number_of(page.after());
    if (given_before) continue;
    if (!page.take(version.id)) break;
    write_version(xml, "member", version, version.id == versions->default_version, false);
  }
  xml.close("Versions");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer set_default_policy_version(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  const auto version_id = input.required("VersionId", rule::version_id);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_policy(call, text, [&](ManagedPolicy& policy) -> HandlerAnswer {
    const auto found = std::ranges::find(policy.versions, version_id, &PolicyVersion::id);
    if (found == policy.versions.end()) return no_such_version(text, version_id);
    policy.default_version = found->id;
    return wire::nothing();
  });
}

HandlerAnswer delete_policy_version(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  const auto version_id = input.required("VersionId", rule::version_id);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_policy(call, text, [&](ManagedPolicy& policy) -> HandlerAnswer {
    const auto found = std::ranges::find(policy.versions, version_id, &PolicyVersion::id);
    if (found == policy.versions.end()) return no_such_version(text, version_id);
    if (found->id == policy.default_version) {
      return Error{Code::delete_conflict, "Cannot delete the default version of a policy."};
    }
    policy.versions.erase(found);
    return wire::nothing();
  });
}

}  // namespace openirsa::iam
