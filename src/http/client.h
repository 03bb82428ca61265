// A blocking HTTP client over libcurl for our own command line. The guarded fetcher for foreign issuers is
// not this.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace openirsa::http {

struct ClientError {
  std::string message;  // libcurl's reason in one line
};

struct Call {
  std::string method = "GET";
  std::string url{};
  std::vector<Header> headers{};
  std::string body{};
  std::optional<std::string> unix_socket{};  // connect here instead of to the URL's host
  std::optional<std::string> ca_pem{};       // trust exactly these roots
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_body_bytes = 16 * 1024 * 1024;
};

// Follows no redirect and uses no proxy variable. Any HTTP status is a Response.
Result<Response, ClientError> send(const Call& call);

}  // namespace openirsa::http
