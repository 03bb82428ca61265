#include "base/json.h"
#include "eks/service.h"
#include "record/cluster.h"
#include "record/key.h"

namespace openirsa::eks {
namespace {

constexpr std::string_view prefix = "/k8s/";

// meta/v1 Status: what kubectl prints as "Error from server (<reason>): <message>". No Retry-After: client-go
// would try ten times before it shows the message.
http::Response status(int code, std::string_view reason, std::string_view message) {
  const json::object body{{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", json::object{}},
                          {"status", "Failure"}, {"message", message}, {"reason", reason},
                          {"code", code}};
  return {.status = code,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache, private"}},
          .body = json::serialize(body)};
}

// "/k8s/<ID>" and everything below; empty for another path.
std::string_view id_of(std::string_view path) {
  if (!path.starts_with(prefix)) return {};
  path.remove_prefix(prefix.size());
  return path.substr(0, path.find('/'));
}

}  // namespace

std::string endpoint_path(std::string_view issuer_id) { return std::string(prefix).append(issuer_id); }

http::Outcome ClusterEndpoint::handle(const http::Request& request) {
  const auto snapshot = mirror_.snapshot();
  const auto* issuer = record::find<record::Issuer>(*snapshot, record::issuer_key(id_of(request.path)));
  if (issuer == nullptr || issuer->deleted) {
    return status(404, "NotFound", "there is no cluster at this address");
  }
  return status(
      503, "ServiceUnavailable",
      "no API server is attached to cluster `" + issuer->cluster +
          "`: OpenIRSA keeps its registration and its issuer. Credentials work without one: `openirsa "
          "create token` issues service-account tokens of " +
          issuer->url + ", which AssumeRoleWithWebIdentity takes");
}

}  // namespace openirsa::eks
