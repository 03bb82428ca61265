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

}  // namespace openirsa::iam::resource

namespace openirsa::iam::keys {

void of_request(const wire::Call& call, policy::Context& context);  // tags that the request gives or names
void of_provider(const wire::Call& call, policy::Context& context);
void of_role(const wire::Call& call, policy::Context& context);
void of_policy(const wire::Call& call, policy::Context& context);
void of_attachment(const wire::Call& call, policy::Context& context);  // iam:PolicyARN

}  // namespace openirsa::iam::keys
