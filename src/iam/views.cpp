#include "iam/views.h"

#include "iam/tags.h"

namespace openirsa::iam {

void write_boundary(wire::Xml& xml, std::string_view arn) {
  if (arn.empty()) return;
  xml.open("PermissionsBoundary");
  // What AWS sends and documents ("can only have a value of Policy"); its model's enum says otherwise.
  xml.text("PermissionsBoundaryType", "Policy").text("PermissionsBoundaryArn", arn);
  xml.close("PermissionsBoundary");
}

void write_role(wire::Xml& xml, std::string_view name, const wire::Call& call, const record::Role& role,
                TrustView& trust, Detail detail) {
  xml.open(name);
  write_head(xml, call, "Role", role);
  // Percent-encoded, a space as %20: clients decode without turning `+` into a space.
  xml.text("AssumeRolePolicyDocument", percent_encode(trust.text(role.trust)));
  if (!role.description.empty()) xml.text("Description", role.description);
  xml.number("MaxSessionDuration", role.max_session_seconds);
  if (detail != Detail::listed) write_boundary(xml, role.boundary);
  if (detail != Detail::listed && !role.tags.empty()) write_tags(xml, role.tags);
  // When a role was last used is not kept: issuing a session writes nothing.
  if (detail == Detail::full) xml.open("RoleLastUsed").close("RoleLastUsed");
  xml.close(name);
}

void write_group(wire::Xml& xml, std::string_view name, const wire::Call& call, const record::Group& group) {
  xml.open(name);
  write_head(xml, call, "Group", group);
  xml.close(name);
}

void write_user(wire::Xml& xml, std::string_view name, const wire::Call& call, const record::User& user,
                Detail detail) {
  xml.open(name);
  write_head(xml, call, "User", user);
  if (detail != Detail::listed) write_boundary(xml, user.boundary);
  if (detail != Detail::listed && !user.tags.empty()) write_tags(xml, user.tags);
  xml.close(name);
}

}  // namespace openirsa::iam
