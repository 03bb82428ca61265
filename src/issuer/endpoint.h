// What stands under an issuer URL: GET and HEAD of /id/<ID>, /id/<ID>/.well-known/openid-configuration and
// /id/<ID>/keys. Public, cacheable, never a redirect, one spelling for each address. HEAD gets what GET gets;
// the engine leaves the body out.
#pragma once

#include "http/message.h"
#include "record/cluster.h"
#include "store/mirror.h"

namespace openirsa::issuer {

// OpenID Connect Discovery 1.0 §3, with the members that EKS serves.
std::string discovery_document(const record::Issuer& issuer);

class Endpoint final : public http::Handler {
 public:
  explicit Endpoint(const store::Mirror& mirror) : mirror_(mirror) {}
  http::Outcome handle(const http::Request& request) override;

 private:
  const store::Mirror& mirror_;
};

}  // namespace openirsa::issuer
