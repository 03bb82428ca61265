// A whole small server for IAM's tests: memory store, mirror, the real dispatcher and signed requests. Tests
// only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/test_clock.h"
#include "base/text.h"
#include "http/test_outcome.h"
#include "iam/bootstrap.h"
#include "iam/service.h"
#include "record/identifier.h"
#include "record/identity.h"
#include "record/provider.h"
#include "record/role.h"
#include "sigv4/sigv4.h"
#include "wire/dispatch.h"

namespace openirsa::iam::test {

constexpr std::int64_t noon = 1'795'521'600;  // 2026-11-24T12:00:00Z

// An element of an answer.
struct Element {
  std::string name;
  std::string text;
  std::vector<Element> children;

  const Element* find(std::string_view child) const {
    for (const Element& each : children) {
      if (each.name == child) return &each;
    }
    return nullptr;
  }
};

// Enough XML for what our own writer makes.
inline Element parse_xml(std::string_view& rest) {
  Element element;
  const std::size_t end = rest.find('>');
  element.name = std::string(rest.substr(1, rest.find_first_of(" >") - 1));
  rest.remove_prefix(end + 1);
  while (!rest.starts_with("</")) {
    if (rest.starts_with("<")) {
      element.children.push_back(parse_xml(rest));
      continue;
    }
    const std::size_t next = rest.find('<');
    if (next == std::string_view::npos) throw std::runtime_error("broken XML");
    element.text += rest.substr(0, next);
    rest.remove_prefix(next);
  }
  if (!rest.starts_with("</" + element.name + ">")) throw std::runtime_error("broken XML: " + element.name);
  rest.remove_prefix(element.name.size() + 3);
  return element;
}

using Params = std::vector<std::pair<std::string, std::string>>;

struct Reply {
  int status = 0;
  Element root;
  std::string body;

  bool ok() const { return status == 200; }
  // The inside of the Result element; empty when there is none.
  const Element& result() const {
    static const Element none;
    for (const Element& child : root.children) {
      if (child.name.ends_with("Result")) return child;
    }
    return none;
  }
  std::string code() const { return error("Code"); }
  std::string message() const { return error("Message"); }
  // The text at a path below Result, e.g. "Role/Arn"; "(none)" when there is no such element.
  std::string at(std::string_view path) const {
    const Element* element = &result();
    for (const std::string_view step : split(path, '/')) {
      element = element->find(step);
      if (element == nullptr) return "(none)";
    }
    return element->text;
  }
  // The texts of `member` elements of a list below Result; with `part`, of that child of each member.
  std::vector<std::string> members(std::string_view list, std::string_view part = {}) const {
    std::vector<std::string> texts;
    const Element* element = result().find(list);
    if (element == nullptr) return {"(no list)"};
    for (const Element& member : element->children) {
      const Element* inner = part.empty() ? &member : member.find(part);
      texts.push_back(inner == nullptr ? "(none)" : inner->text);
    }
    return texts;
  }

 private:
  std::string error(std::string_view part) const {
    const Element* error = root.find("Error");
    const Element* found = error == nullptr ? nullptr : error->find(part);
    if (found == nullptr) return "(none)";
    std::string text = found->text;  // what the writer escapes and our texts hold
    for (std::size_t at = 0; (at = text.find("&quot;", at)) != std::string::npos;) text.replace(at, 6, "\"");
    for (std::size_t at = 0; (at = text.find("&gt;", at)) != std::string::npos;) text.replace(at, 4, ">");
    for (std::size_t at = 0; (at = text.find("&amp;", at)) != std::string::npos;) text.replace(at, 5, "&");
    return text;
  }
};

struct Credentials {
  std::string id;
  std::string secret;
};

constexpr std::string_view allow_everything =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
constexpr std::string_view trust_pods =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},)"
    R"("Action":["sts:AssumeRole","sts:TagSession"]}]})";

class World {
 public:
  World()
      : clock(noon),
        vault(Secret(std::string(32, 'k'))),
        mirror(start(vault)),
        keys("aws"),
        house{.mirror = *mirror, .clock = clock, .vault = vault, .names = {}, .quotas = {}} {
    house.credential_sources = {&keys};
    house.authorizer = &authorizer;
    house.own_thumbprint = [] { return std::string(40, 'a'); };
    const auto first = make_first_identities(*mirror, vault, clock.now());
    if (!first) throw std::runtime_error(first.error().message);
    account = first->account;
    admin = {first->access_key_id, std::string(first->secret_access_key.expose())};
    dispatcher = std::make_unique<wire::Dispatcher>(house, std::vector<const wire::Service*>{&service});
  }

