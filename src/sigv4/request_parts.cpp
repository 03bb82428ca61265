#include "sigv4/request_parts.h"

#include "base/text.h"

namespace openirsa::sigv4 {
namespace {

constexpr std::string_view amz_prefix = "x-amz-";

std::string decode(std::string_view text, bool& well_formed) {
  auto decoded = form_decode(text);
  if (decoded) return *std::move(decoded);
  well_formed = false;
  return std::string(text);
}

}  // namespace

std::vector<std::string_view> header_values(const RequestView& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [header, value] : request.headers) {
    if (equal_ignoring_case(header, name)) values.push_back(trim(value));
  }
  return values;
}

bool is_amz_header(std::string_view name) {
  return name.size() >= amz_prefix.size() &&
         equal_ignoring_case(name.substr(0, amz_prefix.size()), amz_prefix);
}

Query parse_query(std::string_view query) {
  Query parsed;
  for (const std::string_view piece : split(query, '&')) {
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : piece.substr(equals + 1);
    std::string name = decode(piece.substr(0, equals), parsed.well_formed);
    parsed.items.push_back({std::move(name), decode(value, parsed.well_formed)});
  }
  return parsed;
}

std::vector<std::string_view> query_values(const Query& query, std::string_view name) {
  std::vector<std::string_view> values;
  for (const QueryItem& item : query.items) {
    if (item.name == name) values.emplace_back(item.value);
  }
  return values;
}

std::string scope_text(const Scope& scope) {
  return scope.date + '/' + scope.region + '/' + scope.service + '/' + std::string(terminator);
}

}  // namespace openirsa::sigv4
