#include "http/message.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::http {

const std::string* Request::find_header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.first, name)) return &header.second;
  }
  return nullptr;
}

std::size_t Request::count_headers(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), [&](const Header& header) {
    return equal_ignoring_case(header.first, name);
  }));
}

std::string_view Request::host() const {
  const std::string* value = find_header("host");
  if (value == nullptr) return {};
  const std::string_view authority = *value;
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace openirsa::http
