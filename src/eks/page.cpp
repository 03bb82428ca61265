#include "eks/page.h"

#include <algorithm>

#include "base/text.h"
#include "eks/faults.h"

namespace openirsa::eks {
namespace {

constexpr std::int64_t most_results = 100;

Result<std::size_t, wire::Error> take_limit(const wire::Parameters& parameters) {
  const auto given = parameters.integer("maxResults");
  if (!given) return given.error();
  const std::int64_t limit = given->value_or(most_results);
  const std::string text = std::to_string(limit);
  if (limit < 1) {
    return wire::validation_error(text, "maxResults", "Member must have value greater than or equal to 1");
  }
  if (limit > most_results) {
    return wire::validation_error(text, "maxResults", "Member must have value less than or equal to 100");
  }
  return static_cast<std::size_t>(limit);
}

// Of the names that are listed here; a token that was tampered with cannot smuggle in anything else.
bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

Result<Page, wire::Error> Page::of(const wire::Call& call) {
  Page page;
  page.scope_ = std::string(call.operation.name) + "\n" + call.account() + "\n" + call.region + "\n";
  const auto limit = take_limit(call.parameters);
  if (!limit) return limit.error();
  page.left_ = *limit;
  const auto token = call.parameters.find("nextToken");
  if (!token) return page;
  const auto text = from_base64url(*token);
  if (text && text->starts_with(page.scope_)) page.after_ = text->substr(page.scope_.size());
  if (!is_name(page.after_)) return invalid_parameter("Invalid nextToken.");
  return page;
}

bool Page::take(std::string_view name) {
  if (left_ == 0) {
    more_ = true;
    return false;
  }
  --left_;
  last_ = name;
  return true;
}

void Page::write_end(json::object& body) const {
  if (more_) body["nextToken"] = to_base64url(scope_ + last_);
}

}  // namespace openirsa::eks
