#include "wire/query.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::wire {

namespace {

// AWS redirects such a request to its product page; the code is the one of its "Common errors".
constexpr std::string_view missing_action_text = "The request is missing an action or a required parameter.";

bool is_form(const http::Request& request) {
  const std::string* type = request.find_header("Content-Type");
  if (type == nullptr) return false;
  const std::string_view text = *type;
  return equal_ignoring_case(trim(text.substr(0, text.find(';'))), "application/x-www-form-urlencoded");
}

Result<Parameters, Error> parse_form(Passage& passage) {
  const http::Request& request = passage.http;
  if (request.method != "POST") return Parameters::parse(request.query);
  // AWS does not read a body of another type; the action may still stand in the query string.
  if (!is_form(request)) return Parameters::parse(request.query);
  if (request.query.empty()) return Parameters::parse(request.body);
  passage.form = std::make_unique<const std::string>(request.query + "&" + request.body);
  return Parameters::parse(*passage.form);
}

const Operation* find_row(const Service& service, std::string_view action) {
  const auto rows = service.operations;
  const auto row = std::ranges::lower_bound(rows, action, {}, &Operation::name);
  return row != rows.end() && row->name == action ? &*row : nullptr;
}

}  // namespace

Result<Done, Error> parse_query(Passage& passage) {
  const http::Request& request = passage.http;
  if (request.path != "/" || (request.method != "POST" && request.method != "GET")) {
    passage.trace.fail(Step::operation_found, "unknown_route", "the query protocol is POST or GET of /",
                       "POST /", request.method + " " + request.path);
    return Error{Code::unknown_operation, "No operation has this method and path."};
  }
  auto parameters = parse_form(passage);
  if (!parameters) {
    passage.trace.fail(Step::request_parsed, "malformed_query", parameters.error().message);
    return std::move(parameters).error();
  }
  passage.parameters = std::move(*parameters);
  passage.trace.pass(Step::request_parsed);
  return Done{};
}

Result<Done, Error> find_action(const Service* service, Passage& passage) {
  const auto action = passage.parameters.find("Action");
  if (!action) {
    const bool unread = passage.http.method == "POST" && !passage.http.body.empty() && !is_form(passage.http);
    passage.trace.fail(Step::operation_found, "missing_action",
                       unread ? "the body is not called application/x-www-form-urlencoded and was not read"
                              : "the request has no Action");
    return Error{Code::missing_action, std::string(missing_action_text)};
  }
  const auto version = passage.parameters.find("Version");
  const Operation* row =
      service != nullptr && version == service->version ? find_row(*service, *action) : nullptr;
  if (row == nullptr) {
    std::string text = "Could not find operation ";
    text.append(*action).append(" for version ").append(version.value_or("NO_VERSION_SPECIFIED"));
    passage.trace.fail(Step::operation_found, "unknown_action", text,
                       service == nullptr ? std::string() : std::string(service->version),
                       std::string(version.value_or("(absent)")));
    return Error{Code::invalid_action, std::move(text)};
  }
  passage.operation = row;
  passage.trace.pass(Step::operation_found);
  return Done{};
}

}  // namespace openirsa::wire
