// The server's settings: one schema (schema.h) for file (TOML), environment (OPENIRSA_…) and flags; later
// ones win. Unknown keys are errors. Every setting knows where its value came from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openirsa::server {

struct SettingRow;

struct SettingsError {
  std::string message;
};

std::string variable_of(const SettingRow& row);  // "OPENIRSA_LISTEN_API"
std::string flag_of(const SettingRow& row);      // "--listen-api"

class Settings {
 public:
  // `environment` holds all variables; those that start with OPENIRSA_ count. `flags` are key → value.
  // Refuses unknown keys in the file, unknown OPENIRSA_ variables and values of the wrong form, naming where
  // the value came from.
  static Result<Settings, SettingsError> load(const std::optional<std::string>& file_text,
                                              const std::map<std::string, std::string>& environment,
                                              const std::map<std::string, std::string>& flags);

  // REQUIRES: `key` is in the schema.
  const std::string& text(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  bool flag(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;  // comma-separated

  struct Origin {
    std::string key, value, origin;  // origin: "default", "file", "environment OPENIRSA_X", "flag --x"
  };
  std::vector<Origin> all() const;
  // As a settings file, each line with its value's origin as a comment.
  std::string to_toml() const;

 private:
  struct Value {
    std::string text;
    std::string origin;
  };
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace openirsa::server
