#include "server/listeners.h"

#include <algorithm>

#include "base/text.h"
#include "server/authorities.h"
#include "wire/dispatch.h"

namespace openirsa::server {
namespace {

std::string host_of(std::string_view address) {
  std::string_view host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

bool is_loopback(std::string_view address) {
  const std::string host = host_of(address);
  return address.starts_with("unix:") || host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_literal_address(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

void add_name(crypto::SubjectNames& names, const std::string& host) {
  auto& list = is_literal_address(host) ? names.addresses : names.dns;
  if (!host.empty() && std::ranges::find(list, host) == list.end()) list.push_back(host);
}

// An address we listen on as one that can be connected to.
std::string reachable(const std::string& address) {
  if (address.starts_with("0.0.0.0:")) return "127.0.0.1" + address.substr(7);
  if (address.starts_with("[::]:")) return "[::1]" + address.substr(4);
  return address;
}

}  // namespace

http::Server::Settings http_settings_of(const Settings& settings) {
  http::Server::Settings out;
  out.limits.header_bytes = static_cast<std::size_t>(settings.number("limits.header_bytes"));
  out.limits.body_bytes = static_cast<std::size_t>(settings.number("limits.body_bytes"));
  out.limits.header_timeout = std::chrono::seconds{settings.number("limits.header_seconds")};
  out.limits.connections = static_cast<std::size_t>(settings.number("limits.connections"));
  out.limits.connections_per_address =
      static_cast<std::size_t>(settings.number("limits.connections_per_address"));
  out.io_threads = static_cast<std::size_t>(settings.number("threads.io"));
  out.workers = static_cast<std::size_t>(settings.number("threads.workers"));
  out.error_body = wire::engine_error;
  return out;
}

wire::Quotas quotas_of(const Settings& settings) {
  wire::Quotas quotas;
  quotas.attached_policies_per_role = settings.number("quota.attached_policies_per_role");
  quotas.client_ids_per_provider = settings.number("quota.client_ids_per_provider");
  quotas.clusters_per_region = settings.number("quota.clusters_per_region");
  quotas.managed_policies_per_account = settings.number("quota.managed_policies_per_account");
  quotas.providers_per_account = settings.number("quota.providers_per_account");
  quotas.roles_per_account = settings.number("quota.roles_per_account");
  quotas.trust_policy_characters = settings.number("quota.trust_policy_characters");
  return quotas;
}

Result<std::vector<http::Listener>, DirectoryError> listeners_of(
    const Settings& settings, const DataDirectory& directory, const Handlers& handlers,
    std::shared_ptr<const http::TlsContext> tls) {
  const std::vector<std::string> proxies = settings.list("trusted_proxies");
  std::vector<http::Listener> listeners;
  const auto add = [&](std::string_view name, bool with_tls,
                       http::Handler* handler) -> Result<Done, DirectoryError> {
    const std::string& address = settings.text("listen." + std::string(name));
    if (address.empty()) return Done{};
    if (!with_tls && !is_loopback(address) && (name == "metrics" || proxies.empty())) {
      return DirectoryError{"listen." + std::string(name) + " = " + address +
                            " would serve plain HTTP to other hosts; use loopback or a unix socket" +
                            (name == "metrics" ? "" : ", turn TLS on, or name trusted_proxies")};
    }
    listeners.push_back({.name = std::string(name),
                         .address = address,
                         .tls = with_tls ? tls : nullptr,
                         .handler = handler,
                         .admin = false,
                         .trusted_proxies = proxies});
    return Done{};
  };
  if (auto done = add("api", settings.flag("tls.api"), handlers.api); !done) return std::move(done).error();
  if (auto done = add("issuer", settings.flag("tls.issuer"), handlers.issuer); !done)
    return std::move(done).error();
  if (auto done = add("metrics", false, handlers.metrics); !done) return std::move(done).error();

  const std::string& admin = settings.text("listen.admin");
  if (!admin.empty() && !admin.starts_with("unix:")) {
    return DirectoryError{
        "listen.admin must be a unix socket (unix:/PATH): its caller is known by the socket alone"};
  }
  listeners.push_back({.name = "admin",
                       .address = admin.empty() ? "unix:" + directory.file("admin.sock").string() : admin,
                       .tls = nullptr,
                       .handler = handlers.admin,
                       .admin = true,
                       .trusted_proxies = {}});
  return listeners;
}

crypto::SubjectNames product_names(const Settings& settings) {
  crypto::SubjectNames names{.dns = {settings.text("issuer.host"), "localhost"},
                             .addresses = {"127.0.0.1", "::1"}};
  const std::string& api = settings.text("listen.api");
  if (!api.starts_with("unix:")) {
    const std::string host = host_of(api);
    if (host != "0.0.0.0" && host != "::") add_name(names, host);
  }
  const std::string& endpoint = settings.text("endpoint");
  if (!endpoint.empty()) {
    const std::string_view rest = std::string_view(endpoint).substr(std::string_view("https://").size());
    const std::string authority(rest.substr(0, rest.find('/')));
    add_name(names, authority.rfind(':') == std::string::npos ? authority : host_of(authority));
  }
  for (const std::string& name : settings.list("certificate.names")) add_name(names, name);
  return names;
}

std::optional<std::string> proxy_address(std::string_view url) {
  if (url.starts_with("http://")) url.remove_prefix(7);
  if (url.find("://") != std::string_view::npos) return std::nullopt;
  url = url.substr(0, url.find('/'));
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  const std::size_t colon = url.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !is_digits(url.substr(colon + 1))) return std::nullopt;
  return std::string(url);
}

http::ProxySettings proxy_settings_of(const Settings& settings, const std::string& environment_proxy,
                                      const std::string& api_address, const std::string& issuer_address,
                                      std::function<bool()> has_verbatim) {
  http::ProxySettings out;
  out.address = settings.text("listen.proxy");
  const std::string& configured = settings.text("proxy.upstream");
  out.upstream = proxy_address(configured.empty() ? environment_proxy : configured);
  out.decide = [issuer_host = settings.text("issuer.host"), api = reachable(api_address),
                issuer = reachable(issuer_address),
                has_verbatim = std::move(has_verbatim)](std::string_view host, int port) {
    using Kind = http::ProxyVerdict::Kind;
    if (host == issuer_host) {
      if (port == 443) return http::ProxyVerdict{Kind::to, issuer, {}};
      return http::ProxyVerdict{
          Kind::refuse, {}, "issuer URLs have no port: " + issuer_host + " answers on 443 only"};
    }
    if (is_aws_name(host)) {
      if (!is_served_aws_name(host) || port != 443) {
        return http::ProxyVerdict{Kind::refuse,
                                  {},
                                  std::string(host) +
                                      " is a name of AWS that this server does not answer for; a signed "
                                      "request must not leak there"};
      }
      if (!has_verbatim()) {
        return http::ProxyVerdict{
            Kind::refuse,
            {},
            std::string(host) + " is answered in verbatim mode only: openirsa env --verbatim"};
      }
      return http::ProxyVerdict{Kind::to, api, {}};
    }
    return http::ProxyVerdict{Kind::pass, {}, {}};
  };
  return out;
}

}  // namespace openirsa::server
