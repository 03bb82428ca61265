#include "cli/connection.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/clock.h"
#include "base/data_directory.h"
#include "base/text.h"
#include "cli/files.h"

namespace openirsa::cli {
namespace {

std::string data_directory(const Common& common) {
  if (!common.data_dir.empty()) return common.data_dir;
  if (const std::string set = variable("OPENIRSA_DATA_DIR"); !set.empty()) return set;
  return default_data_directory(::geteuid() == 0, variable("XDG_STATE_HOME"), home_directory()).value_or("");
}

std::string admin_socket(const Common& common) {
  const std::string set = variable("OPENIRSA_LISTEN_ADMIN");
  if (common.data_dir.empty() && set.starts_with("unix:")) return set.substr(5);
  return data_directory(common) + "/admin.sock";
}

const std::string* header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

CallError json_error(const http::Response& response) {
  ServiceError error;
  error.status = response.status;
  if (const auto* id = header(response, "x-amzn-RequestId")) error.request_id = *id;
  if (const auto* type = header(response, "x-amzn-ErrorType")) error.code = type->substr(0, type->find(':'));
  if (const auto body = parse_json_object(response.body)) {
    error.message = find_string(*body, "message").value_or("");
  } else {
    // What the HTTP engine refuses by itself is XML everywhere.
    error.message = xml_text(response.body, "Message").value_or("");
    if (error.request_id.empty()) error.request_id = xml_text(response.body, "RequestId").value_or("");
  }
  if (error.code.empty()) error.code = "HTTP " + std::to_string(response.status);
  return {std::move(error), {}};
}

CallError xml_error(const http::Response& response) {
  ServiceError error;
  error.status = response.status;
  error.code = xml_text(response.body, "Code").value_or("HTTP " + std::to_string(response.status));
  error.message = xml_text(response.body, "Message").value_or("");
  error.request_id = xml_text(response.body, "RequestId").value_or("");
  return {std::move(error), {}};
}

Result<json::object, CallError> json_body(const http::Response& response) {
  if (response.status >= 300) return json_error(response);
  if (response.body.empty()) return json::object{};
  auto body = parse_json_object(response.body);
  if (!body) return CallError{std::nullopt, "the server's answer is not JSON: " + body.error().message};
  return std::move(*body);
}

// libcurl speaks of the URL's host, which a socket does not have.
std::string why_unreached(const std::string& socket, const std::string& said) {
  if (::access(socket.c_str(), R_OK | W_OK) != 0) return std::generic_category().message(errno);
  return said.find("localhost") == std::string::npos ? said : "nobody listens there";
}

// An error that is not the server's holds the reason alone: the callers name the socket.
Result<json::object, CallError> ask_admin(const std::string& socket, const std::string& target,
                                          const json::object* body = nullptr) {
  http::Call call{.method = "GET", .url = "http://localhost" + target, .unix_socket = socket};
  if (body != nullptr) {
    call.method = "POST";
    call.headers = {{"Content-Type", "application/json"}};
    call.body = json::serialize(*body);
  }
  auto response = http::send(call);
  if (!response) return CallError{std::nullopt, why_unreached(socket, response.error().message)};
  return json_body(*response);
}

Result<sigv4::Credentials, Failure> credentials_from_file(const std::string& path) {
  const auto text = read_file(path);
  const auto section = text ? find_section(*text, "default") : std::nullopt;
  if (!section || !section->contains("aws_access_key_id") || !section->contains("aws_secret_access_key")) {
    return Failure{"no credentials in " + path +
                   "; run as the server's user, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"};
  }
  return sigv4::Credentials{section->at("aws_access_key_id"), Secret(section->at("aws_secret_access_key")),
                            std::nullopt};
}

std::optional<sigv4::Credentials> credentials_from_environment() {
  const std::string id = variable("AWS_ACCESS_KEY_ID");
  if (id.empty()) return std::nullopt;
  const std::string token = variable("AWS_SESSION_TOKEN");
  return sigv4::Credentials{id, Secret(variable("AWS_SECRET_ACCESS_KEY")),
                            token.empty() ? std::nullopt : std::optional<std::string>(token)};
}

std::string host_of(std::string_view endpoint) {
  const std::size_t start = endpoint.find("://");
  std::string_view rest = start == std::string_view::npos ? endpoint : endpoint.substr(start + 3);
  return std::string(rest.substr(0, rest.find('/')));
}

// What stands inside the first element of that name; `xml` becomes what follows it.
std::optional<std::string_view> cut_element(std::string_view& xml, std::string_view element) {
  const std::string open = "<" + std::string(element) + ">";
  const std::string close = "</" + std::string(element) + ">";
  const std::size_t start = xml.find(open);
  if (start == std::string_view::npos) return std::nullopt;
  const std::size_t end = xml.find(close, start);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = xml.substr(start + open.size(), end - start - open.size());
  xml.remove_prefix(end + close.size());
  return inside;
}

std::string unescaped(std::string_view xml) {
  std::string text(xml);
  static constexpr std::pair<std::string_view, std::string_view> entities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&#xD;", "\r"}, {"&amp;", "&"}};
  for (const auto& [entity, letter] : entities) {
    for (std::size_t at = text.find(entity); at != std::string::npos;
         at = text.find(entity, at + letter.size())) {
      text.replace(at, entity.size(), letter);
    }
  }
  return text;
}

}  // namespace

Failure failure_of(const CallError& error) {
  if (!error.service) return {error.message + "; is the server running? start it: openirsa server"};
  std::string text = error.service->code;
  if (!error.service->message.empty()) text += ": " + error.service->message;
  if (!error.service->request_id.empty()) text += " (request id " + error.service->request_id + ")";
  return {text};
}

Failure failure_of_cluster(const CallError& error) {
  Failure failure = failure_of(error);
  if (error.service && error.service->code == "ResourceNotFoundException")
    failure.message += "; openirsa get cluster lists those there are";
  return failure;
}

Result<json::object, Failure> ask_as_administrator(const Common& common, const std::string& target,
                                                   const json::object* body) {
  const std::string socket = admin_socket(common);
  auto answer = ask_admin(socket, target, body);
  if (answer) return std::move(*answer);
  if (answer.error().service) return failure_of(answer.error());
  return Failure{"no server answers at " + socket + " (" + answer.error().message +
                 "); start one (openirsa server), or name its data directory with --data-dir"};
}

Result<json::object, Failure> ask_server_facts(const Common& common, bool verbatim) {
  return ask_as_administrator(common,
                              std::string("/openirsa/v1/server") + (verbatim ? "?verbatim=true" : ""));
}

Result<Connection, Failure> Connection::open(const Common& common) {
  Connection connection;
  auto facts = ask_server_facts(common, false);
  std::string endpoint = variable("AWS_ENDPOINT_URL");
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (facts) {
    connection.endpoint_ = find_string(*facts, "endpoint").value_or("");
    connection.region_ = find_string(*facts, "region").value_or("");
    connection.ca_pem_ = find_string(*facts, "authorityPem").value_or("");
    connection.admin_socket_ = admin_socket(common);
    auto credentials =
        credentials_from_file(std::string(find_string(*facts, "credentialsFile").value_or("")));
    if (!credentials) return std::move(credentials).error();
    connection.credentials_ = std::move(*credentials);
  } else {
    auto credentials = credentials_from_environment();
    if (endpoint.empty() || !credentials) return std::move(facts).error();
    connection.endpoint_ = endpoint;
    connection.ca_pem_ = read_file(variable("AWS_CA_BUNDLE")).value_or("");
    connection.credentials_ = std::move(*credentials);
  }
  // A shell that was pointed at this very server speaks with its own credentials.
  if (endpoint == connection.endpoint_) {
    if (auto own = credentials_from_environment()) connection.credentials_ = std::move(*own);
  }
  for (const char* name : {"AWS_DEFAULT_REGION", "AWS_REGION"}) {
    if (std::string region = variable(name); !region.empty()) connection.region_ = std::move(region);
  }
  if (!common.region.empty()) connection.region_ = common.region;
  if (connection.region_.empty()) return Failure{"no region; say --region, or set AWS_REGION"};
  return connection;
}

Result<http::Response, CallError> Connection::send_signed(std::string_view service, std::string_view method,
                                                          std::string_view target,
                                                          std::string_view content_type,
                                                          std::string body) const {
  http::Call call{
      .method = std::string(method), .url = endpoint_ + std::string(target), .body = std::move(body)};
  if (!ca_pem_.empty()) call.ca_pem = ca_pem_;
  call.headers = {{"Host", host_of(endpoint_)}};
  if (!content_type.empty()) call.headers.emplace_back("Content-Type", content_type);
  const std::size_t mark = target.find('?');
  sigv4::RequestView view{
      .method = method,
      .path = target.substr(0, mark),
      .query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1),
      .headers = {},
      .body = call.body};
  for (const auto& [name, value] : call.headers) view.headers.emplace_back(name, value);
  const auto added = sigv4::sign(view, credentials_, region_, service, SystemClock().now());
  call.headers.insert(call.headers.end(), added.begin(), added.end());
  auto response = http::send(call);
  if (!response)
    return CallError{std::nullopt, "cannot reach " + endpoint_ + ": " + response.error().message};
  return std::move(*response);
}

