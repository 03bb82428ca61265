#include "world.h"

#include <sys/stat.h>

#include <fstream>

#include "base/text.h"
#include "iam/bootstrap.h"
#include "issuer/registry.h"
#include "processor.h"
#include "record/compiled.h"
#include "record/identifier.h"
#include "record/key.h"
#include "record/provider.h"
#include "record/role.h"
#include "store/store.h"
#include "token/jwk.h"
#include "token/signer.h"

namespace openirsa::bench {
namespace {

constexpr std::string_view account = "111122223333";
constexpr std::string_view region = "us-west-2";
constexpr std::string_view issuer_host = "oidc.openirsa.internal";

constexpr std::string_view foreign_url = "keys.issuer.example";
constexpr std::string_view foreign_role = "foreign";
constexpr std::string_view measured_account = "sa-0";

// Collects puts and commits them in the largest commits that the store takes; the last with flush().
class Loader {
 public:
  Loader(store::Store& store, const record::Vault& vault) : store_(store), vault_(vault) {}

  template <class R>
  void put(const std::string& key, const R& record) {
    commit_.puts.push_back({key, record.to_text(vault_, key)});
    if (commit_.puts.size() == store::max_operations_per_commit) flush();
  }

  void flush() {
    if (commit_.puts.empty()) return;
    if (auto done = store_.commit(commit_); !done) give_up(done.error().message);
    commit_.puts.clear();
  }

 private:
  store::Store& store_;
  const record::Vault& vault_;
  store::Commit commit_;
};

std::string trust_text(const std::string& url, const std::string& service_account) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::)" +
         std::string(account) + ":oidc-provider/" + url +
         R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" + url +
         R"(:aud":"sts.amazonaws.com",")" + url + R"(:sub":"system:serviceaccount:default:)" +
         service_account + R"("}}}]})";
}

record::Role make_role(const std::string& name, const std::string& trust, Time now) {
  auto policy = record::compile(trust, policy::Kind::trust);
  if (!policy) give_up(policy.error().message);
  record::Role role{.account = std::string(account),
                    .name = name,
                    .path = "/",
                    .id = record::make_unique_id("AROA"),
                    .created = now,
                    .trust = std::move(*policy)};
  auto permissions = record::compile(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"eks:ListClusters","Resource":"*"}]})",
      policy::Kind::identity);
  if (!permissions) give_up(permissions.error().message);
  role.permissions.inline_policies.emplace("clusters", std::move(*permissions));
  return role;
}

record::OpenIdConnectProvider make_provider(const std::string& url, Time now) {
  record::OpenIdConnectProvider provider;
  provider.account = account;
  provider.url = url;
  provider.client_ids = {"sts.amazonaws.com"};
  provider.thumbprints = {std::string(40, 'a')};
  provider.created = now;
  return provider;
}

record::Cluster make_cluster(const record::Issuer& issuer, const std::string& name, Time now) {
  record::Cluster cluster;
  cluster.account = account;
  cluster.region = region;
  cluster.name = name;
  cluster.version = "1.35";
  cluster.role_arn = "arn:aws:iam::" + std::string(account) + ":role/cluster";
  cluster.issuer_id = issuer.id;
  cluster.issuer_url = issuer.url;
  cluster.created = now;
  return cluster;
}

void load(Loader& loader, record::Issuer issuer, std::size_t clusters, std::size_t roles, Time now) {
  std::vector<std::string> urls;
  for (std::size_t i = 0; i < clusters; ++i) {
    if (i > 0) {
      issuer.id = record::make_issuer_id();
      issuer.url = issuer::url_of(issuer_host, issuer.id);
    }
    issuer.cluster = "cluster-" + std::to_string(i);
    const std::string url = issuer.url.substr(8);
    loader.put(record::issuer_key(issuer.id), issuer);
    loader.put(record::cluster_key(account, region, issuer.cluster),
               make_cluster(issuer, issuer.cluster, now));
    loader.put(record::provider_key(account, url), make_provider(url, now));
    urls.push_back(url);
  }
  for (std::size_t i = 0; i < roles; ++i) {
    const std::string name = "role-" + std::to_string(i);
    loader.put(record::role_key(account, name),
               make_role(name, trust_text(urls[i % urls.size()], "sa-" + std::to_string(i)), now));
  }
}

