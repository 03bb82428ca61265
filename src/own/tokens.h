// CreateServiceAccountToken: a token as the cluster's API server would issue it, signed with the server's own
// key for the cluster. For clusters without an API server of their own, and for trying things out.
#pragma once

#include "wire/operation.h"

namespace openirsa::own {

// In the caller's account and the request's region.
std::string cluster_arn(const wire::Call& call, std::string_view name);
std::string cluster_of_label(const wire::Call& call);  // the ARN of the route's {name}
Result<wire::Answer, wire::Error> create_service_account_token(wire::Call& call);

}  // namespace openirsa::own
