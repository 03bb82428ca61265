// From a verb to the server: where it is, with whose credentials, signed calls of the two protocols, errors
// in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/output.h"
#include "http/client.h"
#include "sigv4/sigv4.h"

namespace openirsa::cli {

constexpr std::string_view iam_version = "2010-05-08";  // of IAM's query protocol

// What a person may say on any verb.
struct Common {
  std::string data_dir{};
  std::string region{};
  std::string output = "text";
  Form form() const { return output == "json" ? Form::json : Form::text; }
};

// An error that the server answered with.
struct ServiceError {
  int status = 0;
  std::string code;
  std::string message;
  std::string request_id;
};
struct CallError {
  std::optional<ServiceError> service;  // nothing: the call did not come through
  std::string message;
};
// "ResourceNotFoundException: No cluster found for name: x. (request id …)"
Failure failure_of(const CallError& error);
// The same of a call about one cluster: where there is none of that name, with how to see those there are.
Failure failure_of_cluster(const CallError& error);

// What the host's administrator alone may ask, over the admin socket: GET, or POST with a body.
Result<json::object, Failure> ask_as_administrator(const Common& common, const std::string& target,
                                                   const json::object* body = nullptr);
// A running server's own words.
Result<json::object, Failure> ask_server_facts(const Common& common, bool verbatim);

class Connection {
 public:
  // Over the admin socket of the data directory, with the credentials file it names; else as
  // AWS_ENDPOINT_URL, AWS_CA_BUNDLE and the AWS credentials variables say.
  static Result<Connection, Failure> open(const Common& common);

  const std::string& region() const { return region_; }

  // REST-JSON: EKS and our own service.
  Result<json::object, CallError> rest(std::string_view service, std::string_view method,
                                       std::string_view target, const json::object& body = {}) const;
  // The query protocol: IAM and STS. Answers the XML text.
  Result<std::string, CallError> query(
      std::string_view service, std::string_view version, std::string_view action,
      const std::vector<std::pair<std::string, std::string>>& parameters) const;
  // A trace, over the admin socket where there is one (the host's administrator sees every trace), else
  // signed.
  Result<json::object, CallError> explain(std::string_view request_id) const;
  // The same for a list of traces; `target` with its query.
  Result<json::object, CallError> decisions(const std::string& target) const;
  // A web identity's exchange, likewise.
  Result<json::object, CallError> simulate(const json::object& body) const;

 private:
  Result<http::Response, CallError> send_signed(std::string_view service, std::string_view method,
                                                std::string_view target, std::string_view content_type,
                                                std::string body) const;
  Result<json::object, CallError> administer(const std::string& target,
                                             const json::object* body = nullptr) const;

  std::string endpoint_;
  std::string region_;
  std::string ca_pem_;
  std::optional<std::string> admin_socket_;
  sigv4::Credentials credentials_;
};

// The text of the first element of that name; XML as the query protocol writes it.
std::optional<std::string> xml_text(std::string_view xml, std::string_view element);
// The texts of all elements of that name within the first element named `list`.
std::vector<std::string> xml_texts(std::string_view xml, std::string_view list, std::string_view element);

}  // namespace openirsa::cli
