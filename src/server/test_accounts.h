// All four services behind one dispatcher, accounts made as the host's administrator makes them, and the same
// things in as many of them as a test wants. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/trace_log.h"
#include "base/text.h"
#include "eks/service.h"
#include "iam/service.h"
#include "issuer/registry.h"
#include "own/service.h"
#include "record/cluster.h"
#include "record/identity.h"
#include "record/key.h"
#include "record/test_mirror.h"
#include "store/test_directory.h"
#include "sts/key_ring.h"
#include "sts/service.h"
#include "wire/test_house.h"

namespace openirsa::server::test {

using wire::test::noon;
using Form = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view region = "us-west-2";
constexpr std::string_view allow_all =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
constexpr std::string_view trust_pods =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},)"
    R"("Action":["sts:AssumeRole","sts:TagSession"]}]})";

// Keeps decisions as the server does, and shows the newest one.
class WatchedTraces final : public wire::TraceSink {
 public:
  explicit WatchedTraces(const Clock& clock)
      : log_({.refusals = {.directory = directory_.path("traces")}}, clock, nullptr) {}
  void record(wire::Trace&& trace) override {
    last = trace;
    log_.record(std::move(trace));
  }
  const wire::KeptDecisions* kept() const override { return log_.kept(); }
  wire::Trace last;

 private:
  store::TestDirectory directory_{store::Where::memory};
  audit::TraceLog log_;
};

struct Account {
  std::string id;
  wire::test::Signature admin;

  std::string iam_arn(const std::string& resource) const { return "arn:aws:iam::" + id + ":" + resource; }
  std::string cluster_arn() const {
    return "arn:aws:eks:" + std::string(region) + ":" + id + ":cluster/shared-cluster";
  }
};

// A request of any of the services, not signed yet.
struct Ask {
  std::string service;
  http::Request request;
};
inline Ask query(const std::string& service, std::string_view action, const Form& form) {
  std::string body = "Action=" + std::string(action) +
                     "&Version=" + std::string(service == "sts" ? "2011-06-15" : "2010-05-08");
  for (const auto& [name, value] : form) body += "&" + name + "=" + percent_encode(value);
  return {service, wire::test::form_request(std::move(body))};
}
inline Ask rest(std::string service, std::string method, std::string target,
                const json::value& body = nullptr) {
  return {std::move(service), wire::test::make_request(std::move(method), std::move(target),
                                                       body.is_null() ? "" : json::serialize(body))};
}

class Accounts {
 public:
  Accounts()
      : clock(noon),
        vault(Secret(std::string(32, 'k'))),
        mirror(record::test::start_mirror(vault)),
        keys("aws"),
        sessions("aws"),
        house{.mirror = *mirror, .clock = clock, .vault = vault, .names = {}, .quotas = {}} {
    house.credential_sources = {&keys, &sessions};
    house.authorizer = &authorizer;
    house.traces = &traces;
    house.own_thumbprint = [] { return std::string(40, 'a'); };
    house.own_authority_pem = [] { return std::string("pem"); };
    house.server_facts = [](bool) { return json::object{{"region", region}}; };
    dispatcher = std::make_unique<wire::Dispatcher>(
        house, std::vector<const wire::Service*>{&iam::service, &sts::service, &eks::service, &own::service});
    const auto ring = sts::plan_ring_change(*mirror->snapshot(), clock.now());
    put(record::ring_key_key(ring.fresh->id), *ring.fresh);
  }

  Account make(const std::string& name) {
    const auto response =
        administer(rest("openirsa", "POST", "/openirsa/v1/accounts", json::object{{"name", name}}));
    EXPECT_EQ(response.status, 200) << response.body;
    const json::object made = *parse_json_object(response.body);
    Account account{.id = std::string(made.at("account").at("accountId").as_string()), .admin = {}};
    account.admin.id = made.at("accessKey").at("accessKeyId").as_string();
    account.admin.secret = made.at("accessKey").at("secretAccessKey").as_string();
    return account;
  }

