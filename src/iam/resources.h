// What each operation is authorised for, as AWS's service authorisation reference lists it, and the context
// keys that IAM's own operations add.
#pragma once

#include <string>

#include "policy/facts.h"
#include "wire/operation.h"

namespace openirsa::iam::resource {

std::string anything(const wire::Call& call);  // "*"
std::string provider(const wire::Call& call);
std::string new_provider(const wire::Call& call);
std::string providers(const wire::Call& call);
std::string role(const wire::Call& call);  // with its path, as it is in the call's snapshot
std::string new_role(const wire::Call& call);
std::string roles(const wire::Call& call);
std::string policy(const wire::Call& call);
std::string policy_source(const wire::Call& call);  // the user or role whose policies are simulated
std::string new_policy(const wire::Call& call);
std::string user(const wire::Call& call);
std::string users(const wire::Call& call);
std::string new_user(const wire::Call& call);
std::string user_of_key(const wire::Call& call);  // whose access key the call names
std::string group(const wire::Call& call);
std::string new_group(const wire::Call& call);
std::string groups(const wire::Call& call);

}  // namespace openirsa::iam::resource

namespace openirsa::iam::keys {

void of_request(const wire::Call& call, policy::Context& context);  // tags that the request gives or names
void of_provider(const wire::Call& call, policy::Context& context);
void of_role(const wire::Call& call, policy::Context& context);
void of_policy(const wire::Call& call, policy::Context& context);
void of_user(const wire::Call& call, policy::Context& context);
// As above, with iam:PermissionsBoundary of the role or user as it is.
void of_bounded_role(const wire::Call& call, policy::Context& context);
void of_bounded_user(const wire::Call& call, policy::Context& context);
// With iam:PermissionsBoundary as the request wants it.
void of_bounded_request(const wire::Call& call, policy::Context& context);
void of_role_to_bound(const wire::Call& call, policy::Context& context);
void of_user_to_bound(const wire::Call& call, policy::Context& context);
// With iam:PolicyARN.
void of_role_attachment(const wire::Call& call, policy::Context& context);
void of_user_attachment(const wire::Call& call, policy::Context& context);
void of_group_attachment(const wire::Call& call, policy::Context& context);

}  // namespace openirsa::iam::keys
