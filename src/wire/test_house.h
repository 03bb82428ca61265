// Four small services, their callers and a house to put a dispatcher in. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/test_clock.h"
#include "http/test_outcome.h"
#include "sigv4/sigv4.h"
#include "wire/dispatch.h"
#include "wire/xml.h"

namespace openirsa::wire::test {

constexpr std::int64_t noon = 1'795'521'600;  // 2026-11-24T12:00:00Z

inline Result<Answer, Error> answer_who(Call& call) {
  Xml xml;
  xml.text("Arn", call.caller == nullptr ? "nobody" : call.caller->arn).text("Region", call.region);
  xml.text("Name", call.parameters.find("Name").value_or(""));
  return xml_answer(xml.take());
}

inline Result<Answer, Error> answer_seen(Call& call) {
  json::array labels;
  for (const auto& label : call.labels) labels.emplace_back(label);
  const auto keys = call.parameters.list("tagKeys");
  if (!keys) return keys.error();
  json::array listed;
  for (const auto key : *keys) listed.emplace_back(key);
  return json_answer({{"operation", call.operation.name},
                      {"labels", std::move(labels)},
                      {"body", call.body},
                      {"tagKeys", std::move(listed)},
                      {"region", call.region},
                      {"caller", call.caller->arn + call.caller->name}});
}

inline Result<Answer, Error> answer_nothing(Call&) { return nothing(); }
inline Result<Answer, Error> refuse_missing(Call&) {
  return Error{Code::no_such_entity, "The thing with name <a&b> cannot be found."};
}
inline Result<Answer, Error> refuse_cluster(Call& call) {
  return Error{Code::eks_resource_not_found,
               "No cluster found for name: " + call.labels.at(0) + ".",
               {{"clusterName", call.labels.at(0)}}};
}
inline Result<Answer, Error> refuse_parameter(Call&) {
  return validation_error("", "name", length_at_least(1));
}
inline Result<Answer, Error> explode(Call&) { throw std::runtime_error("the shelf fell down"); }
// Shows the store's revision that the handler's snapshot has.
inline Result<Answer, Error> answer_revision(Call& call) {
  Xml xml;
  xml.number("Revision", call.snapshot->revision());
  return xml_answer(xml.take());
}

// Waits for a text from outside, and a second time where the call says so.
inline Result<Answer, Error> answer_came(Call& call) {
  if (call.came == nullptr || call.parameters.find("Twice")) {
    return wait_for(call, [](const auto& done) { done(OutsideText("came")); });
  }
  Xml xml;
  xml.text("Came", **call.came).number("Revision", call.snapshot->revision());
  return xml_answer(xml.take());
}

inline std::string thing_arn(const Call& call) {
  return "arn:aws:iam::" + call.account() + ":policy/" +
         std::string(call.parameters.find("Name").value_or(""));
}
inline std::string cluster_arn(const Call& call) {
  const std::string_view name = call.labels.empty() ? find_string(call.body, "name").value_or("*")
                                                    : std::string_view(call.labels.at(0));
  return "arn:aws:eks:" + call.region + ":" + call.account() + ":cluster/" + std::string(name);
}
inline std::string anything(const Call&) { return "*"; }
inline void add_color(const Call& call, policy::Context& context) {
  if (const auto color = call.parameters.find("Color")) context.add("iam:Color", *color);
}

constexpr auto is_signed = Who::signed_by_account;

inline constexpr Operation iam_rows[] = {
    {"BreakThing", "", is_signed, Access::read, "iam:BreakThing", thing_arn, explode},
    {"CountThings", "", is_signed, Access::write, "iam:CountThings", anything, answer_revision},
    {"CreateThing", "", is_signed, Access::write, "iam:CreateThing", thing_arn, answer_who, add_color},
    {"DeleteThing", "", is_signed, Access::write, "iam:DeleteThing", thing_arn, answer_nothing},
    {"FetchThing", "", is_signed, Access::write, "iam:FetchThing", thing_arn, answer_came},
    {"FindThing", "", is_signed, Access::read, "iam:FindThing", thing_arn, refuse_missing},
    {"GetThing", "", is_signed, Access::read, "iam:GetThing", thing_arn, answer_who},
    {"NameThing", "", is_signed, Access::read, "iam:NameThing", thing_arn, refuse_parameter},
    {"WreckThing", "", is_signed, Access::write, "iam:WreckThing", thing_arn, explode},
};
inline constexpr Operation sts_rows[] = {
    {"AskOutside", "", Who::own_token, Access::read, "", nullptr, answer_came},
    {"ExchangeToken", "", Who::own_token, Access::read, "", nullptr, answer_who},
    {"GetCallerIdentity", "", is_signed, Access::read, "", nullptr, answer_who},
};
inline constexpr Operation eks_rows[] = {
    {"CreateCluster", "POST /clusters", is_signed, Access::write, "eks:CreateCluster", cluster_arn,
     answer_seen},
    {"DescribeCluster", "GET /clusters/{name}", is_signed, Access::read, "eks:DescribeCluster", cluster_arn,
     answer_seen},
    {"DescribeEntry", "GET /clusters/{name}/access-entries/{principalArn}", is_signed, Access::read,
     "eks:DescribeEntry", cluster_arn, answer_seen},
    {"DescribeSpecial", "GET /clusters/special", is_signed, Access::read, "eks:DescribeSpecial", anything,
     answer_seen},
    {"FindCluster", "GET /clusters/{name}/find", is_signed, Access::read, "eks:FindCluster", cluster_arn,
     refuse_cluster},
    {"SmashCluster", "GET /clusters/{name}/smash", is_signed, Access::read, "eks:SmashCluster", cluster_arn,
     explode},
    {"UntagResource", "DELETE /tags/{resourceArn}", is_signed, Access::write, "eks:UntagResource", anything,
     answer_seen},
};
inline constexpr Operation own_rows[] = {
    {"Explain", "GET /openirsa/v1/decisions/{id}", is_signed, Access::read, "openirsa:Explain", anything,
     answer_seen},
    {"GetServer", "GET /openirsa/v1/server", Who::administrator, Access::read, "", nullptr, answer_seen},
};
static_assert(complete(iam_rows) && complete(sts_rows) && complete(eks_rows) && complete(own_rows));

inline constexpr Service iam{"iam", Protocol::query, "2010-05-08",
                             "https://iam.amazonaws.com/doc/2010-05-08/", iam_rows};
inline constexpr Service sts{"sts", Protocol::query, "2011-06-15",
                             "https://sts.amazonaws.com/doc/2011-06-15/", sts_rows};
inline constexpr Service eks{"eks", Protocol::rest_json, "2017-11-01", "", eks_rows};
inline constexpr Service own{"openirsa", Protocol::rest_json, "2026-11-24", "", own_rows};

constexpr std::string_view secret_text = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

inline Caller alice() {
  Caller caller;
  caller.kind = Caller::Kind::user;
  caller.account = "111122223333";
  caller.arn = "arn:aws:iam::111122223333:user/team/alice";
  caller.user_id = caller.unique_id = "AIDAALICE";
  caller.name = "alice";
  caller.access_key_id = "AKIAALICE";
  return caller;
}

inline Caller web_session() {
  Caller caller;
  caller.kind = Caller::Kind::session;
  caller.account = "111122223333";
  caller.arn = "arn:aws:sts::111122223333:assumed-role/web/pod";
  caller.user_id = "AROAWEB:pod";
  caller.unique_id = "AROAWEB";
  caller.name = "web";
  caller.role_arn = "arn:aws:iam::111122223333:role/path/web";
  caller.access_key_id = "ASIAWEB";
  Session session;
  session.provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A";
  session.issued_at = time_of_seconds(noon - 60);
  session.expires_at = time_of_seconds(noon + 3540);
  caller.session = std::make_shared<const Session>(std::move(session));
  return caller;
}

class FakeKeys final : public CredentialSource {
 public:
  bool owns(std::string_view id) const override { return id.starts_with("AKIA") || id.starts_with("ASIA"); }
  Result<FoundKey, Error> find(std::string_view id, const std::optional<std::string>& token,
                               const store::Snapshot&, Time, Trace& trace) const override {
    if (id == "ASIAEXPIRED") {
      trace.fail(Step::session_valid, "session_expired", "the session expired a minute ago");
      return Error{Code::expired_token, ""};
    }
    if (id == "AKIAALICE" && !token) return FoundKey{Secret(std::string(secret_text)), alice()};
    if (id == "ASIAWEB" && token == "sealed")
      return FoundKey{Secret(std::string(secret_text)), web_session()};
    return Error{Code::invalid_client_token_id, "no key has this id"};
  }
};

// Decides with real policies: the identity's, and the session's where there is one.
class FakeAuthorizer final : public Authorizer {
 public:
  explicit FakeAuthorizer(std::string_view identity_policy)
      : identity_(parse(identity_policy, policy::Kind::identity)) {}
  void limit(std::string_view session_policy) { session_ = parse(session_policy, policy::Kind::session); }

