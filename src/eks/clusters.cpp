#include "eks/clusters.h"

#include <optional>

#include "eks/cluster_input.h"
#include "eks/cluster_output.h"
#include "eks/faults.h"
#include "eks/page.h"
#include "issuer/registry.h"
#include "record/key.h"

namespace openirsa::eks {
namespace {

using record::Cluster;
using record::Issuer;
using wire::Answer;
using wire::Call;
using wire::Code;
using wire::Error;

constexpr int attempts = 100;

template <class R>
struct Kept {
  R record;
  store::Revision revision;
};

// From the store, not from the mirror: the commit that follows expects this revision.
template <class R>
Result<std::optional<Kept<R>>, Error> read(Call& call, const std::string& key) {
  auto entry = call.house.mirror.get(key);
  if (!entry) return of_store(entry.error());
  if (!*entry) return std::optional<Kept<R>>();
  auto record = R::parse(key, (*entry)->value, call.house.vault);
  if (!record) return unreadable_record();
  return std::optional(Kept<R>{*std::move(record), (*entry)->revision});
}

Answer cluster_answer(const Call& call, const Cluster& cluster, std::string_view status) {
  return wire::json_answer({{"cluster", cluster_json(cluster, call.house, status)}});
}

// What a request for a name that is taken gets: the cluster itself when it is the same request once more
// (clientRequestToken), else a refusal.
Result<Answer, Error> answer_taken(const Call& call, const Cluster& existing, const Cluster& wanted) {
  const bool again = !wanted.client_request_token.empty() &&
                     existing.client_request_token == wanted.client_request_token &&
                     same_request(existing, wanted);
  if (!again) return cluster_exists(wanted.name);
  return cluster_answer(call, existing, "ACTIVE");
}

bool is_full(const Call& call) {
  const std::string prefix = record::kind_prefix(call.account(), call.region, Cluster::kind);
  return call.snapshot->count(prefix) >= static_cast<std::size_t>(call.house.quotas.clusters_per_region);
}

void put(const Call& call, store::Commit& commit, const std::string& key, const auto& record) {
  commit.puts.push_back({key, record.to_text(call.house.vault, key)});
}

}  // namespace

Result<Answer, Error> create_cluster(Call& call) {
  auto wanted = parse_new_cluster(call);
  if (!wanted) return std::move(wanted).error();
  const std::string key = record::cluster_key(wanted->account, wanted->region, wanted->name);
  std::optional<Issuer> issuer;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto existing = read<Cluster>(call, key);
    if (!existing) return existing.error();
    if (*existing) return answer_taken(call, (*existing)->record, *wanted);
    if (is_full(call)) {
      return Error{Code::eks_resource_limit_exceeded, "Cluster limit exceeded for account."};
    }
    if (!issuer) {
      issuer = issuer::make_issuer(call.house.names.issuer_host, wanted->account, wanted->region,
                                   wanted->name, call.now);
      wanted->issuer_id = issuer->id;
      wanted->issuer_url = issuer->url;
    }
    const std::string issuer_key = record::issuer_key(issuer->id);
    store::Commit commit;
    commit.expect = {{key, 0}, {issuer_key, 0}};
    put(call, commit, key, *wanted);
    put(call, commit, issuer_key, *issuer);
    const auto done = call.house.mirror.commit(commit);
    if (done) return cluster_answer(call, *wanted, "ACTIVE");
    if (done.error().code != store::Fault::conflict) return of_store(done.error());
  }
  return of_store({store::Fault::conflict, {}});
}

Result<Answer, Error> delete_cluster(Call& call) {
  const std::string& name = call.labels.at(0);
  if (!is_cluster_name(name)) return no_such_cluster(name);
  const std::string key = record::cluster_key(call.account(), call.region, name);
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto cluster = read<Cluster>(call, key);
    if (!cluster) return cluster.error();
    if (!*cluster) return no_such_cluster(name);
    const std::string issuer_key = record::issuer_key((*cluster)->record.issuer_id);
    auto issuer = read<Issuer>(call, issuer_key);
    if (!issuer) return std::move(issuer).error();

    store::Commit commit;
    commit.expect.push_back({key, (*cluster)->revision});
    commit.expect.push_back({issuer_key, *issuer ? (*issuer)->revision : 0});
    commit.deletes.push_back(key);
    if (*issuer) {
      Issuer& tombstone = (*issuer)->record;
      tombstone.deleted = true;
      tombstone.cluster.clear();
      tombstone.keys.clear();
      put(call, commit, issuer_key, tombstone);
    }
    const auto done = call.house.mirror.commit(commit);
    if (done) return cluster_answer(call, (*cluster)->record, "DELETING");
    if (done.error().code != store::Fault::conflict) return of_store(done.error());
  }
  return of_store({store::Fault::conflict, {}});
}

Result<Answer, Error> describe_cluster(Call& call) {
  const std::string& name = call.labels.at(0);
  const auto* cluster =
      record::find<Cluster>(*call.snapshot, record::cluster_key(call.account(), call.region, name));
  if (cluster == nullptr) return no_such_cluster(name);
  return cluster_answer(call, *cluster, "ACTIVE");
}

Result<Answer, Error> list_clusters(Call& call) {
  auto page = Page::of(call);
  if (!page) return std::move(page).error();
  // `all` adds clusters that are merely connected; there are none.
  const auto include = call.parameters.list("include");
  if (!include) return include.error();
  for (const std::string_view what : *include) {
    if (what != "all") {
      return wire::validation_error(what, "include", "Member must satisfy enum value set: [all]");
    }
  }
  const std::string prefix = record::kind_prefix(call.account(), call.region, Cluster::kind);
  json::array names;
  record::scan<Cluster>(*call.snapshot, prefix, page->after().empty() ? "" : prefix + page->after(),
                        [&](const Cluster& cluster) {
                          if (!page->take(cluster.name)) return false;
                          names.emplace_back(cluster.name);
                          return true;
                        });
  json::object body{{"clusters", std::move(names)}};
  page->write_end(body);
  return wire::json_answer(std::move(body));
}

}  // namespace openirsa::eks
