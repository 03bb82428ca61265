// STS behind a dispatcher: an account with a cluster, its provider and a role, and tokens of the cluster's
// issuer. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "issuer/registry.h"
#include "record/key.h"
#include "record/policies.h"
#include "record/provider.h"
#include "record/role.h"
#include "record/test_mirror.h"
#include "sts/service.h"
#include "token/test_tokens.h"
#include "wire/test_house.h"

namespace openirsa::sts::test {

using wire::test::noon;

inline const std::string account = "111122223333";
inline const std::string other_account = "444455556666";
inline const std::string subject = "system:serviceaccount:default:app";
inline const std::string role_arn = "arn:aws:iam::111122223333:role/apps/my-role";
constexpr std::string_view denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity";

// RSA keys take long to make: one issuer for the whole program.
inline const record::Issuer& issuer() {
  static const record::Issuer made = issuer::make_issuer("oidc.openirsa.internal", account, "us-west-2",
                                                         "my-cluster", time_of_seconds(noon));
  return made;
}
inline std::string issuer_name() { return issuer().url.substr(8); }
inline std::string provider_arn() { return "arn:aws:iam::" + account + ":oidc-provider/" + issuer_name(); }

inline std::string trust_text(const std::string& conditions) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
         provider_arn() + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":)" + conditions + "}]}";
}
inline std::string trust_text() {
  return trust_text(R"({"StringEquals":{")" + issuer_name() + R"(:sub":")" + subject + R"(",")" +
                    issuer_name() + R"(:aud":"sts.amazonaws.com"}})");
}
inline policy::Policy compiled(std::string_view text, policy::Kind kind) {
  auto policy = policy::Policy::parse(text, kind);
  if (!policy) throw std::logic_error(policy.error().message);
  return std::move(*policy);
}
inline record::Role a_role(const std::string& trust = trust_text()) {
  return {.account = account,
          .name = "my-role",
          .path = "/apps/",
          .id = "AROAAAAAAAAAAAAAAAAAA",
          .created = time_of_seconds(noon),
          .trust = compiled(trust, policy::Kind::trust)};
}

// As kube-apiserver writes them; to be changed at will.
inline json::object claims(std::int64_t now = noon) {
  return {{"iss", issuer().url}, {"aud", json::array{"sts.amazonaws.com"}},
          {"sub", subject},      {"iat", now},
          {"nbf", now},          {"exp", now + 3600}};
}
inline std::string sign(const json::object& content) {
  return token::sign_token(content, issuer().keys[0].key_id, crypto::Algorithm::rs256,
                           *issuer().keys[0].key.private_key());
}
inline std::string sign_with(std::string_view name, json::value value) {
  json::object content = claims();
  content[name] = std::move(value);
  return sign(content);
}
inline std::string sign_without(std::string_view name) {
  json::object content = claims();
  content.erase(name);
  return sign(content);
}

