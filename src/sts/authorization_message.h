// DecodeAuthorizationMessage. AWS's encoded messages come with refusals of services that are not here; in
// their place the operation takes a request's id, where the caller may also openirsa:ExplainDecision.
// Whatever cannot be shown looks unknown.
#pragma once

#include "wire/operation.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> decode_authorization_message(wire::Call& call);
std::string anything(const wire::Call& call);  // "*"

}  // namespace openirsa::sts
