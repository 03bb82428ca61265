// Refusals that several operations share, in AWS's words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/store.h"
#include "wire/operation.h"

namespace openirsa::iam {

wire::Error no_such_role(std::string_view name);
wire::Error no_such_user(std::string_view name);
wire::Error no_such_role_policy(std::string_view policy_name);
wire::Error no_such_policy(std::string_view arn);
wire::Error no_such_version(std::string_view arn, std::string_view version_id);
wire::Error not_attachable(std::string_view arn);  // of a policy that does not exist
wire::Error no_such_provider(std::string_view arn);
wire::Error malformed_policy(std::string message);
wire::Error quota_exceeded(std::string_view quota, std::int64_t limit);
// What belongs to another account is refused as if no policy of it allowed us, whatever our own policies say.
wire::Error not_authorized(const wire::Call& call, std::string_view resource);
wire::Error of_store(const store::Error& error);
wire::Error unreadable_record();

}  // namespace openirsa::iam
