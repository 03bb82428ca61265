// What settings there are, their defaults and forms.
#pragma once

#include <span>
#include <string_view>

namespace openirsa::server {

struct SettingRow {
  std::string_view key;            // TOML's dotted form
  std::string_view default_value;  // empty: not set
  std::string_view help;
  bool (*valid)(std::string_view value);
  std::string_view form;  // what a valid value looks like, for errors and help
};

std::span<const SettingRow> schema();

// OPENIRSA_… variables that belong to clients, tests and scripts, not to the server.
bool is_client_variable(std::string_view variable);
// Variables that Kubernetes sets in every pod beside a Service named openirsa or openirsa-…, such as
// OPENIRSA_SERVICE_HOST and OPENIRSA_PORT_8443_TCP_ADDR: nobody chose them, so they are no mistake.
bool is_service_link(std::string_view variable);

}  // namespace openirsa::server
