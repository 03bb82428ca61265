// Our own service behind a dispatcher, with a cluster in a store in memory. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "http/test_outcome.h"
#include "issuer/registry.h"
#include "own/service.h"
#include "record/cluster.h"
#include "record/key.h"
#include "record/test_mirror.h"
#include "wire/decisions.h"
#include "wire/test_house.h"

namespace openirsa::own::test {

using wire::test::noon;

constexpr std::string_view account = "111122223333";  // alice's
constexpr std::string_view allow_all =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

// RSA keys take long to make: one issuer for the whole program.
inline const record::Issuer& issuer() {
  static const record::Issuer made = issuer::make_issuer("oidc.openirsa.internal", account, "us-west-2",
                                                         "my-cluster", time_of_seconds(noon));
  return made;
}

// What list() was asked, and the one page that it answers.
class KeptTraces final : public wire::TraceSink, public wire::KeptDecisions {
 public:
  void record(wire::Trace&& trace) override {
    trace.complete();
    all[trace.request_id] = trace;
    last = std::move(trace);
  }
  const wire::KeptDecisions* kept() const override { return this; }
  std::optional<json::object> find(std::string_view id, const wire::Viewer& viewer) const override {
    const auto found = all.find(std::string(id));
    if (found == all.end()) return std::nullopt;
    const wire::Trace& trace = found->second;
    if (viewer && (trace.role_unknown || trace.account != *viewer)) return std::nullopt;
    return wire::to_json(trace);
  }
  std::optional<wire::DecisionPage> list(const wire::DecisionQuery& query) const override {
    asked = query;
    return page;
  }
  std::optional<wire::DecisionPage> page;
  mutable std::optional<wire::DecisionQuery> asked;
  std::map<std::string, wire::Trace> all;
  wire::Trace last;
};

struct Reply {
  int status = 0;
  std::string error;  // x-amzn-ErrorType
  json::object body;

  std::string text(std::string_view member) const {
    return std::string(find_string(body, member).value_or("<absent>"));
  }
};

class Desk {
 public:
  explicit Desk(std::string_view policy = allow_all)
      : clock(noon),
        vault(Secret(std::string(32, 'k'))),
        authorizer(policy),
        mirror(record::test::start_mirror(vault)),
        house{.mirror = *mirror, .clock = clock, .vault = vault, .names = {}, .quotas = {}} {
    house.credential_sources = {&keys};
    house.authorizer = &authorizer;
    house.traces = &traces;
    house.server_facts = [](bool verbatim) {
      return json::object{{"region", "us-west-2"}, {"verbatim", verbatim}};
    };
    dispatcher = std::make_unique<wire::Dispatcher>(house, std::vector<const wire::Service*>{&service});
    put_issuer(issuer());
    put_cluster("my-cluster", account, "us-west-2");
  }

  void put_issuer(const record::Issuer& record) { put(record::issuer_key(record.id), record); }
  void put_cluster(std::string_view name, std::string_view owner, std::string_view region) {
    const record::Cluster cluster{.account = std::string(owner),
                                  .region = std::string(region),
                                  .name = std::string(name),
                                  .version = "1.35",
                                  .role_arn = "arn:aws:iam::111122223333:role/eks",
                                  .issuer_id = issuer().id,
                                  .issuer_url = issuer().url,
                                  .created = time_of_seconds(noon)};
    put(record::cluster_key(owner, region, name), cluster);
  }
  template <class R>
  void put(const std::string& key, const R& record) {
    store::Commit commit;
    commit.puts.push_back({key, record.to_text(vault, key)});
    ASSERT_TRUE(mirror->commit(commit));
  }

  // Signed by alice.
  Reply send(std::string method, std::string target, std::string body = {},
             std::string region = "us-west-2") {
    wire::test::Signature signature;
    signature.region = std::move(region);
    signature.at = seconds_of(clock.now());
    return handle(
        wire::test::sign(wire::test::make_request(std::move(method), std::move(target), std::move(body)),
                         "openirsa", signature));
  }
  // Over the admin socket, unsigned.
  Reply administer(std::string method, std::string target, std::string body = {}) {
    auto request = wire::test::make_request(std::move(method), std::move(target), std::move(body));
    request.peer = {.address = {}, .tls = false, .admin = true};
    return handle(request);
  }
  Reply handle(const http::Request& request) {
    const auto response = http::test::settle(dispatcher->handle(request));
    Reply reply{.status = response.status, .error = {}, .body = {}};
    for (const auto& [name, value] : response.headers) {
      if (name == "x-amzn-ErrorType") reply.error = value;
    }
    auto body = parse_json_object(response.body);
    if (!body) {
      ADD_FAILURE() << "not JSON: " << response.body;
    } else {
      reply.body = *std::move(body);
    }
    return reply;
  }

  TestClock clock;
  record::Vault vault;
  wire::test::FakeKeys keys;
  wire::test::FakeAuthorizer authorizer;
  KeptTraces traces;
  std::unique_ptr<store::Mirror> mirror;
  wire::House house;
  std::unique_ptr<wire::Dispatcher> dispatcher;
};

inline void expect_refused(const Reply& reply, int status, std::string_view error, std::string_view message) {
  EXPECT_EQ(reply.status, status);
  EXPECT_EQ(reply.error, error);
  EXPECT_EQ(reply.text("message"), message);
}

}  // namespace openirsa::own::test
