#include "wire/select.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "wire/query.h"
#include "wire/region.h"

namespace openirsa::wire {

namespace {

constexpr std::array<std::string_view, 3> aws_suffixes{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"};

// Host names have no letter case.
bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (text.size() < suffix.size() || !equal_ignoring_case(text.substr(text.size() - suffix.size()), suffix))
    return false;
  text.remove_suffix(suffix.size());
  return true;
}

// The dispatcher takes a claim apart only where there is one; `X-Amz-` in any letter case finds every
// presigned form.
bool carries_signature(const http::Request& request) {
  if (request.find_header("Authorization") != nullptr) return true;
  return !request.query.empty() && to_lower(request.query).find("x-amz-") != std::string::npos;
}

void read_claim(Passage& passage) {
  const http::Request& http = passage.http;
  if (!carries_signature(http)) return;
  auto& view = passage.view.emplace(sigv4::RequestView{http.method, http.path, http.query, {}, http.body});
  view.headers.reserve(http.headers.size());
  for (const auto& [name, value] : http.headers) view.headers.emplace_back(name, value);
  passage.claim.emplace(sigv4::parse_claim(view));
}

Error scoped_elsewhere(std::string_view service) {
  return {Code::signature_does_not_match,
          "Credential should be scoped to correct service: '" + std::string(service) + "'. "};
}

}  // namespace

std::optional<AwsHost> parse_aws_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto* suffix =
      std::ranges::find_if(aws_suffixes, [&](std::string_view known) { return take_suffix(host, known); });
  if (suffix == aws_suffixes.end()) return std::nullopt;
  if (host.size() > 5 && equal_ignoring_case(host.substr(0, 5), "fips.")) host.remove_prefix(5);
  const std::size_t dot = host.find('.');
  std::string_view service = host.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : host.substr(dot + 1);
  if (service.empty() || rest.find('.') != std::string_view::npos) return std::nullopt;
  (void)take_suffix(service, "-fips");
  AwsHost parsed{to_lower(service), {}};
  if (auto region = to_lower(rest); is_region(region)) parsed.region = std::move(region);
  return parsed;
}

Tables::Tables(const std::vector<const Service*>& services) {
  for (const Service* service : services) {
    known_.push_back({service, service->protocol == Protocol::rest_json ? Routes(*service) : Routes()});
  }
}

const Known* Tables::by_name(std::string_view signing_name) const {
  const auto found =
      std::ranges::find_if(known_, [&](const Known& known) { return known.service->name == signing_name; });
  return found == known_.end() ? nullptr : &*found;
}

const Known* Tables::by_version(std::string_view version) const {
  const auto found = std::ranges::find_if(known_, [&](const Known& known) {
    return known.service->protocol == Protocol::query && known.service->version == version;
  });
  return found == known_.end() ? nullptr : &*found;
}

const Known* Tables::by_path(std::string_view raw_path) const {
  const auto found =
      std::ranges::find_if(known_, [&](const Known& known) { return known.routes.owns(raw_path); });
  return found == known_.end() ? nullptr : &*found;
}

// Credential scope, then Host, then route or Version. What the scope or the Host named must then also have
// the route or the Version: a request whose parts disagree finds no operation.
Result<Done, Error> find_operation(const Tables& tables, Passage& passage) {
  const http::Request& http = passage.http;
  read_claim(passage);
  const auto host = parse_aws_host(http.host());
  passage.region = host && !host->region.empty() ? host->region : passage.house.names.region;

  const bool has_scope = passage.claim && *passage.claim;
  const Known* scoped = has_scope ? tables.by_name((*passage.claim)->scope.service) : nullptr;
  const Known* hosted = host ? tables.by_name(host->service) : nullptr;
  const Known* known = scoped != nullptr ? scoped : hosted;
  if (known == nullptr && http.path != "/") known = tables.by_path(http.path);
  if (known != nullptr) passage.service = known->service;
  if (scoped != nullptr && hosted != nullptr && scoped != hosted) {
    passage.service = hosted->service;
    passage.trace.fail(Step::signature_claim_parsed, "wrong_scope",
                       "the credential scope names another service", std::string(hosted->service->name),
                       std::string(scoped->service->name));
    return scoped_elsewhere(hosted->service->name);
  }
  if (known != nullptr && known->service->protocol == Protocol::rest_json)
    return find_route(known->routes, passage);
  if (auto parsed = parse_query(passage); !parsed) return parsed;
  if (known == nullptr) known = tables.by_version(passage.parameters.find("Version").value_or(""));
  if (known != nullptr) passage.service = known->service;
  return find_action(passage.service, passage);
}

}  // namespace openirsa::wire
