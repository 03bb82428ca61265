#include "issuer/registry.h"

#include <algorithm>

#include "crypto/random.h"
#include "record/identifier.h"
#include "record/key.h"
#include "token/signer.h"

namespace openirsa::issuer {
namespace {

constexpr std::string_view id_path = "/id/";

}  // namespace

std::string url_of(std::string_view issuer_host, std::string_view issuer_id) {
  return "https://" + std::string(issuer_host) + std::string(id_path) + std::string(issuer_id);
}

const record::Issuer* find_live(const store::Snapshot& snapshot, std::string_view url) {
  const std::size_t at = url.rfind(id_path);
  if (at == std::string_view::npos) return nullptr;
  const auto* issuer =
      record::find<record::Issuer>(snapshot, record::issuer_key(url.substr(at + id_path.size())));
  // The id only finds the record. Whether it is the issuer meant is said by the whole URL, letter for letter:
  // OpenID Connect Core 1.0 §3.1.3.7 (2), "MUST exactly match".
  if (issuer == nullptr || issuer->deleted || issuer->url != url) return nullptr;
  return issuer;
}

record::Issuer make_issuer(std::string_view issuer_host, std::string_view account, std::string_view region,
                           std::string_view cluster, Time now) {
  const std::string id = record::make_issuer_id();
  auto key = crypto::PrivateKey::generate(crypto::KeyType::rsa, 2048);
  std::string key_id = token::key_id_of(key.public_key());
  record::Issuer issuer{.id = id,
                        .url = url_of(issuer_host, id),
                        .account = std::string(account),
                        .region = std::string(region),
                        .cluster = std::string(cluster),
                        .created = now};
  issuer.keys.push_back({std::move(key_id), std::move(key), now});
  issuer.derive_key_set();
  return issuer;
}

std::string mint(const record::Issuer& issuer, const ServiceAccountToken& token, Time now) {
  // The last of those made at the same time: a key is added behind the older ones.
  const auto newest = std::ranges::max_element(
      issuer.keys, [](const auto& a, const auto& b) { return a.created <= b.created; });
  const std::int64_t issued = seconds_of(now);
  const json::object claims{
      {"aud", json::array{token.audience}},
      {"exp", issued + token.lifetime.count()},
      {"iat", issued},
      {"iss", issuer.url},
      {"jti", crypto::random_uuid()},
      {"kubernetes.io",
       {{"namespace", token.name_space},
        {"serviceaccount", {{"name", token.service_account}, {"uid", token.service_account_uid}}}}},
      {"nbf", issued},
      {"sub", "system:serviceaccount:" + token.name_space + ":" + token.service_account}};
  return token::sign_token(claims, newest->key_id, crypto::Algorithm::rs256, newest->key);
}

}  // namespace openirsa::issuer
