#include "iam/input.h"
#include "iam/managed_view.h"
#include "iam/page.h"
#include "iam/policy_edit.h"
#include "iam/tags.h"
#include "record/identifier.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::ManagedPolicy;
using wire::Call;
using wire::Code;
using wire::Error;

enum class Detail { full, created, listed };

void write_policy(wire::Xml& xml, std::string_view name, const ManagedView& view, Detail detail) {
  static const record::Tags none;
  const record::Tags& tags = view.tags == nullptr ? none : *view.tags;
  xml.open(name);
  write_managed(xml, view, detail == Detail::full);
  if (detail == Detail::full || (detail == Detail::created && !tags.empty())) write_tags(xml, tags);
  xml.close(name);
}

Result<ManagedPolicy, Error> requested_policy(const Call& call) {
  Input input(call);
  const auto name = input.required("PolicyName", rule::policy_name);
  const auto path = input.optional("Path", rule::policy_path);
  const auto document = input.required("PolicyDocument", rule::document);
  const auto description = input.optional("Description", rule::policy_description);
  const auto given_tags = input.tags("Tags");
  if (auto fault = input.fault()) return *std::move(fault);
  auto tags = new_tags(given_tags);
  if (!tags) return std::move(tags).error();
  auto policy = managed_document(call, document);
  if (!policy) return std::move(policy).error();
  return ManagedPolicy{.account = call.account(),
                       .name = std::string(name),
                       .path = std::string(path.value_or("/")),
                       .id = record::make_unique_id("ANPA"),
                       .description = std::string(description.value_or("")),
                       .created = call.now,
                       .updated = call.now,
                       .versions = {{.id = "v1", .document = *std::move(policy), .created = call.now}},
                       .default_version = "v1",
                       .tags = *std::move(tags)};
}

}  // namespace

Result<policy::Policy, Error> managed_document(const Call& call, std::string_view document) {
  auto policy = policy::Policy::parse(document, policy::Kind::managed);
  if (!policy) return malformed_policy(std::move(policy).error().message);
  const std::int64_t limit = call.house.quotas.managed_policy_characters;
  if (static_cast<std::int64_t>(policy->size_without_whitespace()) > limit)
    return quota_exceeded("PolicySize", limit);
  return *std::move(policy);
}

HandlerAnswer create_policy(Call& call) {
  const auto policy = requested_policy(call);
  if (!policy) return policy.error();
  const std::string key = record::managed_policy_key(call.account(), policy->name);
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto existing = transaction.read<ManagedPolicy>(key);
    if (!existing) return existing.error();
    if (*existing) {
      return Error{Code::entity_already_exists,
                   "A policy called " + policy->name + " already exists. Duplicate names are not allowed."};
    }
    const std::int64_t limit = call.house.quotas.managed_policies_per_account;
    const auto prefix = record::kind_prefix(call.account(), "-", ManagedPolicy::kind);
    if (static_cast<std::int64_t>(call.house.mirror.snapshot()->count(prefix)) >= limit) {
      return quota_exceeded("PoliciesPerAccount", limit);
    }
    transaction.write(key, *policy);
    wire::Xml xml;
    write_policy(xml, "Policy", managed_view(call, *policy), Detail::created);
    return wire::xml_answer(xml.take());
  });
}

HandlerAnswer get_policy(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = own_policy_arn(call, text);
  if (!arn) return arn.error();
  wire::Xml xml;
  if (const AwsManagedPolicy* managed = find_aws_managed(call, text)) {
    const auto use = use_of_aws_policies(call)[std::string(text)];
    write_policy(xml, "Policy", managed_view(call, *managed, use), Detail::full);
    return wire::xml_answer(xml.take());
  }
  const ManagedPolicy* policy = find_policy(call, *arn);
  if (policy == nullptr) return no_such_policy(text);
  write_policy(xml, "Policy", managed_view(call, *policy), Detail::full);
  return wire::xml_answer(xml.take());
}

namespace {

struct Wanted {
  bool aws = true;
  bool local = true;
  bool only_attached = false;
  bool as_boundary = false;  // only those that are somebody's permissions boundary
  std::string_view path_prefix = "/";

