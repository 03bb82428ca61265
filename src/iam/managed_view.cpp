#include "iam/managed_view.h"

#include "base/text.h"
#include "base/time_text.h"

namespace openirsa::iam {
namespace {

// When AWS published the first of its policies; ours carry one date.
constexpr std::int64_t publication = 1'423'248'000;  // 2015-02-06T18:40:00Z
constexpr std::string_view only_version = "v1";

}  // namespace

ManagedView managed_view(const wire::Call& call, const record::ManagedPolicy& policy) {
  return {.name = policy.name,
          .id = policy.id,
          .arn = policy.arn(call.house.names.partition),
          .path = policy.path,
          .version = policy.default_version,
          .description = policy.description,
          .use = {.attachments = policy.attachments, .boundaries = policy.boundary_uses},
          .created = policy.created,
          .updated = policy.updated,
          .tags = &policy.tags};
}

ManagedView managed_view(const wire::Call& call, const AwsManagedPolicy& policy, const PolicyUse& use) {
  const Time published = time_of_seconds(publication);
  return {.name = std::string(policy.name()),
          .id = id_of(policy),
          .arn = managed_policies(call.house).arn(policy),
          .path = std::string(policy.path()),
          .version = std::string(only_version),
          .description = policy.description,
          .use = use,
          .created = published,
          .updated = published};
}

void write_managed(wire::Xml& xml, const ManagedView& view, bool with_description) {
  xml.text("PolicyName", view.name);
  xml.text("PolicyId", view.id);
  xml.text("Arn", view.arn);
  xml.text("Path", view.path);
  xml.text("DefaultVersionId", view.version);
  xml.number("AttachmentCount", view.use.attachments);
  xml.number("PermissionsBoundaryUsageCount", view.use.boundaries);
  xml.boolean("IsAttachable", true);
  if (with_description && !view.description.empty()) xml.text("Description", view.description);
  xml.text("CreateDate", to_iso8601(view.created));
  xml.text("UpdateDate", to_iso8601(view.updated));
}

record::PolicyVersion version_of(const AwsManagedPolicy& policy) {
  return {
      .id = std::string(only_version), .document = policy.document, .created = time_of_seconds(publication)};
}

void write_version(wire::Xml& xml, std::string_view name, const record::PolicyVersion& version,
                   bool is_default, bool with_document) {
  xml.open(name);
  if (with_document) xml.text("Document", percent_encode(version.document.text()));
  xml.text("VersionId", version.id);
  xml.boolean("IsDefaultVersion", is_default);
  xml.text("CreateDate", to_iso8601(version.created));
  xml.close(name);
}

}  // namespace openirsa::iam
