// A server of canned answers behind an admin socket and an endpoint, and verbs run as a shell runs them.
// Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/files.h"
#include "cli/usage.h"
#include "cli/verbs.h"
#include "http/server.h"
#include "http/test_peer.h"
#include "sigv4/sigv4.h"

namespace openirsa::cli {

struct Ran {
  int status = -1;
  std::string out;
  std::string error;
};

class Desk : public testing::Test {
 protected:
  static constexpr const char* key_id = "AKIAIOSFODNN7EXAMPLE";
  static constexpr const char* secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

  Desk() {
    for (const char* name :
         {"AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE",
          "AWS_SHARED_CREDENTIALS_FILE", "SSL_CERT_FILE", "NO_PROXY", "no_proxy", "SHELL",
          "OPENIRSA_DATA_DIR", "OPENIRSA_LISTEN_ADMIN", "XDG_STATE_HOME"}) {
      ::unsetenv(name);
    }
    ::setenv("HOME", directory_.path().c_str(), 1);
    auto started = http::Server::start(
        {}, {{"api", "127.0.0.1:0", nullptr, &api_, false, {}},
             {"admin", "unix:" + directory_.file("admin.sock"), nullptr, &admin_, true, {}}});
    server_ = std::move(*started);
    EXPECT_TRUE(write_file(directory_.file("credentials"),
                           std::string("[default]\naws_access_key_id = ") + key_id +
                               "\naws_secret_access_key = " + secret + "\n",
                           0600));
    facts_ = {{"endpoint", endpoint()},
              {"region", "us-west-2"},
              {"proxy", "http://127.0.0.1:8888"},
              {"issuerHost", "oidc.openirsa.internal"},
              {"authorityPem", "product\n"},
              {"verbatimAuthorityPem", "verbatim\n"},
              {"credentialsFile", directory_.file("credentials")}};
  }

  std::string endpoint() const { return "http://" + server_->address_of("api"); }

  // The answer to "GET /clusters/x", or to the action of a form.
  void answer(const std::string& call, int status, std::string body, std::vector<http::Header> headers = {}) {
    answers_[call] = {status, std::move(headers), std::move(body)};
  }
  // What a call changes in the answers to later ones.
  void after(const std::string& call, std::function<void()> act) { after_[call] = std::move(act); }
  // The calls that came, with the form or body that they carried.
  std::vector<std::string> calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }

  Ran run(std::vector<std::string> arguments) {
    if (arguments.front() != "version") arguments.insert(arguments.end(), {"--data-dir", directory_.path()});
    return run_exactly(std::move(arguments));
  }
  static Ran run_exactly(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openirsa");
    std::vector<const char*> texts;
    for (const auto& argument : arguments) texts.push_back(argument.c_str());
    CLI::App program;
    program.require_subcommand(1);
    std::function<int()> chosen;
    add_client_verbs(program, chosen);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Ran ran;
    try {
      program.parse(static_cast<int>(texts.size()), texts.data());
      ran.status = chosen();
    } catch (const CLI::ParseError& error) {
      ran.status = answer_unread(program, error);
    } catch (const std::exception& defect) {
      ADD_FAILURE() << defect.what();
    }
    ran.out = testing::internal::GetCapturedStdout();
    ran.error = testing::internal::GetCapturedStderr();
    return ran;
  }

  http::TestDirectory directory_;
  json::object facts_;

 private:
  http::Response serve(const http::Request& request, bool admin) {
    const auto action = request.body.starts_with("Action=")
                            ? request.body.substr(7, request.body.find('&') - 7)
                            : request.method + " " + request.target;
    if (admin && request.path == "/openirsa/v1/server") return {200, {}, json::serialize(facts_)};
    if (!admin) check_signature(request);
    const std::scoped_lock lock(mutex_);
    calls_.push_back(action + (request.body.empty() ? "" : " " + request.body));
    const auto found = answers_.find(action);
    if (found == answers_.end()) return {404, {{"x-amzn-ErrorType", "NoAnswer"}}, "{}"};
    http::Response response = found->second;
    if (const auto act = after_.find(action); act != after_.end()) act->second();
    return response;
  }
  void check_signature(const http::Request& request) {
    sigv4::RequestView view{request.method, request.path, request.query, {}, request.body};
    for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
    const auto claim = sigv4::parse_claim(view);
    ASSERT_TRUE(claim) << claim.error().detail;
    const auto verified = sigv4::verify(view, *claim, Secret(secret), {}, SystemClock().now());
    EXPECT_TRUE(verified) << verified.error().detail;
  }

  http::FunctionHandler api_{[this](const http::Request& request) { return serve(request, false); }};
  http::FunctionHandler admin_{[this](const http::Request& request) { return serve(request, true); }};
  std::mutex mutex_;
  std::map<std::string, http::Response> answers_;
  std::map<std::string, std::function<void()>> after_;
  std::vector<std::string> calls_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace openirsa::cli
