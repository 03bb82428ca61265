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

}  // namespace openirsa::server
