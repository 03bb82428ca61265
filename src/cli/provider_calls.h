// What the verbs about an OpenID Connect provider ask of the server: IAM's own operations, and ours for the
// keys that it is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/connection.h"

namespace openirsa::cli {

struct Provider {
  std::string arn;
  std::string issuer;  // with https://
  std::vector<std::string> client_ids;
  std::vector<std::string> thumbprints;
  std::string created;
  bool operator==(const Provider&) const = default;
};

// The provider's identity: the URL without https:// and without :443.
Result<std::string, Failure> provider_name(const std::string& issuer);
// In the caller's account.
Result<std::string, Failure> provider_arn(const Connection& connection, const std::string& name);

Result<std::optional<Provider>, Failure> find_provider(const Connection& connection, const std::string& arn);
Result<std::vector<std::string>, Failure> list_provider_arns(const Connection& connection);
Result<Done, Failure> create_provider(const Connection& connection, const Provider& wanted);
Result<Done, Failure> delete_provider(const Connection& connection, const std::string& arn);

// What a provider's keys are replaced with: uploaded (PUT), pulled by the server (POST) or none (DELETE).
struct KeysRequest {
  std::string method;
  json::object body;
};
// All answer what GetProviderKeys shows.
Result<json::object, Failure> keys_of(const Connection& connection, const std::string& arn);
Result<json::object, Failure> replace_keys(const Connection& connection, const std::string& arn,
                                           const KeysRequest& request);

}  // namespace openirsa::cli
