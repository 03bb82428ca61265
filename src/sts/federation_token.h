// GetFederationToken: a session of somebody whom the caller knows, with what both the caller's policies and
// the policies passed allow.
#pragma once

#include "wire/operation.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> get_federation_token(wire::Call& call);

// arn:…:sts::<account>:federated-user/<Name>
std::string federated_user_of_request(const wire::Call& call);
void add_federation_keys(const wire::Call& call, policy::Context& context);

}  // namespace openirsa::sts