  policy::Decision decide(const Caller& caller, std::string_view action, std::string_view resource,
                          const policy::Context& context, const store::Snapshot&,
                          policy::Explanation* explanation) const override {
    ++calls_;
    seen_.clear();
    for (const auto& key : context.keys()) {
      seen_[std::string(key.name)] = key.values.empty() ? "" : std::string(key.values.front());
    }
    std::vector<policy::Attached> attached{{&identity_, policy::Source::identity, "allow-most"}};
    if (session_) attached.push_back({&*session_, policy::Source::session, "session"});
    policy::Facts facts;
    facts.principal = {policy::Principal::Kind::user, caller.arn, caller.account, caller.role_arn,
                       caller.unique_id};
    facts.action = action;
    facts.resource = resource;
    facts.context = &context;
    return policy::decide(attached, facts, explanation);
  }
  std::size_t calls() const { return calls_; }
  const std::map<std::string, std::string>& seen() const { return seen_; }

 private:
  static policy::Policy parse(std::string_view text, policy::Kind kind) {
    auto parsed = policy::Policy::parse(text, kind);
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return std::move(*parsed);
  }
  policy::Policy identity_;
  std::optional<policy::Policy> session_;
  mutable std::size_t calls_ = 0;
  mutable std::map<std::string, std::string> seen_;
};

class Traces final : public TraceSink {
 public:
  void record(Trace&& trace) override {
    trace.complete();
    all.push_back(std::move(trace));
  }
  std::vector<Trace> all;
};

inline http::Request make_request(std::string method, std::string target, std::string body = {}) {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  const auto mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
  request.body = std::move(body);
  request.headers = {{"Host", "127.0.0.1:8443"}};
  request.peer = {.address = "192.0.2.7", .tls = true, .admin = false};
  return request;
}

inline http::Request form_request(std::string body) {
  auto request = make_request("POST", "/", std::move(body));
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  return request;
}

inline sigv4::RequestView view_of(const http::Request& request) {
  sigv4::RequestView view{request.method, request.path, request.query, {}, request.body};
  for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
  return view;
}

struct Signature {
  std::string id = "AKIAALICE";
  std::string secret = std::string(secret_text);
  std::optional<std::string> token{};
  std::string region = "us-west-2";
  std::int64_t at = noon;
};

inline http::Request sign(http::Request request, std::string_view service, const Signature& by = {}) {
  const sigv4::Credentials credentials{by.id, Secret(by.secret), by.token};
  for (auto& header :
       sigv4::sign(view_of(request), credentials, by.region, service, time_of_seconds(by.at))) {
    request.headers.push_back(std::move(header));
  }
  return request;
}

constexpr std::string_view allow_most = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"*","Resource":"*"},
  {"Sid":"NoDelete","Effect":"Deny","Action":"iam:DeleteThing","Resource":"arn:aws:iam::111122223333:policy/kept"}]})";

