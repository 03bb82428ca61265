// How entities look in answers: members in the order of the service model.
#pragma once

#include <string_view>

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

// <PermissionsBoundary>; nothing where there is none.
void write_boundary(wire::Xml& xml, std::string_view arn);

}  // namespace openirsa::iam
