#include "own/tokens.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "base/time_text.h"
#include "crypto/digest.h"
#include "issuer/registry.h"
#include "record/cluster.h"
#include "record/key.h"

namespace openirsa::own {
namespace {

using wire::Code;

constexpr std::int64_t least_seconds = 600;
constexpr std::int64_t most_seconds = 86'400;
constexpr std::int64_t default_seconds = 3600;

wire::Error invalid(std::string message) { return {Code::eks_invalid_parameter, std::move(message)}; }

// RFC 1123 labels joined by dots, as Kubernetes names its objects.
bool is_kubernetes_name(std::string_view text, std::size_t longest) {
  if (text.empty() || text.size() > longest) return false;
  return std::ranges::all_of(split(text, '.'), [](std::string_view label) {
    const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !label.empty() && alphanumeric(label.front()) && alphanumeric(label.back()) &&
           std::ranges::all_of(label, [&](char c) { return alphanumeric(c) || c == '-'; });
  });
}

// Stable for a service account of an issuer, as a Kubernetes uid is: RFC 9562 version 8 from a digest.
std::string uid_of(const record::Issuer& issuer, std::string_view name_space,
                   std::string_view service_account) {
  std::string text = issuer.id + "\n";
  text.append(name_space).append("\n").append(service_account);
  std::string hex = to_hex(as_view(crypto::sha256(text))).substr(0, 32);
  hex[12] = '8';
  hex[16] = 'a';
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

Result<std::string, wire::Error> take_text(const json::object& body, std::string_view member,
                                           std::string fallback) {
  if (find_member(body, member) == nullptr) return fallback;
  const auto text = find_string(body, member);
  if (!text) return invalid("member `" + std::string(member) + "` is not a text");
  return std::string(*text);
}

Result<issuer::ServiceAccountToken, wire::Error> take_request(const json::object& body) {
  auto name_space = take_text(body, "namespace", "");
  if (!name_space) return std::move(name_space).error();
  if (!is_kubernetes_name(*name_space, 63) || name_space->find('.') != std::string::npos) {
    return invalid(
        "member `namespace` must be a Kubernetes namespace: lower-case letters, digits and '-', at most 63");
  }
  auto service_account = take_text(body, "serviceAccount", "");
  if (!service_account) return std::move(service_account).error();
  if (!is_kubernetes_name(*service_account, 253)) {
    return invalid("member `serviceAccount` must be a Kubernetes service account's name");
  }
  auto audience = take_text(body, "audience", "sts.amazonaws.com");
  if (!audience) return std::move(audience).error();
  if (audience->empty() || audience->size() > 255)
    return invalid("member `audience` must have 1 to 255 characters");
  std::int64_t seconds = default_seconds;
  if (find_member(body, "expirationSeconds") != nullptr) {
    const auto given = find_integer(body, "expirationSeconds");
    if (!given || *given < least_seconds || *given > most_seconds) {
      return invalid("member `expirationSeconds` must be a whole number from 600 to 86400");
    }
    seconds = *given;
  }
  return issuer::ServiceAccountToken{.name_space = std::move(*name_space),
                                     .service_account = std::move(*service_account),
                                     .service_account_uid = {},
                                     .audience = std::move(*audience),
                                     .lifetime = std::chrono::seconds{seconds}};
}

}  // namespace

std::string cluster_arn(const wire::Call& call, std::string_view name) {
  const std::string_view account = call.caller == nullptr ? std::string_view{} : call.account();
  return concatenate(
      {"arn:", call.house.names.partition, ":eks:", call.region, ":", account, ":cluster/", name});
}

std::string cluster_of_label(const wire::Call& call) { return cluster_arn(call, call.labels.at(0)); }

Result<wire::Answer, wire::Error> create_service_account_token(wire::Call& call) {
  auto request = take_request(call.body);
  if (!request) {
    call.trace.fail(wire::Step::parameters_valid, "parameters_invalid", request.error().message);
    return std::move(request).error();
  }
  const std::string& name = call.labels.at(0);
  const auto* cluster =
      record::find<record::Cluster>(*call.snapshot, record::cluster_key(call.account(), call.region, name));
  const auto* issuer = cluster == nullptr ? nullptr : issuer::find_live(*call.snapshot, cluster->issuer_url);
  if (issuer == nullptr || issuer->keys.empty()) {
    return wire::Error{
        Code::eks_resource_not_found, "No cluster found for name: " + name + ".", {{"clusterName", name}}};
  }
  request->service_account_uid = uid_of(*issuer, request->name_space, request->service_account);
  const auto token = issuer::mint(*issuer, *request, call.now);
  if (!token) {
    return wire::Error{Code::eks_server,
                       "No token can be signed: " + token.error().message +
                           ". Restore the database from a copy, or delete and create the cluster."};
  }
  const Time expires = time_of_seconds(seconds_of(call.now)) + request->lifetime;
  return wire::json_answer(
      {{"token", *token},
       {"issuer", issuer->url},
       {"subject", "system:serviceaccount:" + request->name_space + ":" + request->service_account},
       {"audience", request->audience},
       {"expiration", to_iso8601(expires)}});
}

}  // namespace openirsa::own