// A dispatcher in a house, and what came of the last request.
class Desk {
 public:
  explicit Desk(std::string_view identity_policy = allow_most)
      : clock(noon),
        vault(Secret(std::string(32, 'k'))),
        authorizer(identity_policy),
        mirror(start_mirror()),
        house{.mirror = *mirror, .clock = clock, .vault = vault, .names = {}, .quotas = {}} {
    house.credential_sources = {&keys};
    house.authorizer = &authorizer;
    house.traces = &traces;
    dispatcher = std::make_unique<Dispatcher>(house, std::vector<const Service*>{&iam, &sts, &eks, &own});
  }

  http::Response send(const http::Request& request) {
    auto outcome = dispatcher->handle(request);
    was_work = std::holds_alternative<http::Work>(outcome);
    return http::test::settle(std::move(outcome));
  }
  const Trace& trace() const { return traces.all.back(); }

  TestClock clock;
  record::Vault vault;
  FakeKeys keys;
  FakeAuthorizer authorizer;
  Traces traces;
  std::unique_ptr<store::Mirror> mirror;
  House house;
  std::unique_ptr<Dispatcher> dispatcher;
  bool was_work = false;

 private:
  static std::unique_ptr<store::Mirror> start_mirror() {
    auto started = store::Mirror::start(
        store::make_memory_store(), [](std::string_view, const std::string&) { return store::Decoded(); });
    if (!started) throw std::runtime_error(started.error().message);
    return std::move(*started);
  }
};

inline std::string header_of(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

// The text between <name> and </name>, "(none)" when there is no such element.
inline std::string element(const http::Response& response, const std::string& name) {
  const auto begin = response.body.find("<" + name + ">");
  const auto end = response.body.find("</" + name + ">");
  if (begin == std::string::npos || end == std::string::npos) return "(none)";
  return response.body.substr(begin + name.size() + 2, end - begin - name.size() - 2);
}

}  // namespace openirsa::wire::test
