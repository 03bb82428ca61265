#include "issuer/registry.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/random.h"
#include "record/identifier.h"
#include "record/key.h"
#include "token/signer.h"

namespace openirsa::issuer {
namespace {

constexpr std::string_view id_path = "/id/";

// The id only finds the record. Whether it is the issuer meant is said by the whole URL, letter for letter:
// OpenID Connect Core 1.0 §3.1.3.7 (2), "MUST exactly match".
const record::Issuer* find_known(const store::Snapshot& snapshot, std::string_view url) {
  const std::size_t at = url.rfind(id_path);
  if (at == std::string_view::npos) return nullptr;
  const auto* issuer =
      record::find<record::Issuer>(snapshot, record::issuer_key(url.substr(at + id_path.size())));
  return issuer == nullptr || issuer->url != url ? nullptr : issuer;
}

}  // namespace

std::string url_of(std::string_view issuer_host, std::string_view issuer_id) {
  return "https://" + std::string(issuer_host) + std::string(id_path) + std::string(issuer_id);
}

const record::Issuer* find_live(const store::Snapshot& snapshot, std::string_view url) {
  const auto* issuer = find_known(snapshot, url);
  return issuer == nullptr || issuer->deleted ? nullptr : issuer;
}

bool is_ours(const store::Snapshot& snapshot, std::string_view issuer_host, std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) return false;
  const std::string_view rest = url.substr(scheme.size());
  return equal_ignoring_case(rest.substr(0, rest.find('/')), issuer_host) ||
         find_known(snapshot, url) != nullptr;
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

Result<std::string, record::RecordError> mint(const record::Issuer& issuer, const ServiceAccountToken& token,
                                              Time now) {
  // The last of those made at the same time: a key is added behind the older ones.
  const auto newest = std::ranges::max_element(
      issuer.keys, [](const auto& a, const auto& b) { return a.created <= b.created; });
  const auto key = newest->key.private_key();
  if (!key) return key.error();
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
  return token::sign_token(claims, newest->key_id, crypto::Algorithm::rs256, *key);
}

}  // namespace openirsa::issuer
