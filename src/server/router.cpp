#include "server/router.h"

#include "base/text.h"
#include "wire/dispatch.h"

namespace openirsa::server {
namespace {

bool reads(const http::Request& request) { return request.method == "GET" || request.method == "HEAD"; }

http::Response text(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

}  // namespace

std::optional<http::Response> Health::answer(const http::Request& request) const {
  if (!reads(request)) return std::nullopt;
  if (request.path == "/healthz") return text(200, "ok\n");
  if (request.path == "/readyz")
    return state_ == State::ready ? text(200, "ready\n") : text(503, "not ready\n");
  return std::nullopt;
}

http::Outcome Gate::handle(const http::Request& request) {
  if (health_.is_starting()) return wire::engine_error(503, "the server is starting");
  return behind_.handle(request);
}

http::Outcome ApiRouter::handle(const http::Request& request) {
  if (auto health = rooms_.health.answer(request)) return std::move(*health);
  if (rooms_.issuer != nullptr &&
      (request.path.starts_with("/id/") || equal_ignoring_case(request.host(), rooms_.issuer_host))) {
    return rooms_.issuer->handle(request);
  }
  if (request.path.starts_with("/k8s/")) return rooms_.cluster_endpoint.handle(request);
  return rooms_.apis.handle(request);
}

http::Outcome IssuerRouter::handle(const http::Request& request) {
  if (auto health = health_.answer(request)) return std::move(*health);
  return issuer_.handle(request);
}

http::Outcome MetricsRouter::handle(const http::Request& request) {
  if (auto health = health_.answer(request)) return std::move(*health);
  if (!reads(request) || request.path != "/metrics")
    return text(404, "only /metrics, /healthz and /readyz are here\n");
  return http::Response{.status = 200,
                        .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                        .body = text_()};
}

}  // namespace openirsa::server
