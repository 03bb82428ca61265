#include "cli/env.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace openirsa::cli {
namespace {

// eksctl's own family; several of its versions know no other (and an empty one would be taken as an address).
constexpr std::array eksctl_endpoints{
    "AWS_EKS_ENDPOINT", "AWS_IAM_ENDPOINT", "AWS_STS_ENDPOINT",   "AWS_CLOUDFORMATION_ENDPOINT",
    "AWS_EC2_ENDPOINT", "AWS_ELB_ENDPOINT", "AWS_ELBV2_ENDPOINT", "AWS_CLOUDTRAIL_ENDPOINT"};
// Per-service variables that would win over AWS_ENDPOINT_URL.
constexpr std::array service_endpoints{"AWS_ENDPOINT_URL_EKS", "AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL_STS",
                                       "AWS_ENDPOINT_URL_CLOUDFORMATION", "AWS_ENDPOINT_URL_EC2"};
constexpr std::array bundles{"AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
                             "NODE_EXTRA_CA_CERTS"};
constexpr std::array proxies{"HTTPS_PROXY", "https_proxy"};
constexpr std::array no_proxies{"NO_PROXY", "no_proxy"};
constexpr std::array regions{"AWS_REGION", "AWS_DEFAULT_REGION"};
// Other sources of credentials and switches that would win over the keys set here.
constexpr std::array others{
    "AWS_PROFILE",  "AWS_DEFAULT_PROFILE",         "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"};

template <class Names>
void set_all(std::vector<Assignment>& out, const Names& names, const std::optional<std::string>& value) {
  for (const char* name : names) out.emplace_back(name, value);
}

void add_shared(std::vector<Assignment>& out, const EnvironmentFacts& facts) {
  set_all(out, others, std::nullopt);
  out.emplace_back("AWS_ACCESS_KEY_ID", facts.access_key_id);
  out.emplace_back("AWS_SECRET_ACCESS_KEY", facts.secret_access_key);
  set_all(out, regions, facts.region);
  set_all(out, bundles, facts.bundle);
  set_all(out, proxies, facts.proxy.empty() ? std::nullopt : std::optional(facts.proxy));
  set_all(out, no_proxies, no_proxy(facts.earlier_no_proxy, facts.issuer_host));
}

// Single quotes keep every byte but the quote itself, in all three shells.
std::string quoted(std::string_view value, Shell shell) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'')
      out += shell == Shell::fish ? "\\'" : "'\\''";
    else if (c == '\\' && shell == Shell::fish)
      out += "\\\\";
    else
      out.push_back(c);
  }
  return out + "'";
}

}  // namespace

std::optional<Shell> parse_shell(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  if (name == "bash" || name == "sh" || name == "dash") return Shell::bash;
  if (name == "zsh") return Shell::zsh;
  if (name == "fish") return Shell::fish;
  return std::nullopt;
}

std::vector<Assignment> normal_environment(const EnvironmentFacts& facts) {
  std::vector<Assignment> out;
  set_all(out, service_endpoints, std::nullopt);
  out.emplace_back("AWS_ENDPOINT_URL", facts.endpoint);
  set_all(out, eksctl_endpoints, facts.endpoint);
  add_shared(out, facts);
  return out;
}

std::vector<Assignment> verbatim_environment(const EnvironmentFacts& facts) {
  std::vector<Assignment> out;
  set_all(out, service_endpoints, std::nullopt);
  out.emplace_back("AWS_ENDPOINT_URL", std::nullopt);
  set_all(out, eksctl_endpoints, std::nullopt);
  add_shared(out, facts);
  return out;
}

std::vector<Assignment> profile_environment(const EnvironmentFacts& facts, const std::string& profile) {
  std::vector<Assignment> out = normal_environment(facts);
  // The profile carries endpoint, bundle for the API, region and keys; what it cannot carry stays in the
  // shell.
  std::erase_if(out, [](const Assignment& assignment) {
    return assignment.first == "AWS_PROFILE" || assignment.first == "AWS_ACCESS_KEY_ID" ||
           assignment.first == "AWS_SECRET_ACCESS_KEY";
  });
  out.emplace_back("AWS_ACCESS_KEY_ID", std::nullopt);
  out.emplace_back("AWS_SECRET_ACCESS_KEY", std::nullopt);
  out.emplace_back("AWS_PROFILE", profile);
  return out;
}

std::vector<Assignment> no_environment() {
  std::vector<Assignment> out = normal_environment({});
  for (auto& [name, value] : out) value.reset();
  return out;
}

Result<std::string, Failure> render(const std::vector<Assignment>& assignments, Shell shell) {
  std::string out;
  for (const auto& [name, value] : assignments) {
    if (value && shown(*value) != *value) {
      return Failure{"the value of " + name + " holds a control character: " + shown(*value)};
    }
    // Semicolons, because `eval $(…)` without quotes turns lines into one.
    if (shell == Shell::fish) {
      out += value ? "set -gx " + name + " " + quoted(*value, shell) + ";\n" : "set -e " + name + ";\n";
    } else {
      out += value ? "export " + name + "=" + quoted(*value, shell) + ";\n" : "unset " + name + ";\n";
    }
  }
  return out;
}

std::string no_proxy(std::string_view earlier, std::string_view issuer_host) {
  constexpr std::string_view aws = "amazonaws.com";
  std::string out = "localhost,127.0.0.1,::1";
  for (std::string_view entry : split(earlier, ',')) {
    entry = trim(entry);
    std::string host = to_lower(entry);
    host.erase(0, host.find_first_not_of("*."));
    // "name:port", as curl and Go take it; an IPv6 address has several colons.
    if (const auto colon = host.find(':'); colon != std::string::npos && colon == host.rfind(':')) {
      host.resize(colon);
    }
    while (host.ends_with('.')) host.pop_back();
    // Some clients compare by plain suffix, without regard to labels.
    const bool ours = host.empty() || issuer_host.ends_with(host) || aws.ends_with(host) ||
                      host.ends_with("." + std::string(aws));
    if (ours || std::ranges::count(split(out, ','), entry) > 0) continue;
    out.append(",").append(entry);
  }
  return out;
}

}  // namespace openirsa::cli
