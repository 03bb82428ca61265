// REST-JSON: from a raw path to an operation and its labels. Not for other rooms.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "wire/passage.h"

namespace openirsa::wire {

struct RouteMatch {
  const Operation* operation;
  std::vector<std::string_view> labels;  // raw
};

// The routes of one service. Matching is on the raw path: a label may hold %2F, so that decoding first would
// change the number of segments.
class Routes {
 public:
  Routes() = default;
  explicit Routes(const Service& service);

  // Literal segments win over labels.
  std::optional<RouteMatch> match(std::string_view method, std::string_view raw_path) const;
  // Whether a route begins with the path's first segment: what tells REST services apart.
  bool owns(std::string_view raw_path) const;

 private:
  struct Route {
    std::string_view method;
    std::vector<std::string_view> segments;
    const Operation* operation;
  };
  std::vector<Route> routes_;
};

Result<Done, Error> find_route(const Routes& routes, Passage& passage);
// After authentication, as AWS does it: nobody unknown makes us parse a document.
Result<Done, Error> parse_body(Passage& passage);

}  // namespace openirsa::wire
