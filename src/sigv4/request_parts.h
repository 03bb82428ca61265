// What the other files of this room read out of a request. Not for other rooms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sigv4/sigv4.h"

namespace openirsa::sigv4 {

inline constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view terminator = "aws4_request";
// AWS's one text for whatever is wrong with something that was signed.
inline constexpr std::string_view mismatch_text =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key "
    "and signing method. Consult the service documentation for details.";

std::vector<std::string_view> header_values(const RequestView& request, std::string_view name);

// AWS's rule is for `x-amz-`; `x-amzn-trace-id`, which load balancers add, is not one of them.
bool is_amz_header(std::string_view name);

struct QueryItem {
  std::string name;  // decoded
  std::string value;
};

struct Query {
  std::vector<QueryItem> items;  // in order; a piece with a bad escape stays as it came
  bool well_formed = true;
};
// '+' is a space, as in every form decoder: what is signed must be what is later read.
Query parse_query(std::string_view query);

std::vector<std::string_view> query_values(const Query& query, std::string_view name);

std::string scope_text(const Scope& scope);

}  // namespace openirsa::sigv4
