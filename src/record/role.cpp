#include "record/role.h"

#include "base/text.h"
#include "record/form.h"

namespace openirsa::record {

std::string Role::arn(std::string_view partition) const {
  return concatenate({"arn:", partition, ":iam::", account, ":role", path, name});
}

bool Role::has_arn(std::string_view partition, std::string_view text) const {
  return is_concatenation(text, {"arn:", partition, ":iam::", account, ":role", path, name});
}

Result<Role, RecordError> Role::parse(std::string_view key, std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  // Nearly every role has a trust policy of its own, and most are not assumed today: compiling them all would
  // be half of a cold start.
  auto trust = in.stored_policy("trust", policy::Kind::trust);
  if (!trust) return in.error();
  Role role{.account = in.text("account"),
            .name = in.text("name"),
            .path = in.text("path"),
            .id = in.text("id"),
            .description = in.text("description"),
            .created = in.time("created"),
            .trust = std::move(*trust),
            .max_session_seconds = in.integer("max_session_seconds"),
            .permissions = in.permissions("permissions"),
            .boundary = in.text_or_empty("boundary"),
            .tags = in.tags("tags")};
  return in.finish(role, key, role_key(role.account, role.name));
}

std::string Role::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("name", name);
  out.text("path", path);
  out.text("id", id);
  out.text("description", description);
  out.time("created", created);
  out.text("trust", trust.text());
  out.integer("max_session_seconds", max_session_seconds);
  out.value("permissions", to_json(permissions));
  if (!boundary.empty()) out.text("boundary", boundary);
  out.tags("tags", tags);
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
