// EKS: clusters, tags, versions.
#pragma once

#include "http/message.h"
#include "store/mirror.h"
#include "wire/operation.h"

namespace openirsa::eks {

extern const wire::Service service;

// The path of a cluster's own endpoint on the API listener, for a cluster without an attached API server.
std::string endpoint_path(std::string_view issuer_id);  // "/k8s/<ID>"

// Answers every request under /k8s/<ID> with a Kubernetes Status 503 that says how to attach an API server,
// 404 for unknown ids.
class ClusterEndpoint final : public http::Handler {
 public:
  explicit ClusterEndpoint(const store::Mirror& mirror) : mirror_(mirror) {}
  http::Outcome handle(const http::Request& request) override;

 private:
  const store::Mirror& mirror_;
};

}  // namespace openirsa::eks
