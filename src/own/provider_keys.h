// The keys that an account trusts an OpenID Connect provider with when they are not fetched from the issuer:
// uploaded, or pulled through a cluster's API server; and the private authority for fetching them. A provider
// has one source of keys at a time. All of it counts for that account's provider alone (doc/decisions/0015).
#pragma once

#include "wire/operation.h"

namespace openirsa::own {

std::string provider_of_label(const wire::Call& call);  // the route's {providerArn}

Result<wire::Answer, wire::Error> delete_provider_keys(wire::Call& call);
Result<wire::Answer, wire::Error> get_provider_keys(wire::Call& call);
// A key set, or an authority, as text in the request.
Result<wire::Answer, wire::Error> put_provider_keys(wire::Call& call);
// A key set from /openid/v1/jwks of an API server, which answers to a service-account token.
Result<wire::Answer, wire::Error> fetch_provider_keys(wire::Call& call);

}  // namespace openirsa::own
