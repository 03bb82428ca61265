#include "record/policies.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"
#include "record/form.h"

namespace openirsa::record {

json::object to_json(const Permissions& permissions) {
  json::object documents;
  for (const auto& [name, policy] : permissions.inline_policies) documents.emplace(name, policy.text());
  Writer out;
  out.value("inline_policies", std::move(documents));
  out.texts("attached", permissions.attached);
  return out.finish(permissions.unknown);
}

Result<Permissions, RecordError> permissions_from(const json::object& members) {
  Reader in(members, "");
  Permissions permissions{.attached = in.texts("attached")};
  if (const json::object* documents = in.members_of("inline_policies")) {
    Reader by_name(*documents, "inline_policies.");
    for (const auto& member : *documents) {
      const std::string_view name{member.key().data(), member.key().size()};
      auto policy = by_name.policy(name, policy::Kind::identity);
      if (!policy) return by_name.error();
      permissions.inline_policies.emplace(name, std::move(*policy));
    }
  }
  if (in.failed()) return in.error();
  permissions.unknown = in.unknown();
  return permissions;
}

std::string ManagedPolicy::arn(std::string_view partition) const {
  return "arn:" + std::string(partition) + ":iam::" + account + ":policy" + path + name;
}

bool ManagedPolicy::has_arn(std::string_view partition, std::string_view text) const {
  return is_concatenation(text, {"arn:", partition, ":iam::", account, ":policy", path, name});
}

const PolicyVersion& ManagedPolicy::current() const {
  const auto found = std::ranges::find(versions, default_version, &PolicyVersion::id);
  if (found == versions.end()) throw std::logic_error("a managed policy without its default version");
  return *found;
}

Result<ManagedPolicy, RecordError> ManagedPolicy::parse(std::string_view key, std::string_view text,
                                                        const Vault&) {
  const Document document(text);
  Reader in(document);
  ManagedPolicy policy{.account = in.text("account"),
                       .name = in.text("name"),
                       .path = in.text("path"),
                       .id = in.text("id"),
                       .description = in.text("description"),
                       .created = in.time("created"),
                       .updated = in.time("updated"),
                       .default_version = in.text("default_version"),
                       .next_version = in.integer("next_version"),
                       .attachments = in.integer("attachments"),
                       .boundary_uses = in.has("boundary_uses") ? in.integer("boundary_uses") : 0,
                       .tags = in.tags("tags")};
  in.each("versions", [&](Reader& item) {
    std::string id = item.text("id");
    auto compiled = item.policy("document", policy::Kind::managed);
    const Time created = item.time("created");
    if (item.failed()) return;
    policy.versions.push_back({std::move(id), std::move(*compiled), created, item.unknown()});
  });
  if (std::ranges::find(policy.versions, policy.default_version, &PolicyVersion::id) ==
      policy.versions.end()) {
    in.fail("default_version", "names a version that the record does not hold");
  }
  return in.finish(policy, key, managed_policy_key(policy.account, policy.name));
}

std::string ManagedPolicy::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("name", name);
  out.text("path", path);
  out.text("id", id);
  out.text("description", description);
  out.time("created", created);
  out.time("updated", updated);
  out.text("default_version", default_version);
  out.integer("next_version", next_version);
  out.integer("attachments", attachments);
  if (boundary_uses != 0) out.integer("boundary_uses", boundary_uses);
  out.tags("tags", tags);
  json::array list;
  for (const PolicyVersion& version : versions) {
    Writer item;
    item.text("id", version.id);
    item.text("document", version.document.text());
    item.time("created", version.created);
    list.emplace_back(item.finish(version.unknown));
  }
  out.value("versions", std::move(list));
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
