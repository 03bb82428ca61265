// Amazon Resource Names: arn:partition:service:region:account:resource.
#pragma once

#include <optional>
#include <string_view>

namespace openirsa::policy {

struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;  // everything after the fifth colon
};

// Six colon parts, the first "arn"; views into `text`.
std::optional<Arn> parse_arn(std::string_view text);

}  // namespace openirsa::policy