  // The same names in every account: a cluster, a provider, roles, policies.
  void fill(const Account& account) {
    const record::Issuer& issuer = issuer_of(account);
    put(record::issuer_key(issuer.id), issuer);
    put(record::cluster_key(account.id, region, "shared-cluster"),
        record::Cluster{.account = account.id,
                        .region = std::string(region),
                        .name = "shared-cluster",
                        .version = "1.35",
                        .role_arn = account.iam_arn("role/eks"),
                        .issuer_id = issuer.id,
                        .issuer_url = issuer.url,
                        .created = clock.now(),
                        .tags = {{"k", "v"}}});
    const Form tag{{"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}};
    const auto iam = [&](std::string_view action, Form form, const Form& more = {}) {
      form.insert(form.end(), more.begin(), more.end());
      const auto response = send(query("iam", action, form), account.admin);
      EXPECT_EQ(response.status, 200) << response.body;
    };
    const std::string document(allow_all);
    const std::string trust(trust_pods);
    iam("CreateRole", {{"RoleName", "shared-role"}, {"AssumeRolePolicyDocument", trust}}, tag);
    iam("CreateRole", {{"RoleName", "shared-empty"}, {"AssumeRolePolicyDocument", trust}});
    iam("CreateRole", {{"RoleName", "shared-assumed"},
                       {"AssumeRolePolicyDocument",
                        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" +
                            account.id + R"("},"Action":["sts:AssumeRole","sts:TagSession"]}]})"}});
    for (const char* name : {"shared-policy", "shared-attached", "shared-plain"})
      iam("CreatePolicy", {{"PolicyName", name}, {"PolicyDocument", document}}, tag);
    iam("CreatePolicyVersion",
        {{"PolicyArn", account.iam_arn("policy/shared-policy")}, {"PolicyDocument", document}});
    iam("AttachRolePolicy",
        {{"RoleName", "shared-role"}, {"PolicyArn", account.iam_arn("policy/shared-attached")}});
    iam("PutRolePolicy",
        {{"RoleName", "shared-role"}, {"PolicyName", "shared-inline"}, {"PolicyDocument", document}});
    fill_users(account);
    iam("CreateOpenIDConnectProvider",
        {{"Url", "https://issuer.example/shared"},
         {"ClientIDList.member.1", "sts.amazonaws.com"},
         {"ThumbprintList.member.1", std::string(40, 'b')}},
        tag);
  }

  void fill_users(const Account& account) {
    const auto iam = [&](std::string_view action, const Form& form) {
      const auto response = send(query("iam", action, form), account.admin);
      EXPECT_EQ(response.status, 200) << response.body;
    };
    const Form attached{{"PolicyArn", account.iam_arn("policy/shared-attached")}};
    const std::pair<std::string, std::string> user{"UserName", "shared-user"};
    const std::pair<std::string, std::string> group{"GroupName", "shared-group"};
    const std::pair<std::string, std::string> named{"PolicyName", "shared-inline"};
    const std::pair<std::string, std::string> document{"PolicyDocument", std::string(allow_all)};
    const std::pair<std::string, std::string> boundary{"PermissionsBoundary", attached[0].second};
    iam("CreateUser", {user, boundary, {"Tags.member.1.Key", "k"}, {"Tags.member.1.Value", "v"}});
    iam("CreateUser", {{"UserName", "shared-lone"}});
    iam("CreateGroup", {group});
    iam("CreateGroup", {{"GroupName", "shared-vacant"}});
    iam("AddUserToGroup", {group, user});
    iam("AttachUserPolicy", {user, attached[0]});
    iam("AttachGroupPolicy", {group, attached[0]});
    iam("PutUserPolicy", {user, named, document});
    iam("PutGroupPolicy", {group, named, document});
    iam("PutRolePermissionsBoundary", {{"RoleName", "shared-role"}, boundary});
    iam("CreateAccountAlias", {{"AccountAlias", "alias-" + account.id}});
  }

  // RSA keys take long to make: two issuers for the whole program, given out in the order of the asking.
  const record::Issuer& issuer_of(const Account& account) {
    static const auto make = [] {
      return issuer::make_issuer("oidc.openirsa.internal", "", region, "shared-cluster",
                                 time_of_seconds(noon));
    };
    static const std::vector<record::Issuer> made{make(), make()};
    const auto [found, fresh] = issuers_.try_emplace(account.id, made.at(issuers_.size() % 2));
    if (fresh) found->second.account = account.id;
    return found->second;
  }

  http::Response send(const Ask& ask, wire::test::Signature by) {
    by.at = seconds_of(clock.now());
    return http::test::settle(dispatcher->handle(wire::test::sign(ask.request, ask.service, by)));
  }
  http::Response send_unsigned(const Ask& ask) { return http::test::settle(dispatcher->handle(ask.request)); }
  http::Response administer(Ask ask) {
    ask.request.peer = {.address = {}, .tls = false, .admin = true};
    return http::test::settle(dispatcher->handle(ask.request));
  }

  // All that belongs to an account, key and value.
  std::map<std::string, std::string> belongings(const Account& account) const {
    std::map<std::string, std::string> all;
    const auto snapshot = mirror->snapshot();
    snapshot->scan("", "", [&](const store::Item& item) {
      const auto* issuer = record::as<record::Issuer>(item);
      const auto* alias = record::as<record::AccountAlias>(item);
      if (item.key.starts_with(account.id + "/") || (issuer != nullptr && issuer->account == account.id) ||
          (alias != nullptr && alias->account == account.id))
        all.emplace(item.key, item.value);
      return true;
    });
    return all;
  }

  template <class R>
  void put(const std::string& key, const R& record) {
    store::Commit commit;
    commit.puts.push_back({key, record.to_text(vault, key)});
    ASSERT_TRUE(mirror->commit(commit));
  }

  TestClock clock;
  record::Vault vault;
  std::unique_ptr<store::Mirror> mirror;
  iam::AccessKeySource keys;
  sts::SessionSource sessions;
  iam::PolicyAuthorizer authorizer;
  WatchedTraces traces{clock};
  wire::House house;
  std::unique_ptr<wire::Dispatcher> dispatcher;

 private:
  std::map<std::string, record::Issuer> issuers_;
};

}  // namespace openirsa::server::test
