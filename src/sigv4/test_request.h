// A request that owns its bytes, and the two ways of signing it. Included by tests only.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time_text.h"
#include "sigv4/sigv4.h"

namespace openirsa::sigv4 {

struct TestRequest {
  std::string method = "GET";
  std::string path = "/";
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  RequestView view() const {
    RequestView request{method, path, query, {}, body};
    for (const auto& [name, value] : headers) request.headers.emplace_back(name, value);
    return request;
  }

  void add(const std::vector<std::pair<std::string, std::string>>& more) {
    headers.insert(headers.end(), more.begin(), more.end());
  }

  // The value of the header of exactly that name. REQUIRES: it is there.
  std::string& header(std::string_view name) {
    return std::ranges::find(headers, name, [](const auto& h) { return std::string_view(h.first); })->second;
  }
};

// Replaces the first occurrence. REQUIRES: there is one.
inline void replace(std::string& text, std::string_view from, std::string_view to) {
  text.replace(text.find(from), from.size(), to);
}

// As clients make cluster tokens: everything in the query, the signature last. Signs `names`, which are in
// order.
inline void presign(TestRequest& request, const Credentials& credentials, std::string_view region,
                    std::string_view service, Time now, std::string_view expires,
                    const std::vector<std::string>& names) {
  Claim claim;
  claim.presigned = true;
  claim.access_key_id = credentials.access_key_id;
  claim.scope = {to_basic_iso8601(now).substr(0, 8), std::string(region), std::string(service)};
  claim.signed_at = time_of_seconds(seconds_of(now));
  claim.signed_headers = names;
  std::string joined;
  for (const std::string& name : names) joined.append(joined.empty() ? "" : ";").append(name);
  const auto append = [&](std::string_view name, std::string_view value) {
    request.query.append(request.query.empty() ? "" : "&")
        .append(name)
        .append("=")
        .append(percent_encode(value));
  };
  append("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  append("X-Amz-Credential", credentials.access_key_id + "/" + claim.scope.date + "/" + claim.scope.region +
                                 "/" + claim.scope.service + "/aws4_request");
  append("X-Amz-Date", to_basic_iso8601(now));
  if (!expires.empty()) append("X-Amz-Expires", expires);
  if (credentials.session_token) append("X-Amz-Security-Token", *credentials.session_token);
  append("X-Amz-SignedHeaders", joined);
  const std::string text = string_to_sign(claim, canonical_request(request.view(), claim));
  append("X-Amz-Signature", signature(claim, text, credentials.secret_access_key));
}

}  // namespace openirsa::sigv4
