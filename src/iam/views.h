// How entities look in answers: members in the order of the service model.
#pragma once

#include <string_view>

#include "base/text.h"
#include "base/time_text.h"
#include "iam/trust.h"
#include "record/identity.h"
#include "record/role.h"
#include "wire/xml.h"

namespace openirsa::iam {

enum class Detail {
  full,     // what Get… answers
  created,  // what Create… answers
  listed,   // List… leaves some members out
};

// `name` is the element: "Role", or "member" in lists.
void write_role(wire::Xml& xml, std::string_view name, const wire::Call& call, const record::Role& role,
                TrustView& trust, Detail detail);
void write_group(wire::Xml& xml, std::string_view name, const wire::Call& call, const record::Group& group);
void write_user(wire::Xml& xml, std::string_view name, const wire::Call& call, const record::User& user,
                Detail detail);

// What users, groups and roles all begin with; `noun`: "User".
template <class R>
void write_head(wire::Xml& xml, const wire::Call& call, std::string_view noun, const R& entity) {
  xml.text("Path", entity.path);
  xml.text(concatenate({noun, "Name"}), entity.name);
  xml.text(concatenate({noun, "Id"}), entity.id);
  xml.text("Arn", entity.arn(call.house.names.partition));
  xml.text("CreateDate", to_iso8601(entity.created));
}

// <PermissionsBoundary>; nothing where there is none.
void write_boundary(wire::Xml& xml, std::string_view arn);

}  // namespace openirsa::iam
