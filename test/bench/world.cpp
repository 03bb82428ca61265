#include "world.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/text.h"
#include "iam/bootstrap.h"
#include "issuer/registry.h"
#include "record/cluster.h"
#include "record/compiled.h"
#include "record/identifier.h"
#include "record/key.h"
#include "record/provider.h"
#include "record/role.h"
#include "store/store.h"

namespace openirsa::bench {
namespace {

constexpr std::string_view account = "111122223333";
constexpr std::string_view region = "us-west-2";
constexpr std::string_view issuer_host = "oidc.openirsa.internal";

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench: " << why << "\n";
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing else runs yet
}

// Collects puts and commits them in the largest commits that the store takes.
class Loader {
 public:
  Loader(store::Store& store, const record::Vault& vault) : store_(store), vault_(vault) {}
  ~Loader() { flush(); }

  template <class R>
  void put(const std::string& key, const R& record) {
    commit_.puts.push_back({key, record.to_text(vault_, key)});
    if (commit_.puts.size() == store::max_operations_per_commit) flush();
  }

 private:
  void flush() {
    if (commit_.puts.empty()) return;
    if (auto done = store_.commit(commit_); !done) give_up(done.error().message);
    commit_.puts.clear();
  }

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

}  // namespace

World make_world(const std::filesystem::path& directory, std::size_t clusters, std::size_t roles,
                 std::size_t tokens) {
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
  const record::Issuer issuer = issuer::make_issuer(issuer_host, account, region, "cluster-0", now);
  {
    Loader loader(**store, vault);
    load(loader, issuer, clusters, roles, now);
  }
  (*store)->close();

  World world{.directory = directory,
              .role_arn = "arn:aws:iam::" + std::string(account) + ":role/role-0",
              .tokens = {}};
  const issuer::ServiceAccountToken request{.name_space = "default",
                                            .service_account = "sa-0",
                                            .service_account_uid = "3f2a1b4c-0000-4000-8000-000000000000",
                                            .audience = "sts.amazonaws.com",
                                            .lifetime = std::chrono::seconds{3600}};
  for (std::size_t i = 0; i < tokens; ++i) {
    auto token = issuer::mint(issuer, request, now);
    if (!token) give_up(token.error().message);
    world.tokens.push_back(*std::move(token));
  }
  return world;
}

}  // namespace openirsa::bench
