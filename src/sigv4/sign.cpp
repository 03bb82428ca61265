#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"
#include "sigv4/request_parts.h"

namespace openirsa::sigv4 {
namespace {

std::vector<std::string> names_to_sign(const RequestView& request) {
  std::vector<std::string> names;
  for (const auto& [name, value] : request.headers) {
    const bool chosen =
        equal_ignoring_case(name, "host") || equal_ignoring_case(name, "content-type") || is_amz_header(name);
    if (chosen) names.push_back(to_lower(name));
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

std::string authorization(const Claim& claim) {
  std::string out(algorithm);
  out.append(" Credential=").append(claim.access_key_id).append("/").append(scope_text(claim.scope));
  out.append(", SignedHeaders=");
  for (std::size_t i = 0; i < claim.signed_headers.size(); ++i) {
    out.append(i == 0 ? "" : ";").append(claim.signed_headers[i]);
  }
  out.append(", Signature=").append(claim.signature);
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> sign(const RequestView& request,
                                                      const Credentials& credentials, std::string_view region,
                                                      std::string_view service, Time now) {
  const std::string date = to_basic_iso8601(now);
  std::vector<std::pair<std::string, std::string>> added{{"X-Amz-Date", date}};
  if (credentials.session_token) added.emplace_back("X-Amz-Security-Token", *credentials.session_token);

  RequestView complete = request;
  for (const auto& [name, value] : added) complete.headers.emplace_back(name, value);

  Claim claim;
  claim.access_key_id = credentials.access_key_id;
  claim.scope = {date.substr(0, 8), std::string(region), std::string(service)};
  claim.signed_headers = names_to_sign(complete);
  claim.signed_at = time_of_seconds(seconds_of(now));
  const std::string text = string_to_sign(claim, canonical_request(complete, claim));
  claim.signature = signature(claim, text, credentials.secret_access_key);
  added.emplace_back("Authorization", authorization(claim));
  return added;
}

}  // namespace openirsa::sigv4