void load_foreign(Loader& loader, const crypto::PrivateKey& key, Time now) {
  record::OpenIdConnectProvider provider = make_provider(std::string(foreign_url), now);
  provider.jwks = token::JwkSet({{.key_id = token::key_id_of(key.public_key()),
                                  .algorithm = crypto::Algorithm::es256,
                                  .key = key.public_key()}})
                      .to_text();
  loader.put(record::provider_key(account, provider.url), provider);
  loader.put(record::role_key(account, foreign_role),
             make_role(std::string(foreign_role),
                       trust_text(std::string(foreign_url), std::string(measured_account)), now));
}

std::string exchange_request(std::string_view role, const std::string& token) {
  const std::string arn = "arn:aws:iam::" + std::string(account) + ":role/" + std::string(role);
  return form_request("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + percent_encode(arn) +
                      "&RoleSessionName=bench&WebIdentityToken=" + token);
}

}  // namespace

Issuers make_issuers() {
  return {.own = issuer::make_issuer(issuer_host, account, region, "cluster-0", SystemClock().now()),
          .foreign = crypto::PrivateKey::generate(crypto::KeyType::p256)};
}

std::string form_request(const std::string& form) {
  return "POST / HTTP/1.1\r\nHost: sts.us-west-2.amazonaws.com\r\nUser-Agent: bench\r\nContent-Type: "
         "application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: " +
         std::to_string(form.size()) + "\r\n\r\n" + form;
}

std::string resign(const std::string& token, const json::object& replaced, crypto::Algorithm algorithm,
                   const crypto::PrivateKey& key) {
  auto claims = parse_json_object(from_base64url(split(token, '.').at(1)).value_or(""));
  if (!claims) give_up(claims.error().message);
  for (const auto& [name, value] : replaced) claims->insert_or_assign(name, value);
  return token::sign_token(*claims, token::key_id_of(key.public_key()), algorithm, key);
}

Requests make_requests(const Issuers& issuers, std::size_t count) {
  const issuer::ServiceAccountToken wanted{.name_space = "default",
                                           .service_account = std::string(measured_account),
                                           .service_account_uid = "3f2a1b4c-0000-4000-8000-000000000000",
                                           .audience = "sts.amazonaws.com",
                                           .lifetime = std::chrono::seconds{3600}};
  const json::object foreign_claims{{"iss", "https://" + std::string(foreign_url)}};
  Requests requests;
  for (std::size_t i = 0; i < count; ++i) {
    const auto token = issuer::mint(issuers.own, wanted, SystemClock().now());
    if (!token) give_up(token.error().message);
    requests.rs256.push_back(exchange_request("role-0", *token));
    requests.es256.push_back(exchange_request(
        foreign_role, resign(*token, foreign_claims, crypto::Algorithm::es256, issuers.foreign)));
  }
  return requests;
}

void make_world(const std::filesystem::path& directory, const Issuers& issuers, std::size_t clusters,
                std::size_t roles) {
  std::filesystem::create_directories(directory);
  ::chmod(directory.c_str(), 0700);
  std::ofstream(directory / "FORMAT") << "1\n";
  const std::string master(32, 'k');
  std::ofstream(directory / "master.key") << to_hex(master) << "\n";
  const record::Vault vault{Secret(master)};
  const Time now = SystemClock().now();
  auto store = store::open_sqlite_store((directory / "openirsa.db").string());
  if (!store) give_up(store.error().message);
  if (auto made = iam::make_first_identities(**store, vault, now, account); !made)
    give_up(made.error().message);
  Loader loader(**store, vault);
  load(loader, issuers.own, clusters, roles, now);
  load_foreign(loader, issuers.foreign, now);
  loader.flush();
  (*store)->close();
}

}  // namespace openirsa::bench
