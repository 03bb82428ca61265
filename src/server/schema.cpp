#include "server/schema.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/endpoint.h"
#include "http/forwarded.h"
#include "server/outbound_settings.h"
#include "wire/region.h"

namespace openirsa::server {
namespace {

// A name in the form of RFC 1123 §2.1; no wildcard, no address.
bool is_dns_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  const auto labels = split(text, '.');
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !is_digits(labels.back()) && std::ranges::all_of(labels, [&](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [&](char c) { return alphanumeric(c) || c == '-' || c == '_'; });
  });
}

bool is_name_or_address(std::string_view text) {
  return is_dns_name(text) || http::IpAddress::parse(text).has_value();
}

std::vector<std::string> elements_of(std::string_view list) {
  std::vector<std::string> elements;
  for (const std::string_view element : split(list, ',')) {
    if (!trim(element).empty()) elements.emplace_back(trim(element));
  }
  return elements;
}

bool is_number_in(std::string_view text, std::int64_t low, std::int64_t high) {
  const auto value = parse_integer(text);
  return is_digits(text) && value && *value >= low && *value <= high;
}

bool any_text(std::string_view) { return true; }
bool on_off(std::string_view text) { return text == "on" || text == "off"; }
bool account_or_empty(std::string_view text) {
  return text.empty() || (text.size() == 12 && is_digits(text));
}
bool known_region(std::string_view text) { return wire::is_region(text); }
bool store_url(std::string_view text) {
  return text.empty() || text == "memory:" || text.starts_with("sqlite:/");
}
bool positive(std::string_view text) { return is_number_in(text, 1, 1'000'000'000); }
bool trace_bytes(std::string_view text) {
  return is_number_in(text, std::int64_t{1} << 20U, std::int64_t{1} << 50U);
}
bool trace_days(std::string_view text) { return is_number_in(text, 1, 3650); }
bool thread_count(std::string_view text) { return is_number_in(text, 1, 256); }
bool log_level(std::string_view text) {
  return text == "debug" || text == "info" || text == "warn" || text == "error";
}

// An issuer's host is never an address or localhost: Go clients do not proxy those (design: ports and names).
bool issuer_host(std::string_view text) {
  return is_dns_name(text) && text.find('.') != std::string_view::npos && text == to_lower(text) &&
         !text.ends_with(".localhost");
}

bool network_address(std::string_view text) {
  return !text.starts_with("unix:") && static_cast<bool>(http::Endpoint::parse(text));
}
bool unix_socket(std::string_view text) {
  return text.starts_with("unix:/") && static_cast<bool>(http::Endpoint::parse(text));
}
bool address(std::string_view text) { return network_address(text) || unix_socket(text); }
bool address_or_empty(std::string_view text) { return text.empty() || address(text); }
bool network_address_or_empty(std::string_view text) { return text.empty() || network_address(text); }
bool unix_socket_or_empty(std::string_view text) { return text.empty() || unix_socket(text); }

// Without a path: clients append their own to it.
bool https_or_empty(std::string_view text) {
  if (text.empty()) return true;
  constexpr std::string_view scheme = "https://";
  if (!text.starts_with(scheme)) return false;
  text.remove_prefix(scheme.size());
  const auto with_port = http::HostPort::parse(text);
  if (with_port) return is_name_or_address(with_port->host);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  return is_name_or_address(text);
}
bool upstream_or_empty(std::string_view text) {
  const auto parts = http::HostPort::parse(text);
  return text.empty() || (parts && is_name_or_address(parts->host));
}

bool certificate_names(std::string_view text) {
  return std::ranges::all_of(elements_of(text), is_name_or_address);
}
bool networks(std::string_view text) {
  return static_cast<bool>(http::AddressPolicy::parse(elements_of(text)));
}
bool ports(std::string_view text) { return static_cast<bool>(OutboundPorts::parse(elements_of(text))); }
bool proxies(std::string_view text) { return http::TrustedProxies::parse(elements_of(text)).has_value(); }

constexpr std::string_view address_form =
    "ADDRESS:PORT ([ADDRESS]:PORT for IPv6, port 0 for a free one) or unix:/PATH";
constexpr std::string_view network_form = "ADDRESS:PORT ([ADDRESS]:PORT for IPv6, port 0 for a free one)";
constexpr std::string_view count_form = "a whole number from 1";

constexpr std::array rows{
    SettingRow{"account_id", "", "account made at first start; random when empty", account_or_empty,
               "12 digits"},
    SettingRow{"certificate.names", "", "further names and addresses that clients use for listen.api",
               certificate_names, "DNS names (no wildcards) and addresses separated by commas"},
    SettingRow{"data_dir", "", "data directory", any_text, "a path"},
    SettingRow{"endpoint", "", "URL at which clients reach listen.api; derived when empty", https_or_empty,
               "https://HOST or https://HOST:PORT, without a path"},
    SettingRow{"issuer.host", "oidc.openirsa.internal", "host of the issuer URLs of new clusters",
               issuer_host, "a lower-case DNS name with a dot, never localhost or an address"},
    SettingRow{"limits.body_bytes", "1048576", "longest request body", positive, count_form},
    SettingRow{"limits.connections", "10000", "open connections of all listeners", positive, count_form},
    SettingRow{"limits.connections_per_address", "1000", "open connections of one client address", positive,
               count_form},
    SettingRow{"limits.header_bytes", "16384", "longest request header", positive, count_form},
    SettingRow{"limits.header_seconds", "10", "time for a request's header to arrive", positive, count_form},
    SettingRow{"listen.admin", "",
               "unix socket for the host's administrator; admin.sock in data_dir when empty",
               unix_socket_or_empty, "unix:/PATH"},
    SettingRow{"listen.api", "127.0.0.1:8443", "the AWS APIs", address, address_form},
    SettingRow{"listen.issuer", "", "issuer documents; the same as listen.api when empty", address_or_empty,
               address_form},
    SettingRow{"listen.metrics", "127.0.0.1:9464", "metrics and health, plain HTTP", address_or_empty,
               address_form},
    SettingRow{"listen.proxy", "127.0.0.1:8888", "the CONNECT proxy; beyond loopback for our own names only",
               network_address_or_empty, network_form},
    SettingRow{"log.level", "info", "least level that is logged", log_level, "debug, info, warn or error"},
    SettingRow{"managed_policies", "",
               "directory of further AWS-managed policies, each a document [PATH/]NAME.json", any_text,
               "a path"},
    SettingRow{"master_key.command", "", "command that prints the master key (64 hex digits)", any_text,
               "a command"},
    SettingRow{"master_key.file", "",
               "file with the master key (64 hex digits); master.key in data_dir when empty", any_text,
               "a path"},
    SettingRow{"outbound.allow_networks", "", "non-public addresses that the server itself may connect to",
               networks, "addresses and networks such as 10.0.0.0/8, separated by commas"},
    SettingRow{"outbound.allow_ports", "", "ports beside 443 that the server itself may connect to", ports,
               "PORT, or ACCOUNT:PORT for one account's providers, separated by commas"},
    SettingRow{"outbound.ca_file", "", "further roots (PEM) for the server's own connections", any_text,
               "a path"},
    SettingRow{"outbound.proxy", "", "HTTP proxy for the server's own connections", upstream_or_empty,
               "HOST:PORT"},
    SettingRow{"proxy.upstream", "", "HTTP proxy for what the proxy passes on", upstream_or_empty,
               "HOST:PORT"},
    SettingRow{"quota.access_keys_per_user", "2", "AWS's default: 2", positive, count_form},
    SettingRow{"quota.attached_policies_per_group", "10", "AWS's default: 10", positive, count_form},
    SettingRow{"quota.attached_policies_per_role", "10", "AWS's default: 10", positive, count_form},
    SettingRow{"quota.attached_policies_per_user", "10", "AWS's default: 10", positive, count_form},
    SettingRow{"quota.client_ids_per_provider", "100", "AWS's default: 100", positive, count_form},
    SettingRow{"quota.clusters_per_region", "100", "AWS's default: 100", positive, count_form},
    SettingRow{"quota.groups_per_account", "300", "AWS's default: 300", positive, count_form},
    SettingRow{"quota.groups_per_user", "10", "AWS's default: 10", positive, count_form},
    SettingRow{"quota.managed_policies_per_account", "1500", "AWS's default: 1500", positive, count_form},
    SettingRow{"quota.providers_per_account", "100", "AWS's default: 100", positive, count_form},
    SettingRow{"quota.roles_per_account", "1000", "AWS's default: 1000", positive, count_form},
    SettingRow{"quota.trust_policy_characters", "2048", "AWS's default: 2048", positive, count_form},
    SettingRow{"quota.users_per_account", "5000", "AWS's default: 5000", positive, count_form},
    SettingRow{"region", "us-west-2", "region of requests that name none, and of the printed environment",
               known_region, "the name of an AWS region"},
    SettingRow{"store", "", "sqlite:/path or memory:; openirsa.db in data_dir when empty", store_url,
               "sqlite:/PATH or memory:"},
    SettingRow{"threads.io", "2", "threads that read, decide and answer", thread_count,
               "a whole number from 1 to 256"},
    SettingRow{"threads.workers", "4", "threads for writes", thread_count, "a whole number from 1 to 256"},
    SettingRow{"tls.api", "on", "off only on loopback, a unix socket or behind trusted_proxies", on_off,
               "on or off"},
    SettingRow{"tls.issuer", "on", "off only on loopback, a unix socket or behind trusted_proxies", on_off,
               "on or off"},
    SettingRow{"trace.refusal_bytes", "1073741824",
               "disk space for kept refusals, divided evenly among accounts and what is about none",
               trace_bytes, "a whole number from 1048576"},
    SettingRow{"trace.refusal_days", "7", "how long refusals are kept", trace_days,
               "a whole number from 1 to 3650"},
    SettingRow{"trusted_proxies", "", "addresses whose X-Forwarded-For and -Proto are believed", proxies,
               "addresses, networks such as 10.0.0.0/8, or unix, separated by commas"},
};
static_assert(std::ranges::is_sorted(rows, {}, &SettingRow::key));

}  // namespace

std::span<const SettingRow> schema() { return rows; }

bool is_client_variable(std::string_view variable) {
  constexpr std::array<std::string_view, 8> others{"OPENIRSA_BASE",    "OPENIRSA_BIN",  "OPENIRSA_CONFIG",
                                                   "OPENIRSA_JOBS",    "OPENIRSA_LAB",  "OPENIRSA_PROFILE",
                                                   "OPENIRSA_VECTORS", "OPENIRSA_ADMIN"};
  return std::ranges::find(others, variable) != others.end();
}

bool is_service_link(std::string_view variable) {
  if (variable.ends_with("_SERVICE_HOST") || variable.ends_with("_SERVICE_PORT") ||
      variable.find("_SERVICE_PORT_") != std::string_view::npos || variable.ends_with("_PORT")) {
    return true;
  }
  constexpr std::string_view port = "_PORT_";
  const std::size_t at = variable.rfind(port);
  return at != std::string_view::npos &&
         is_digits(variable.substr(at + port.size()).substr(0, variable.substr(at + port.size()).find('_')));
}

}  // namespace openirsa::server
