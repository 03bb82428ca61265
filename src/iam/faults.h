// Refusals that several operations share, in AWS's words.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "store/store.h"
#include "wire/operation.h"

namespace openirsa::iam {

wire::Error no_such_entity(std::string_view noun, std::string_view name);   // "role", "user", "group"
wire::Error already_exists(std::string_view title, std::string_view name);  // "Role", "User", "Group"
wire::Error no_such_inline_policy(std::string_view noun, std::string_view policy_name);
wire::Error inline_size_exceeded(std::string_view noun, std::string_view name, std::int64_t limit);
wire::Error no_such_access_key(std::string_view id);
wire::Error no_such_boundary(std::string_view arn);  // of a policy that does not exist
wire::Error no_such_policy(std::string_view arn);
wire::Error no_such_version(std::string_view arn, std::string_view version_id);
wire::Error not_attachable(std::string_view arn);  // of a policy that does not exist
wire::Error no_such_provider(std::string_view arn);
wire::Error malformed_policy(std::string message);
wire::Error quota_exceeded(std::string_view quota, std::int64_t limit);
// What belongs to another account is refused as if no policy of it allowed us, whatever our own policies say.
wire::Error not_authorized(const wire::Call& call, std::string_view resource);
wire::Error delete_conflict(std::string_view what);  // must be done first: "delete policies"
wire::Error invalid_input(std::initializer_list<std::string_view> text);
wire::Error of_store(const store::Error& error);
wire::Error unreadable_record();

}  // namespace openirsa::iam