  bool matches(const ManagedView& view) const {
    if (!view.path.starts_with(path_prefix)) return false;
    if (as_boundary) return view.use.boundaries > 0;
    return !only_attached || view.use.attachments > 0;
  }
};

// AWS's own first, then the account's: the place of a policy in the list is "0" or "1" and its name.
void list_aws_policies(const Call& call, const Wanted& wanted, Page& page, wire::Xml& xml) {
  auto uses = use_of_aws_policies(call);
  for (const AwsManagedPolicy& policy : managed_policies(call.house).policies()) {
    const ManagedView view = managed_view(call, policy, uses[managed_policies(call.house).arn(policy)]);
    const std::string place = "0" + view.path + view.name;
    if (place <= page.after() || !wanted.matches(view)) continue;
    if (!page.take(place)) return;
    write_policy(xml, "member", view, Detail::listed);
  }
}

void list_local_policies(const Call& call, const Wanted& wanted, Page& page, wire::Xml& xml) {
  const auto prefix = record::kind_prefix(call.account(), "-", ManagedPolicy::kind);
  const bool amid = page.after().starts_with('1');
  const auto after =
      amid ? record::managed_policy_key(call.account(), page.after().substr(1)) : std::string();
  record::scan<ManagedPolicy>(*call.snapshot, prefix, after, [&](const ManagedPolicy& policy) {
    const ManagedView view = managed_view(call, policy);
    if (!wanted.matches(view)) return true;
    if (!page.take("1" + policy.name)) return false;
    write_policy(xml, "member", view, Detail::listed);
    return true;
  });
}

}  // namespace

HandlerAnswer list_policies(Call& call) {
  Input input(call);
  const auto scope = input.choice("Scope", {"All", "AWS", "Local"}).value_or("All");
  const auto usage = input.choice("PolicyUsageFilter", {"PermissionsPolicy", "PermissionsBoundary"});
  const Wanted wanted{.aws = scope != "Local",
                      .local = scope != "AWS",
                      .only_attached = input.flag("OnlyAttached"),
                      .as_boundary = usage == "PermissionsBoundary",
                      .path_prefix = input.optional("PathPrefix", rule::policy_path).value_or("/")};
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  wire::Xml xml;
  xml.open("Policies");
  if (wanted.aws) list_aws_policies(call, wanted, page, xml);
  if (wanted.local && !page.full()) list_local_policies(call, wanted, page, xml);
  xml.close("Policies");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer delete_policy(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto arn = changeable_policy_arn(call, text);
  if (!arn) return arn.error();
  return transact(call, [&](Transaction& transaction) -> HandlerAnswer {
    const auto policy = read_policy(call, transaction, *arn);
    if (!policy) return policy.error();
    if (!*policy) return no_such_policy(text);
    if ((*policy)->attachments > 0 || (*policy)->boundary_uses > 0) {
      return Error{Code::delete_conflict, "Cannot delete a policy attached to entities."};
    }
    if ((*policy)->versions.size() > 1) {
      return Error{
          Code::delete_conflict,
          "This policy has more than one version. Before you delete a policy, you must delete the policy's "
          "versions. The default version is deleted with the policy."};
    }
    transaction.remove(key_of(call, *arn));
    return wire::nothing();
  });
}

HandlerAnswer tag_policy(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  const auto tags = input.required_tags("Tags");
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = refuse_tags(tags)) return *std::move(refused);
  return edit_policy(call, text, [&](ManagedPolicy& policy) -> HandlerAnswer {
    const auto merged = merge_tags(policy.tags, tags, call.house.quotas.tags_per_entity);
    if (!merged) return merged.error();
    return wire::nothing();
  });
}

HandlerAnswer untag_policy(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  const auto keys = input.required_list("TagKeys", rule::tag_key, 50);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_policy(call, text, [&](ManagedPolicy& policy) -> HandlerAnswer {
    remove_tags(policy.tags, keys);
    return wire::nothing();
  });
}

HandlerAnswer list_policy_tags(Call& call) {
  Input input(call);
  const auto text = input.required("PolicyArn", rule::arn);
  Page page(call, input, tag_marker);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto arn = own_policy_arn(call, text);
  if (!arn) return arn.error();
  if (find_aws_managed(call, text) != nullptr) return tags_page({}, page);
  const ManagedPolicy* policy = find_policy(call, *arn);
  if (policy == nullptr) return no_such_policy(text);
  return tags_page(policy->tags, page);
}

}  // namespace openirsa::iam