Result<json::object, CallError> Connection::rest(std::string_view service, std::string_view method,
                                                 std::string_view target, const json::object& body) const {
  const bool with_body = method == "POST" || method == "PUT";
  auto response = send_signed(service, method, target, with_body ? "application/json" : "",
                              with_body ? json::serialize(body) : std::string{});
  if (!response) return std::move(response).error();
  return json_body(*response);
}

Result<std::string, CallError> Connection::query(
    std::string_view service, std::string_view version, std::string_view action,
    const std::vector<std::pair<std::string, std::string>>& parameters) const {
  std::string form = "Action=" + percent_encode(action) + "&Version=" + percent_encode(version);
  for (const auto& [name, value] : parameters)
    form += "&" + percent_encode(name) + "=" + percent_encode(value);
  auto response =
      send_signed(service, "POST", "/", "application/x-www-form-urlencoded; charset=utf-8", std::move(form));
  if (!response) return std::move(response).error();
  if (response->status >= 300) return xml_error(*response);
  return std::move(response->body);
}

Result<json::object, CallError> Connection::explain(std::string_view request_id) const {
  return decisions("/openirsa/v1/decisions/" + percent_encode(request_id));
}

Result<json::object, CallError> Connection::decisions(const std::string& target) const {
  if (!admin_socket_) return rest("openirsa", "GET", target);
  return administer(target);
}

Result<json::object, CallError> Connection::simulate(const json::object& body) const {
  const std::string target = "/openirsa/v1/simulate/web-identity";
  if (!admin_socket_) return rest("openirsa", "POST", target, body);
  return administer(target, &body);
}

// REQUIRES: admin_socket_.
Result<json::object, CallError> Connection::administer(const std::string& target,
                                                       const json::object* body) const {
  auto answer = ask_admin(*admin_socket_, target, body);
  if (!answer && !answer.error().service)
    return CallError{std::nullopt, "cannot reach " + *admin_socket_ + ": " + answer.error().message};
  return answer;
}

std::optional<std::string> xml_text(std::string_view xml, std::string_view element) {
  const auto inside = cut_element(xml, element);
  if (!inside) return std::nullopt;
  return unescaped(*inside);
}

std::vector<std::string> xml_texts(std::string_view xml, std::string_view list, std::string_view element) {
  std::vector<std::string> texts;
  std::string_view rest = cut_element(xml, list).value_or("");
  while (const auto inside = cut_element(rest, element)) texts.push_back(unescaped(*inside));
  return texts;
}

}  // namespace openirsa::cli