// The text of the first element of that name; "<absent>" when there is none.
inline std::string element(std::string_view xml, const std::string& name) {
  const std::string open = "<" + name + ">";
  const std::size_t start = xml.find(open);
  if (start == std::string_view::npos) return "<absent>";
  const std::size_t from = start + open.size();
  std::string text(xml.substr(from, xml.find("</" + name + ">", from) - from));
  for (const auto& [entity, letter] :
       {std::pair<std::string, std::string>{"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    for (std::size_t at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1)) {
      text.replace(at, entity.size(), letter);
    }
  }
  return text;
}

struct Reply {
  int status = 0;
  std::string body;  // the request id replaced by a dash
  std::string code;  // of an error
  std::string message;

  std::string operator[](const std::string& name) const { return element(body, name); }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// The credentials that an exchange gave.
struct Credentials {
  std::string id;
  std::string secret;
  std::optional<std::string> token;
};
inline Credentials credentials_of(const Reply& reply) {
  return {reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
}

class Desk {
 public:
  Desk()
      : clock(noon),
        vault(Secret(std::string(32, 'k'))),
        sessions("aws"),
        mirror(record::test::start_mirror(vault)),
        house{.mirror = *mirror, .clock = clock, .vault = vault, .names = {}, .quotas = {}} {
    house.credential_sources = {&sessions, &keys};
    house.traces = &traces;
    dispatcher = std::make_unique<wire::Dispatcher>(house, std::vector<const wire::Service*>{&service});
    put(record::issuer_key(issuer().id), issuer());
    put_provider();
    put_role(a_role());
    put_ring_key(make_ring_key(clock.now()));
  }

  template <class R>
  void put(const std::string& key, const R& record) {
    store::Commit commit;
    commit.puts.push_back({key, record.to_text(vault, key)});
    ASSERT_TRUE(mirror->commit(commit));
  }
  void remove(const std::string& key) {
    store::Commit commit;
    commit.deletes.push_back(key);
    ASSERT_TRUE(mirror->commit(commit));
  }
  void put_role(const record::Role& role) { put(record::role_key(role.account, role.name), role); }
  void remove_role() { remove(record::role_key(account, "my-role")); }
  void put_ring_key(const record::RingKey& key) { put(record::ring_key_key(key.id), key); }
  void put_provider(const std::string& url = issuer_name(),
                    std::vector<std::string> client_ids = {"sts.amazonaws.com", "second"}) {
    const record::OpenIdConnectProvider provider{
        .account = account, .url = url, .client_ids = std::move(client_ids), .created = clock.now()};
    put(record::provider_key(account, url), provider);
  }
  void delete_cluster() {
    record::Issuer tombstone = issuer();
    tombstone.deleted = true;
    tombstone.cluster.clear();
    tombstone.keys.clear();
    put(record::issuer_key(tombstone.id), tombstone);
  }

  // AssumeRoleWithWebIdentity with a good request's parameters, each replaced or added by `changes`.
  Reply exchange(const std::string& token, const Fields& changes = {}) {
    Fields fields{{"Action", "AssumeRoleWithWebIdentity"},
                  {"Version", "2011-06-15"},
                  {"RoleArn", role_arn},
                  {"RoleSessionName", "pod-1"},
                  {"WebIdentityToken", token}};
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&](const auto& field) { return field.first == name; });
      fields.emplace_back(name, value);
    }
    std::string body;
    for (const auto& [name, value] : fields) {
      body += (body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    }
    return handle(wire::test::form_request(std::move(body)));
  }

  Reply whoami(const Credentials& by) {
    wire::test::Signature signature;
    signature.id = by.id;
    signature.secret = by.secret;
    signature.token = by.token;
    signature.at = seconds_of(clock.now());
    return handle(wire::test::sign(wire::test::form_request("Action=GetCallerIdentity&Version=2011-06-15"),
                                   "sts", signature));
  }

  Reply handle(const http::Request& request) {
    auto outcome = dispatcher->handle(request);
    waited = !std::holds_alternative<http::Response>(outcome);
    const auto response = http::test::settle(std::move(outcome));
    Reply reply{.status = response.status, .body = response.body, .code = {}, .message = {}};
    const std::string id = element(reply.body, "RequestId");
    EXPECT_EQ(id.size(), 36U) << response.body;
    EXPECT_EQ(id, trace().request_id);
    for (std::size_t at = reply.body.find(id); at != std::string::npos; at = reply.body.find(id)) {
      reply.body.replace(at, id.size(), "-");
    }
    if (reply.status != 200) {
      reply.code = reply["Code"];
      reply.message = reply["Message"];
    }
    EXPECT_EQ(trace().status, reply.status);
    return reply;
  }

  const wire::Trace& trace() const { return traces.all.back(); }
  bool waited = false;  // whether the last request waited for something from outside

  TestClock clock;
  record::Vault vault;
  SessionSource sessions;
  wire::test::FakeKeys keys;
  wire::test::Traces traces;
  std::unique_ptr<store::Mirror> mirror;
  wire::House house;
  std::unique_ptr<wire::Dispatcher> dispatcher;
};

inline void expect_refused(const Reply& reply, int status, std::string_view code, std::string_view message) {
  EXPECT_EQ(reply.status, status);
  EXPECT_EQ(reply.code, code);
  EXPECT_EQ(reply.message, message);
}

}  // namespace openirsa::sts::test
