#include "cli/provider_calls.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::cli {
namespace {

constexpr std::string_view scheme = "https://";

std::string keys_path(const std::string& arn) {
  return "/openirsa/v1/providers/" + percent_encode(arn) + "/keys";
}

bool is_missing(const CallError& error) { return error.service && error.service->code == "NoSuchEntity"; }

Result<json::object, Failure> keys_in(const Result<json::object, CallError>& answer) {
  if (!answer) return failure_of(answer.error());
  const json::object* keys = find_object(*answer, "providerKeys");
  if (keys == nullptr) return Failure{"the server's answer holds no provider's keys"};
  return *keys;
}

}  // namespace

Result<std::string, Failure> provider_name(const std::string& issuer) {
  if (!issuer.starts_with(scheme) || issuer.size() == scheme.size())
    return Failure{"issuer `" + issuer + "` is not a URL that begins with https://"};
  std::string name = issuer.substr(scheme.size());
  const std::size_t host = std::min(name.find('/'), name.size());
  constexpr std::string_view default_port = ":443";
  if (std::string_view(name).substr(0, host).ends_with(default_port))
    name.erase(host - default_port.size(), default_port.size());
  return name;
}

Result<std::string, Failure> provider_arn(const Connection& connection, const std::string& name) {
  const auto identity = connection.query("sts", "2011-06-15", "GetCallerIdentity", {});
  if (!identity) return failure_of(identity.error());
  const std::string caller = xml_text(*identity, "Arn").value_or("");
  const auto parts = split(caller, ':');
  const std::string account = xml_text(*identity, "Account").value_or("");
  if (parts.size() < 2 || account.empty()) return Failure{"the server's answer does not say who calls"};
  return "arn:" + std::string(parts[1]) + ":iam::" + account + ":oidc-provider/" + name;
}

Result<std::optional<Provider>, Failure> find_provider(const Connection& connection, const std::string& arn) {
  const auto found =
      connection.query("iam", iam_version, "GetOpenIDConnectProvider", {{"OpenIDConnectProviderArn", arn}});
  if (!found && is_missing(found.error())) return std::optional<Provider>();
  if (!found) return failure_of(found.error());
  return std::optional(Provider{.arn = arn,
                                .issuer = std::string(scheme) + xml_text(*found, "Url").value_or(""),
                                .client_ids = xml_texts(*found, "ClientIDList", "member"),
                                .thumbprints = xml_texts(*found, "ThumbprintList", "member"),
                                .created = xml_text(*found, "CreateDate").value_or("")});
}

Result<std::vector<std::string>, Failure> list_provider_arns(const Connection& connection) {
  const auto list = connection.query("iam", iam_version, "ListOpenIDConnectProviders", {});
  if (!list) return failure_of(list.error());
  return xml_texts(*list, "OpenIDConnectProviderList", "Arn");
}

Result<Done, Failure> create_provider(const Connection& connection, const Provider& wanted) {
  std::vector<std::pair<std::string, std::string>> parameters{{"Url", wanted.issuer}};
  const auto add = [&](const std::string& list, const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      parameters.emplace_back(list + ".member." + std::to_string(i + 1), values[i]);
  };
  add("ClientIDList", wanted.client_ids);
  add("ThumbprintList", wanted.thumbprints);
  const auto created = connection.query("iam", iam_version, "CreateOpenIDConnectProvider", parameters);
  if (!created) return failure_of(created.error());
  return Done{};
}

Result<Done, Failure> delete_provider(const Connection& connection, const std::string& arn) {
  const auto deleted = connection.query("iam", iam_version, "DeleteOpenIDConnectProvider",
                                        {{"OpenIDConnectProviderArn", arn}});
  if (deleted) return Done{};
  Failure failure = failure_of(deleted.error());
  if (is_missing(deleted.error())) failure.message += "; openirsa get provider lists those there are";
  return failure;
}

Result<json::object, Failure> keys_of(const Connection& connection, const std::string& arn) {
  return keys_in(connection.rest("openirsa", "GET", keys_path(arn)));
}

Result<json::object, Failure> replace_keys(const Connection& connection, const std::string& arn,
                                           const KeysRequest& request) {
  const auto answer = connection.rest("openirsa", request.method, keys_path(arn), request.body);
  if (answer || request.method != "POST" || !answer.error().service) return keys_in(answer);
  Failure failure = failure_of(answer.error());
  if (answer.error().service->code == "ResourceInUseException") return failure;  // the keys came, too late
  failure.message +=
      "; where the server cannot reach the cluster, fetch the keys yourself (kubectl get --raw "
      "/openid/v1/jwks > FILE) and give them with --jwks FILE";
  return failure;
}

}  // namespace openirsa::cli
