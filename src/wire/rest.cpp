#include "wire/rest.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::wire {

namespace {

// A body of ours is flat; this leaves room for policies and settings in it.
constexpr JsonLimits body_limits{.depth = 32};

bool is_label(std::string_view segment) { return segment.starts_with('{'); }

std::vector<std::string_view> segments_of(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  return split(path, '/');
}

bool fits(const std::vector<std::string_view>& route, const std::vector<std::string_view>& path) {
  return std::ranges::equal(route, path, [](std::string_view expected, std::string_view actual) {
    return is_label(expected) ? !actual.empty() : expected == actual;
  });
}

std::size_t literals_of(const std::vector<std::string_view>& route) {
  return static_cast<std::size_t>(
      std::ranges::count_if(route, [](std::string_view segment) { return !is_label(segment); }));
}

Result<std::vector<std::string>, Error> decode_labels(const std::vector<std::string_view>& raw) {
  std::vector<std::string> labels;
  labels.reserve(raw.size());
  for (const std::string_view label : raw) {
    auto text = percent_decode(label);
    if (!text || !is_utf8(*text) || text->find('\0') != std::string::npos) {
      return Error{Code::eks_invalid_parameter, "The path is not percent-encoded UTF-8 text."};
    }
    labels.push_back(std::move(*text));
  }
  return labels;
}

}  // namespace

Routes::Routes(const Service& service) {
  for (const Operation& operation : service.operations) {
    const auto blank = operation.route.find(' ');
    if (blank == std::string_view::npos) continue;
    routes_.push_back(
        {operation.route.substr(0, blank), segments_of(operation.route.substr(blank + 1)), &operation});
  }
  std::ranges::stable_sort(routes_, std::ranges::greater{},
                           [](const Route& route) { return literals_of(route.segments); });
}

std::optional<RouteMatch> Routes::match(std::string_view method, std::string_view raw_path) const {
  const auto segments = segments_of(raw_path);
  for (const Route& route : routes_) {
    if (route.method != method || !fits(route.segments, segments)) continue;
    RouteMatch found{route.operation, {}};
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (is_label(route.segments[i])) found.labels.push_back(segments[i]);
    }
    return found;
  }
  return std::nullopt;
}

bool Routes::owns(std::string_view raw_path) const {
  const auto first = segments_of(raw_path).front();
  return std::ranges::any_of(routes_, [&](const Route& route) { return route.segments.front() == first; });
}

Result<Done, Error> find_route(const Routes& routes, Passage& passage) {
  Trace& trace = passage.trace;
  const auto found = routes.match(passage.http.method, passage.http.path);
  if (!found) {
    trace.fail(Step::operation_found, "unknown_route", "no operation has this method and path", {},
               passage.http.method + " " + passage.http.path);
    return Error{Code::unknown_operation, "No operation has this method and path."};
  }
  passage.operation = found->operation;
  auto labels = decode_labels(found->labels);
  if (!labels) {
    trace.fail(Step::request_parsed, "malformed_path", "a label of the path cannot be decoded");
    return std::move(labels).error();
  }
  passage.labels = std::move(*labels);
  auto parameters = Parameters::parse_rest(passage.http.query);
  if (!parameters) {
    trace.fail(Step::request_parsed, "malformed_query", parameters.error().message);
    return std::move(parameters).error();
  }
  passage.parameters = std::move(*parameters);
  trace.pass(Step::request_parsed);
  trace.pass(Step::operation_found);
  return Done{};
}

Result<Done, Error> parse_body(Passage& passage) {
  if (passage.http.body.empty()) return Done{};
  auto body = parse_json_object(passage.http.body, body_limits);
  if (!body) {
    passage.trace.fail(Step::request_parsed, "malformed_json", body.error().message);
    return Error{Code::eks_invalid_parameter, "The request body is not valid: " + body.error().message};
  }
  passage.body = std::move(*body);
  return Done{};
}

}  // namespace openirsa::wire
