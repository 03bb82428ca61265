// What `env` prints, free of I/O: which variables point the AWS tools of a shell at the server, and the
// shells' syntax.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/output.h"

namespace openirsa::cli {

enum class Shell { bash, zsh, fish };
std::optional<Shell> parse_shell(std::string_view name);

// A variable and its value; nothing: it is to be unset.
using Assignment = std::pair<std::string, std::optional<std::string>>;

struct EnvironmentFacts {
  std::string endpoint;
  std::string proxy;
  std::string region;
  std::string bundle;  // path of the file with the system's roots and ours
  std::string access_key_id;
  std::string secret_access_key;
  std::string issuer_host;
  std::string earlier_no_proxy;  // what NO_PROXY holds now
};

// Normal mode sets both endpoint families; verbatim mode unsets them, so that the tools use AWS's own names,
// which the proxy maps to the server.
std::vector<Assignment> normal_environment(const EnvironmentFacts& facts);
std::vector<Assignment> verbatim_environment(const EnvironmentFacts& facts);
// For a shell that uses a profile with endpoint_url, ca_bundle, region and keys.
std::vector<Assignment> profile_environment(const EnvironmentFacts& facts, const std::string& profile);
// Everything that any of the three sets, unset.
std::vector<Assignment> no_environment();

// What the shell evaluates, a statement a line. Refuses a value with a control character: what it would do
// depends on how the shell was asked to evaluate it.
Result<std::string, Failure> render(const std::vector<Assignment>& assignments, Shell shell);

// Loopback first, then what stood there, without entries that would take our names or AWS's past the proxy.
std::string no_proxy(std::string_view earlier, std::string_view issuer_host);

}  // namespace openirsa::cli