  Reply call(std::string_view action, const Params& params, const Credentials& by) {
    http::Request request;
    request.method = "POST";
    request.target = request.path = "/";
    request.headers = {{"Host", "127.0.0.1:8443"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    request.peer = {.address = "192.0.2.7", .tls = true, .admin = false};
    request.body = "Action=" + std::string(action) + "&Version=2010-05-08";
    for (const auto& [name, value] : params) request.body += "&" + name + "=" + percent_encode(value);
    sigv4::RequestView view{request.method, request.path, request.query, {}, request.body};
    for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
    const sigv4::Credentials credentials{by.id, Secret(by.secret), std::nullopt};
    for (auto& header : sigv4::sign(view, credentials, "us-east-1", "iam", clock.now())) {
      request.headers.push_back(std::move(header));
    }
    const http::Response response = http::test::settle(dispatcher->handle(request));
    Reply reply{.status = response.status, .root = {}, .body = response.body};
    std::string_view rest = reply.body;
    if (rest.starts_with("<?")) rest.remove_prefix(rest.find("?>") + 2);
    while (rest.starts_with("\n")) rest.remove_prefix(1);
    reply.root = parse_xml(rest);
    return reply;
  }
  Reply call(std::string_view action, const Params& params = {}) { return call(action, params, admin); }

  // As call, and it must succeed.
  Reply must(std::string_view action, const Params& params = {}) {
    Reply reply = call(action, params);
    EXPECT_TRUE(reply.ok()) << action << ": " << reply.body;
    return reply;
  }

  template <class R>
  void put(const std::string& key, const R& record) {
    store::Commit commit;
    commit.puts.push_back({key, record.to_text(vault, key)});
    const auto done = mirror->commit(commit);
    ASSERT_TRUE(done) << done.error().message;
  }

  // A user (or, without a name, the root) with a key; `policy` empty: may do nothing.
  Credentials add_caller(const std::string& name, std::string_view policy = {}, std::string of_account = {}) {
    if (of_account.empty()) of_account = account;
    record::AccessKey key{.id = record::make_access_key_id("AKIA", of_account),
                          .account = of_account,
                          .user = name,
                          .secret = record::make_secret_access_key(),
                          .created = clock.now()};
    if (!name.empty()) {
      record::User user{.account = of_account,
                        .name = name,
                        .path = "/",
                        .id = record::make_unique_id("AIDA"),
                        .created = clock.now()};
      if (!policy.empty()) user.permissions.inline_policies.emplace("own", identity_policy(policy));
      key.user_id = user.id;
      put(record::user_key(of_account, name), user);
    }
    put(record::access_key_key(of_account, key.id), key);
    return {key.id, std::string(key.secret.expose())};
  }

  static policy::Policy identity_policy(std::string_view text) {
    auto parsed = policy::Policy::parse(text, policy::Kind::identity);
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return *std::move(parsed);
  }

  std::string arn(std::string_view resource) const {
    return "arn:aws:iam::" + account + ":" + std::string(resource);
  }

  void make_role(const std::string& name, const std::string& path = "/") {
    must("CreateRole",
         {{"RoleName", name}, {"Path", path}, {"AssumeRolePolicyDocument", std::string(trust_pods)}});
  }
  std::string make_policy(const std::string& name, const std::string& path = "/") {
    return must("CreatePolicy",
                {{"PolicyName", name}, {"Path", path}, {"PolicyDocument", std::string(allow_everything)}})
        .at("Policy/Arn");
  }
  std::string make_provider(const std::string& url = "https://issuer.example/id/1") {
    return must("CreateOpenIDConnectProvider", {{"Url", url},
                                                {"ClientIDList.member.1", "sts.amazonaws.com"},
                                                {"ThumbprintList.member.1", std::string(40, 'b')}})
        .at("OpenIDConnectProviderArn");
  }

  TestClock clock;
  record::Vault vault;
  std::unique_ptr<store::Mirror> mirror;
  AccessKeySource keys;
  PolicyAuthorizer authorizer;
  wire::House house;
  std::string account;
  Credentials admin;
  std::unique_ptr<wire::Dispatcher> dispatcher;

 private:
  static std::unique_ptr<store::Mirror> start(const record::Vault& vault) {
    auto decoder = record::make_decoder(vault, [](std::string_view key, std::string_view why) {
      ADD_FAILURE() << "undecodable record " << key << ": " << why;
    });
    auto started = store::Mirror::start(store::make_memory_store(), std::move(decoder));
    if (!started) throw std::runtime_error(started.error().message);
    return *std::move(started);
  }
};

inline void expect_refusal(const Reply& reply, int status, std::string_view code, std::string_view message) {
  EXPECT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(reply.code(), code);
  EXPECT_EQ(reply.message(), message);
}

using Texts = std::vector<std::string>;

}  // namespace openirsa::iam::test
