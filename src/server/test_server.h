// A whole server inside the test: free ports, a directory of its own, a clock that tests set; and signed
// calls as clients make them. Included by tests only.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/test_clock.h"
#include "base/text.h"
#include "http/client.h"
#include "server/app.h"
#include "server/settings.h"
#include "sigv4/sigv4.h"
#include "store/test_directory.h"

namespace openirsa::server {

inline std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline Settings settings_with(const std::map<std::string, std::string>& flags) {
  auto settings = Settings::load(std::nullopt, {}, flags);
  if (settings) return std::move(*settings);
  ADD_FAILURE() << settings.error().message;
  return *Settings::load(std::nullopt, {}, {});
}

// The text of the first element of that name.
inline std::string element(std::string_view xml, const std::string& name) {
  const auto start = xml.find("<" + name + ">");
  if (start == std::string_view::npos) return {};
  const auto from = start + name.size() + 2;
  return std::string(xml.substr(from, xml.find("</" + name + ">", from) - from));
}

inline const std::string* header_of(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

class TestServer {
 public:
  using Form = std::vector<std::pair<std::string, std::string>>;

  // Real time to begin with: libcurl judges our certificates by it.
  explicit TestServer(std::initializer_list<std::pair<const std::string, std::string>> flags = {})
      : clock_(seconds_of(SystemClock().now())), flags_(flags) {
    for (const auto& [key, value] : std::map<std::string, std::string>{{"data_dir", directory_.path("data")},
                                                                       {"listen.api", "127.0.0.1:0"},
                                                                       {"listen.metrics", "127.0.0.1:0"},
                                                                       {"listen.proxy", "127.0.0.1:0"}}) {
      flags_.emplace(key, value);
    }
    spdlog::set_level(spdlog::level::critical);
    start();
  }

  Result<std::unique_ptr<App>, StartError> try_start() {
    return App::start(settings_with(flags_), {.clock = clock_, .data_directory = {}, .upstream_proxy = {}});
  }
  void start() {
    app_.reset();
    auto app = try_start();
    ASSERT_TRUE(app) << app.error().message;
    app_ = std::move(*app);
    const auto facts = admin("/openirsa/v1/server");
    ca_pem_ = facts.at("authorityPem").as_string();
    endpoint_ = facts.at("endpoint").as_string();
    account_ = facts.at("account").as_string();
  }

  void reset() { app_.reset(); }

  App& app() { return *app_; }
  TestClock& clock() { return clock_; }
  std::map<std::string, std::string>& flags() { return flags_; }
  std::string file(const std::string& name) const { return directory_.path("data/" + name); }
  const std::string& endpoint() const { return endpoint_; }
  const std::string& ca_pem() const { return ca_pem_; }
  const std::string& account() const { return account_; }

  // The administrator's, as they stand in the credentials file.
  sigv4::Credentials credentials() const {
    const std::string text = read_all(file("credentials"));
    const auto value = [&](const std::string& name) {
      const auto at = text.find(name + " = ") + name.size() + 3;
      return text.substr(at, text.find('\n', at) - at);
    };
    return {value("aws_access_key_id"), Secret(value("aws_secret_access_key")), std::nullopt};
  }

  http::Response get(const std::string& url) const { return send({.url = url, .ca_pem = ca_pem_}); }

  // Over the admin socket: GET, or POST with a body.
  json::object admin(const std::string& target) const { return administer(target, {}); }
  json::object administer(const std::string& target, const json::object& body) const {
    const auto response = send({.method = body.empty() ? "GET" : "POST",
                                .url = "http://localhost" + target,
                                .body = body.empty() ? "" : json::serialize(body),
                                .unix_socket = app_->address_of("admin").substr(5)});
    EXPECT_EQ(response.status, 200) << response.body;
    auto answer = parse_json_object(response.body);
    return answer ? *answer : json::object{};
  }

  http::Response rest(const sigv4::Credentials& who, std::string_view service, std::string method,
                      const std::string& target, const json::object& body = {}) const {
    http::Call call{.method = std::move(method), .url = endpoint_ + target, .ca_pem = ca_pem_};
    if (call.method == "POST") call.body = json::serialize(body);
    return send_signed(std::move(call), who, service, target, "application/json");
  }
  http::Response query(const std::optional<sigv4::Credentials>& who, std::string_view service,
                       const std::string& action, const Form& form) const {
    std::string body = "Action=" + action + "&Version=" + (service == "sts" ? "2011-06-15" : "2010-05-08");
    for (const auto& [name, value] : form) body += "&" + percent_encode(name) + "=" + percent_encode(value);
    http::Call call{.method = "POST", .url = endpoint_ + "/", .body = std::move(body), .ca_pem = ca_pem_};
    constexpr std::string_view type = "application/x-www-form-urlencoded; charset=utf-8";
    if (who) return send_signed(std::move(call), *who, service, "/", type);
    call.headers.emplace_back("Content-Type", type);
    return send(call);
  }
  // A call that must succeed.
  json::object rest_ok(std::string_view service, const std::string& method, const std::string& target,
                       const json::object& body = {}) const {
    const auto response = rest(credentials(), service, method, target, body);
    EXPECT_EQ(response.status, 200) << response.body;
    auto answer = parse_json_object(response.body);
    return answer ? *answer : json::object{};
  }
  std::string query_ok(std::string_view service, const std::string& action, const Form& form) const {
    const auto response = query(credentials(), service, action, form);
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }

  // When set, requests are signed at this time instead of the server's.
  void sign_at(std::optional<Time> time) { signing_clock_ = time; }
  void sign_for(std::string region) { region_ = std::move(region); }

 private:
  static http::Response send(const http::Call& call) {
    auto response = http::send(call);
    if (response) return std::move(*response);
    ADD_FAILURE() << call.url << ": " << response.error().message;
    return {.status = 0, .headers = {}, .body = {}};
  }
  http::Response send_signed(http::Call call, const sigv4::Credentials& who, std::string_view service,
                             std::string_view target, std::string_view type) const {
    call.headers = {{"Host", endpoint_.substr(endpoint_.find("://") + 3)},
                    {"Content-Type", std::string(type)}};
    const auto mark = target.find('?');
    sigv4::RequestView view{
        .method = call.method,
        .path = target.substr(0, mark),
        .query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1),
        .headers = {},
        .body = call.body};
    for (const auto& [name, value] : call.headers) view.headers.emplace_back(name, value);
    const auto added = sigv4::sign(view, who, region_, service, signing_clock_.value_or(clock_.now()));
    call.headers.insert(call.headers.end(), added.begin(), added.end());
    return send(call);
  }

  store::TestDirectory directory_{store::Where::memory};
  TestClock clock_;
  std::map<std::string, std::string> flags_;
  std::unique_ptr<App> app_;
  std::string ca_pem_;
  std::string endpoint_;
  std::string account_;
  std::optional<Time> signing_clock_;
  std::string region_ = "us-west-2";
};

}  // namespace openirsa::server
