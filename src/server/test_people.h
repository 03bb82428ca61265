// The desk of test_desk.h with real people in two accounts: users with access keys and policies, roots, roles
// that trust them, and the real authoriser. Included by tests only.
#pragma once

#include <map>
#include <string>

#include "iam/service.h"
#include "record/identifier.h"
#include "record/identity.h"
#include "sts/test_desk.h"

namespace openirsa::server::people {

using namespace sts::test;

constexpr std::string_view allow_all =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
inline std::string statement(const std::string& effect, const std::string& action,
                             const std::string& more = {}) {
  return R"({"Effect":")" + effect + R"(","Action":")" + action + R"(","Resource":"*")" + more + "}";
}
inline std::string document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}
// A trust policy for sts:AssumeRole and what goes with it. `principal`: {"AWS":"…"}.
inline std::string trusting(const std::string& principal, const std::string& conditions = "{}") {
  return document(R"({"Effect":"Allow","Principal":)" + principal +
                  R"(,"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":)" +
                  conditions + "}");
}
inline std::string aws(const std::string& principal) { return R"({"AWS":")" + principal + R"("})"; }

class People : public Desk {
 public:
  People() {
    house.credential_sources = {&sessions, &access_keys};
    house.authorizer = &authorizer;
    alice = make_user("alice", document(statement("Allow", "*")));
    bob = make_user("bob");
    mallory = make_user("mallory", document(statement("Allow", "*")), other_account);
    root = make_key(account, "", "");
  }

  // A user, with one inline policy where one is given, and an access key.
  Credentials make_user(const std::string& name, const std::string& policy = {},
                        const std::string& owner = account, const record::Tags& tags = {}) {
    record::User user{.account = owner, .name = name, .path = "/", .id = user_id(name), .tags = tags};
    user.created = clock.now();
    if (!policy.empty())
      user.permissions.inline_policies.emplace("own", compiled(policy, policy::Kind::identity));
    put(record::user_key(owner, name), user);
    return make_key(owner, name, user.id);
  }
  static std::string user_id(std::string name) {
    name = to_upper(name);
    name.resize(17, 'A');
    return "AIDA" + name;
  }
  static std::string role_id(std::string name) {
    name = to_upper(name);
    std::erase(name, '-');
    name.resize(17, 'A');
    return "AROA" + name;
  }
  Credentials make_key(const std::string& owner, const std::string& user, const std::string& user_id) {
    record::AccessKey key{.id = record::make_access_key_id("AKIA", owner), .account = owner, .user = user};
    key.user_id = user_id;
    key.secret = record::make_secret_access_key();
    key.created = clock.now();
    put(record::access_key_key(owner, key.id), key);
    return {key.id, std::string(key.secret.expose()), {}};
  }
  // A role at path /, with one inline policy where one is given. Answers its ARN.
  std::string make_role(const std::string& name, const std::string& trust, const std::string& policy = {},
                        const std::string& owner = account, const record::Tags& tags = {}) {
    record::Role role{.account = owner,
                      .name = name,
                      .path = "/",
                      .id = role_id(name),
                      .created = clock.now(),
                      .trust = compiled(trust, policy::Kind::trust),
                      .max_session_seconds = 7200,
                      .tags = tags};
    if (!policy.empty())
      role.permissions.inline_policies.emplace("own", compiled(policy, policy::Kind::identity));
    put_role(role);
    return "arn:aws:iam::" + owner + ":role/" + name;
  }

  Reply call(const Credentials& by, const std::string& action, const Fields& fields = {}) {
    std::string body = "Action=" + action + "&Version=2011-06-15";
    for (const auto& [name, value] : fields) body += "&" + percent_encode(name) + "=" + percent_encode(value);
    wire::test::Signature signature;
    signature.id = by.id;
    signature.secret = by.secret;
    signature.token = by.token;
    signature.at = seconds_of(clock.now());
    return handle(wire::test::sign(wire::test::form_request(std::move(body)), "sts", signature));
  }
  Reply assume(const Credentials& by, const std::string& role, const Fields& more = {}) {
    Fields fields{{"RoleArn", role}, {"RoleSessionName", "shift"}};
    for (const auto& [name, value] : more) {
      std::erase_if(fields, [&](const auto& field) { return field.first == name; });
      fields.emplace_back(name, value);
    }
    return call(by, "AssumeRole", fields);
  }
  Credentials assumed(const Credentials& by, const std::string& role, const Fields& more = {}) {
    const Reply reply = assume(by, role, more);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return credentials_of(reply);
  }

  iam::AccessKeySource access_keys{"aws"};
  iam::PolicyAuthorizer authorizer;
  Credentials alice;    // may do everything
  Credentials bob;      // has no policies
  Credentials mallory;  // of the other account; may do everything there
  Credentials root;     // of the account
};

inline std::string no_assumption(const std::string& user, const std::string& role,
                                 const std::string& action = "sts:AssumeRole") {
  return "User: " + user + " is not authorized to perform: " + action + " on resource: " + role;
}
inline std::string user_arn(const std::string& name, const std::string& owner = account) {
  return "arn:aws:iam::" + owner + ":user/" + name;
}

}  // namespace openirsa::server::people
