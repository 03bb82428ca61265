// The EKS service behind a dispatcher, with a store in memory and signed requests of two accounts. Included
// by tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "eks/service.h"
#include "http/test_outcome.h"
#include "record/cluster.h"
#include "record/key.h"
#include "record/test_mirror.h"
#include "wire/test_house.h"

namespace openirsa::eks::test {

using wire::test::make_request;
using wire::test::noon;

constexpr std::string_view one = "111122223333";
constexpr std::string_view other = "444455556666";
constexpr std::string_view authority_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

// AKIA…1 is a user of account one, AKIA…2 of the other.
class Keys final : public wire::CredentialSource {
 public:
  bool owns(std::string_view id) const override { return id.starts_with("AKIA"); }
  Result<wire::FoundKey, wire::Error> find(std::string_view id, const std::optional<std::string>&,
                                           const store::Snapshot&, Time, wire::Trace&) const override {
    wire::Caller caller = wire::test::alice();
    caller.account = id.ends_with('1') ? one : other;
    caller.arn = "arn:aws:iam::" + caller.account + ":user/alice";
    caller.access_key_id = id;
    return wire::FoundKey{Secret(std::string(wire::test::secret_text)), caller};
  }
};

struct By {
  std::string_view account = one;
  std::string region = "us-west-2";
};

// What came back, parsed.
struct Reply {
  int status = 0;
  std::string error;  // x-amzn-ErrorType
  json::object body;

  std::string message() const { return std::string(find_string(body, "message").value_or("")); }
  const json::object& cluster() const { return body.at("cluster").as_object(); }
};

constexpr std::string_view allow_all =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
constexpr std::string_view role = "arn:aws:iam::111122223333:role/eks";

class Desk {
 public:
  explicit Desk(std::string_view policy = allow_all)
      : clock(noon),
        vault(Secret(std::string(32, 'k'))),
        authorizer(policy),
        mirror(record::test::start_mirror(vault)),
        house{.mirror = *mirror, .clock = clock, .vault = vault, .names = {}, .quotas = {}} {
    house.names.public_endpoint = "https://127.0.0.1:8443";
    house.own_authority_pem = [] { return std::string(authority_pem); };
    house.credential_sources = {&keys};
    house.authorizer = &authorizer;
    house.traces = &traces;
    dispatcher = std::make_unique<wire::Dispatcher>(house, std::vector<const wire::Service*>{&service});
  }

  Reply send(std::string method, std::string target, std::string body = {}, const By& by = {}) {
    auto request = make_request(std::move(method), std::move(target), std::move(body));
    wire::test::Signature signature;
    signature.id = by.account == one ? "AKIAUSER1" : "AKIAUSER2";
    signature.region = by.region;
    signature.at = seconds_of(clock.now());
    return handle(wire::test::sign(std::move(request), "eks", signature));
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

  // The members of a request that creates a cluster, to be changed at will.
  static json::object wanted(std::string_view name) {
    return {{"name", name}, {"roleArn", role}, {"resourcesVpcConfig", json::object{}}};
  }
  Reply create(const json::object& members, const By& by = {}) {
    return send("POST", "/clusters", json::serialize(members), by);
  }
  Reply create(std::string_view name, const By& by = {}) { return create(wanted(name), by); }
  // With one member more, or another one.
  Reply create_with(std::string_view member, json::value value) {
    json::object members = wanted("my-cluster");
    members[member] = std::move(value);
    return create(members);
  }

  // Puts a cluster without making a key for it.
  void put(std::string_view name, std::string_view account = one, std::string_view region = "us-west-2") {
    const record::Cluster cluster{
        .account = std::string(account),
        .region = std::string(region),
        .name = std::string(name),
        .version = "1.35",
        .role_arn = std::string(role),
        .issuer_id = "0123456789ABCDEF0123456789ABCDEF",
        .issuer_url = "https://oidc.openirsa.internal/id/0123456789ABCDEF0123456789ABCDEF",
        .created = time_of_seconds(noon)};
    const std::string key = record::cluster_key(account, region, name);
    store::Commit commit;
    commit.puts.push_back({key, cluster.to_text(vault, key)});
    ASSERT_TRUE(mirror->commit(commit));
  }

  const wire::Trace& trace() const { return traces.all.back(); }

  TestClock clock;
  record::Vault vault;
  Keys keys;
  wire::test::FakeAuthorizer authorizer;
  wire::test::Traces traces;
  std::unique_ptr<store::Mirror> mirror;
  wire::House house;
  std::unique_ptr<wire::Dispatcher> dispatcher;
};

inline void expect_refused(const Reply& reply, int status, std::string_view error, std::string_view message) {
  EXPECT_EQ(reply.status, status);
  EXPECT_EQ(reply.error, error);
  EXPECT_EQ(reply.message(), message);
}

}  // namespace openirsa::eks::test
