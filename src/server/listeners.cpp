#include "server/listeners.h"

#include <algorithm>

#include "base/text.h"
#include "http/endpoint.h"
#include "server/authorities.h"
#include "wire/dispatch.h"

namespace openirsa::server {
namespace {

std::string host_of(std::string_view address) {
  std::string_view host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

bool is_loopback_ip(const http::IpAddress& ip) {
  return ip.is_v4() ? ip.bytes[12] == 127 : ip == http::IpAddress::parse("::1");
}

bool is_loopback(std::string_view address) {
  const auto endpoint = http::Endpoint::parse(address);
  if (!endpoint) return false;
  const auto ip = endpoint->ip();
  return !ip || is_loopback_ip(*ip);
}

bool is_literal_address(std::string_view host) { return http::IpAddress::parse(host).has_value(); }

void add_name(crypto::SubjectNames& names, const std::string& host) {
  auto& list = is_literal_address(host) ? names.addresses : names.dns;
  if (!host.empty() && std::ranges::find(list, host) == list.end()) list.push_back(host);
}

// A shell that was pointed at this server gives its own proxy to the next start.
bool is_own_proxy(const Settings& settings, std::string_view upstream) {
  if (const std::size_t at = upstream.rfind('@'); at != std::string_view::npos)
    upstream.remove_prefix(at + 1);
  const auto there = http::HostPort::parse(upstream);
  const auto own = http::HostPort::parse(settings.text("listen.proxy"));
  if (!there || !own || there->port != own->port) return false;
  const auto ip = http::IpAddress::parse(there->host);
  return there->host == own->host || there->host == "localhost" || (ip && is_loopback_ip(*ip));
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
  quotas.access_keys_per_user = settings.number("quota.access_keys_per_user");
  quotas.attached_policies_per_group = settings.number("quota.attached_policies_per_group");
  quotas.attached_policies_per_user = settings.number("quota.attached_policies_per_user");
  quotas.groups_per_account = settings.number("quota.groups_per_account");
  quotas.groups_per_user = settings.number("quota.groups_per_user");
  quotas.users_per_account = settings.number("quota.users_per_account");
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
  const std::string socket = admin.empty() ? "unix:" + directory.file("admin.sock").string() : admin;
  if (!http::Endpoint::parse(socket)) {
    return DirectoryError{socket +
                          " is too long for a unix socket; set listen.admin to a shorter unix:/PATH"};
  }
  listeners.push_back({.name = "admin",
                       .address = socket,
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
  std::string_view endpoint = settings.text("endpoint");
  if (!endpoint.empty()) {
    endpoint.remove_prefix(std::string_view("https://").size());
    const auto with_port = http::HostPort::parse(endpoint);
    if (endpoint.starts_with('[')) endpoint = endpoint.substr(1, endpoint.find(']') - 1);
    add_name(names, with_port ? with_port->host : std::string(endpoint));
  }
  for (const std::string& name : settings.list("certificate.names")) add_name(names, name);
  return names;
}

std::optional<std::string> proxy_address(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (equal_ignoring_case(url.substr(0, scheme.size()), scheme)) url.remove_prefix(scheme.size());
  if (url.find("://") != std::string_view::npos) return std::nullopt;
  url = url.substr(0, url.find('/', url.rfind('@') == std::string_view::npos ? 0 : url.rfind('@')));
  const std::size_t at = url.rfind('@');
  if (!http::HostPort::parse(at == std::string_view::npos ? url : url.substr(at + 1))) return std::nullopt;
  return std::string(url);
}

std::string reachable(const std::string& address) {
  if (address.starts_with("0.0.0.0:")) return "127.0.0.1" + address.substr(7);
  if (address.starts_with("[::]:")) return "[::1]" + address.substr(4);
  return address;
}

namespace {

struct ProxyNames {
  std::string issuer_host;
  std::string api;
  std::string issuer;
  bool for_this_host_alone;
  std::function<bool()> has_verbatim;
};

http::ProxyVerdict refuse(std::string reason) {
  return {http::ProxyVerdict::Kind::refuse, {}, std::move(reason)};
}

http::ProxyVerdict decide(const ProxyNames& names, std::string_view asked, int port) {
  using Kind = http::ProxyVerdict::Kind;
  // DNS ignores case and a final dot (RFC 4343, RFC 1034 §3.1); what decides here must not differ from it.
  std::string host = to_lower(asked);
  while (host.ends_with('.')) host.pop_back();
  if (host == names.issuer_host) {
    if (port == 443) return {Kind::to, names.issuer, {}};
    return refuse("issuer URLs have no port: " + names.issuer_host + " answers on 443 only");
  }
  if (is_aws_name(host)) {
    if (!is_served_aws_name(host) || port != 443) {
      return refuse(
          host + (port == 443 ? "" : ":" + std::to_string(port)) +
          " is a name of AWS that this server does not answer for; a signed request must not leak there");
    }
    if (!names.has_verbatim())
      return refuse(host + " is answered in verbatim mode only: openirsa env --verbatim");
    return {Kind::to, names.api, {}};
  }
  if (!names.for_this_host_alone) {
    return refuse("this proxy serves other hosts too, so it answers for " + names.issuer_host +
                  " and the names of AWS that it serves, and passes nothing on");
  }
  return {Kind::pass, {}, {}};
}

}  // namespace

http::ProxySettings proxy_settings_of(const Settings& settings, const std::string& environment_proxy,
                                      const std::string& api_address, const std::string& issuer_address,
                                      std::function<bool()> has_verbatim) {
  http::ProxySettings out;
  out.address = settings.text("listen.proxy");
  const std::string& configured = settings.text("proxy.upstream");
  out.upstream = proxy_address(configured.empty() ? environment_proxy : configured);
  if (out.upstream && is_own_proxy(settings, *out.upstream)) out.upstream.reset();
  out.decide = [names = ProxyNames{.issuer_host = settings.text("issuer.host"),
                                   .api = reachable(api_address),
                                   .issuer = reachable(issuer_address),
                                   .for_this_host_alone = is_loopback(out.address),
                                   .has_verbatim = std::move(has_verbatim)}](
                   std::string_view host, int port) { return decide(names, host, port); };
  return out;
}

}  // namespace openirsa::server
