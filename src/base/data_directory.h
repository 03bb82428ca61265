// Where a server keeps its data and a client looks for it. Pure: the caller reads the environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace openirsa {

// /var/lib/openirsa for root, else $XDG_STATE_HOME/openirsa, else $HOME/.local/state/openirsa; nothing when
// neither is set. A relative XDG_STATE_HOME is ignored (XDG Base Directory Specification 0.8).
inline std::optional<std::string> default_data_directory(bool root, std::string_view xdg_state_home,
                                                         std::string_view home) {
  if (root) return "/var/lib/openirsa";
  if (xdg_state_home.starts_with('/')) return std::string(xdg_state_home) + "/openirsa";
  if (home.starts_with('/')) return std::string(home) + "/.local/state/openirsa";
  return std::nullopt;
}

}  // namespace openirsa
