// From settings to what the http room takes: limits, listeners, the proxy and the names on our certificate.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "http/proxy.h"
#include "http/server.h"
#include "server/data_directory.h"
#include "server/settings.h"
#include "wire/house.h"

namespace openirsa::server {

http::Server::Settings http_settings_of(const Settings& settings);
wire::Quotas quotas_of(const Settings& settings);

struct Handlers {
  http::Handler* api;
  http::Handler* issuer;
  http::Handler* metrics;
  http::Handler* admin;
};
// Refuses a plain listener that others than this host could reach, unless trusted_proxies says who terminates
// TLS.
Result<std::vector<http::Listener>, DirectoryError> listeners_of(const Settings& settings,
                                                                 const DataDirectory& directory,
                                                                 const Handlers& handlers,
                                                                 std::shared_ptr<const http::TlsContext> tls);

// The issuer host first; then loopback, the listener's own host and certificate.names.
crypto::SubjectNames product_names(const Settings& settings);

// Our own names go to our listeners, AWS names that we do not answer for are refused, the rest passes on: to
// clients of this host alone, so that nobody gains an open relay.
http::ProxySettings proxy_settings_of(const Settings& settings, const std::string& environment_proxy,
                                      const std::string& api_address, const std::string& issuer_address,
                                      std::function<bool()> has_verbatim);

// A proxy URL such as http://user:password@host:3128/ as http::ProxySettings takes it; nothing for other
// schemes or without a port.
std::optional<std::string> proxy_address(std::string_view url);

// An address we listen on as one that can be connected to: loopback for "every address".
std::string reachable(const std::string& address);

}  // namespace openirsa::server
