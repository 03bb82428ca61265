#include "policy/principal.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/arn.h"

namespace openirsa::policy {
namespace {

using Kind = NamedPrincipal::Kind;

constexpr std::array<std::string_view, 4> built_in_providers{
    "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"};
constexpr std::array<std::string_view, 4> service_suffixes{".amazonaws.com", ".amazonaws.com.cn",
                                                           ".amazon.com", ".aws.internal"};

bool is_account(std::string_view text) { return text.size() == 12 && is_digits(text); }

bool has_wildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

// The model's length of an id is 16 to 128.
bool is_unique_id(std::string_view text) {
  if (!text.starts_with("AROA") && !text.starts_with("AIDA")) return false;
  return text.size() >= 16 && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

bool starts_and_goes_on(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && text.size() > prefix.size();
}

std::optional<NamedPrincipal> named(Kind kind, std::string_view text, std::string_view value) {
  return NamedPrincipal{.kind = kind, .text = std::string(text), .value = std::string(value)};
}

std::optional<NamedPrincipal> parse_aws(std::string_view text) {
  if (text == "*") return named(Kind::everyone, text, text);
  if (is_account(text)) return named(Kind::account, text, text);
  if (is_unique_id(text)) return named(Kind::unique_id, text, text);
  const auto arn = parse_arn(text);
  if (!arn || has_wildcard(text) || !arn->partition.starts_with("aws") || !arn->region.empty() ||
      !is_account(arn->account)) {
    return std::nullopt;
  }
  if (arn->service == "iam") {
    if (arn->resource == "root") return named(Kind::account, text, arn->account);
    const bool known =
        starts_and_goes_on(arn->resource, "user/") || starts_and_goes_on(arn->resource, "role/");
    return known ? named(Kind::exact, text, text) : std::nullopt;
  }
  const bool session = starts_and_goes_on(arn->resource, "assumed-role/") ||
                       starts_and_goes_on(arn->resource, "federated-user/");
  return arn->service == "sts" && session ? named(Kind::exact, text, text) : std::nullopt;
}

std::optional<NamedPrincipal> parse_federated(std::string_view text) {
  if (std::ranges::find(built_in_providers, text) != built_in_providers.end()) {
    return named(Kind::federated, text, text);
  }
  const auto arn = parse_arn(text);
  const bool provider = arn && (starts_and_goes_on(arn->resource, "oidc-provider/") ||
                                starts_and_goes_on(arn->resource, "saml-provider/"));
  if (!provider || has_wildcard(text) || !arn->partition.starts_with("aws") || arn->service != "iam" ||
      !arn->region.empty() || !is_account(arn->account)) {
    return std::nullopt;
  }
  return named(Kind::federated, text, text);
}

std::optional<NamedPrincipal> parse_service(std::string_view text) {
  const bool name = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  const bool known = std::ranges::any_of(service_suffixes, [&](std::string_view suffix) {
    return text.ends_with(suffix) && text.size() > suffix.size();
  });
  return name && known ? named(Kind::service, text, text) : std::nullopt;
}

bool is_federated(const Principal& principal) { return principal.kind == Principal::Kind::federated; }
bool is_service(const Principal& principal) { return principal.kind == Principal::Kind::service; }

}  // namespace

std::optional<NamedPrincipal> parse_principal(std::string_view type, std::string_view value) {
  if (type == "AWS") return parse_aws(value);
  if (type == "Federated") return parse_federated(value);
  if (type == "Service") return parse_service(value);
  return std::nullopt;
}

bool NamedPrincipal::matches(const Principal& principal) const {
  switch (kind) {
    case Kind::everyone:
      return true;
    case Kind::federated:
      return is_federated(principal) && principal.arn == value;
    case Kind::service:
      return is_service(principal) && principal.arn == value;
    case Kind::account:
      return !is_federated(principal) && !is_service(principal) && principal.account == value;
    case Kind::unique_id:
      return !is_federated(principal) && !is_service(principal) && principal.unique_id == value;
    case Kind::exact:
      break;
  }
  if (is_federated(principal) || is_service(principal)) return false;
  return principal.arn == value || principal.role_arn == value;
}

bool name_throughout(const std::vector<NamedPrincipal>& named, const Principal& principal) {
  const auto is_named = [&](Kind kind, std::string_view value) {
    return !value.empty() && std::ranges::any_of(named, [&](const NamedPrincipal& one) {
      return one.kind == kind && one.value == value;
    });
  };
  if (std::ranges::find(named, Kind::everyone, &NamedPrincipal::kind) != named.end()) return true;
  if (is_federated(principal)) return is_named(Kind::federated, principal.arn);
  if (is_service(principal)) return is_named(Kind::service, principal.arn);
  if (!is_named(Kind::account, principal.account)) return false;
  if (principal.kind == Principal::Kind::account) return true;
  const bool by_id = is_named(Kind::unique_id, principal.unique_id);
  if (principal.kind != Principal::Kind::assumed_role) return by_id || is_named(Kind::exact, principal.arn);
  // A role's id names the role; a session is named by its ARN alone.
  return (by_id || is_named(Kind::exact, principal.role_arn)) && is_named(Kind::exact, principal.arn);
}

}  // namespace openirsa::policy
