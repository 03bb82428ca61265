// Can the host's administrator, and nobody else, make accounts that work at once and share nothing?
#include "own/accounts.h"

#include <set>
#include <thread>

#include "base/text.h"
#include "iam/service.h"
#include "own/test_desk.h"
#include "record/identifier.h"
#include "record/identity.h"

namespace openirsa::own {
namespace {

using test::Desk;
using test::expect_refused;
using test::Reply;

const std::string path = "/openirsa/v1/accounts";

Reply create(Desk& desk, const json::object& body) {
  return desk.administer("POST", path, json::serialize(body));
}
std::string id_of(const Reply& reply) {
  const json::object* account = find_object(reply.body, "account");
  return account == nullptr ? reply.text("message")
                            : std::string(find_string(*account, "accountId").value_or(""));
}
template <class R>
R copy_of(const Desk& desk, const std::string& key) {
  const auto snapshot = desk.mirror->snapshot();
  const auto* record = record::find<R>(*snapshot, key);
  EXPECT_NE(record, nullptr) << key;
  return record == nullptr ? R{} : *record;
}

TEST(CreateAccount, MakesWhatTheFirstStartMakes) {
  Desk desk;
  const auto before = desk.mirror->snapshot()->revision();
  const Reply reply = create(desk, {{"name", "acme"}});
  ASSERT_EQ(reply.status, 200) << reply.text("message");
  EXPECT_EQ(desk.mirror->snapshot()->revision(), before + 1) << "one commit";
  const std::string id = id_of(reply);
  ASSERT_TRUE(id.size() == 12 && is_digits(id)) << id;
  EXPECT_EQ(reply.body.at("account"),
            json::value({{"name", "acme"}, {"accountId", id}, {"createdAt", "2026-11-24T12:00:00Z"}}));
  EXPECT_EQ(reply.text("user"), "admin");

  const json::object& made = reply.body.at("accessKey").as_object();
  const std::string key_id(made.at("accessKeyId").as_string());
  EXPECT_EQ(record::account_of_access_key(key_id), id);
  const auto key = copy_of<record::AccessKey>(desk, record::access_key_key(id, key_id));
  EXPECT_EQ(key.secret.expose(), made.at("secretAccessKey").as_string());
  EXPECT_TRUE(key.active);
  const auto admin = copy_of<record::User>(desk, record::user_key(id, "admin"));
  EXPECT_EQ(key.user_id, admin.id);
  EXPECT_EQ(admin.permissions.attached,
            std::vector<std::string>{"arn:aws:iam::aws:policy/AdministratorAccess"});
  EXPECT_EQ(copy_of<record::Account>(desk, record::account_key(id)).id, id);
  EXPECT_EQ(desk.mirror->snapshot()->count(id + "/"), 3U);
}

TEST(CreateAccount, GivesAKeyThatSigns) {
  Desk desk;
  const iam::AccessKeySource keys("aws");
  const iam::PolicyAuthorizer authorizer;
  desk.house.credential_sources = {&keys};
  desk.house.authorizer = &authorizer;
  const json::object made = create(desk, {{"name", "acme"}}).body.at("accessKey").as_object();
  wire::test::Signature by;
  by.id = std::string(made.at("accessKeyId").as_string());
  by.secret = std::string(made.at("secretAccessKey").as_string());
  by.at = seconds_of(desk.clock.now());
  const auto explain = [&] {
    return desk.handle(
        wire::test::sign(wire::test::make_request("GET", "/openirsa/v1/decisions/x"), "openirsa", by));
  };
  EXPECT_EQ(explain().error, "ResourceNotFoundException") << "allowed to ask; there is no such decision";
  by.secret += "x";
  EXPECT_EQ(explain().error, "InvalidSignatureException");
}

TEST(CreateAccount, TakesAnId) {
  Desk desk;
  EXPECT_EQ(id_of(create(desk, {{"name", "acme"}, {"accountId", "012345678901"}})), "012345678901");
  expect_refused(create(desk, {{"name", "other"}, {"accountId", "012345678901"}}), 409,
                 "ResourceInUseException", "Account 012345678901 exists already.");
  EXPECT_EQ(desk.administer("GET", path + "/other").status, 404) << "nothing of it is there";
  for (const json::value& id :
       {json::value(""), json::value("12345678901"), json::value("1234567890123"),
        json::value("12345678901a"), json::value(123456789012), json::value(nullptr)}) {
    expect_refused(create(desk, {{"name", "other"}, {"accountId", id}}), 400, "InvalidParameterException",
                   "member `accountId` must have 12 digits");
  }
}

TEST(CreateAccount, RefusesANameThatIsTaken) {
  Desk desk;
  const std::string id = id_of(create(desk, {{"name", "Acme"}}));
  const auto revision = desk.mirror->snapshot()->revision();
  for (const std::string name : {"Acme", "acme", "ACME"}) {
    const Reply reply = create(desk, {{"name", name}});
    expect_refused(reply, 409, "ResourceInUseException",
                   "An account named `" + name + "` exists already: " + id + ".");
    EXPECT_EQ(reply.text("accountId"), id);
    EXPECT_EQ(reply.body.find("accessKey"), reply.body.end());
  }
  EXPECT_EQ(desk.mirror->snapshot()->revision(), revision);
}

TEST(CreateAccount, RefusesNamesOfAnotherForm) {
  Desk desk;
  for (const std::string& name : {std::string("a"), std::string("A.b_c-9"), std::string(50, 'x'),
                                  std::string("12345678901"), std::string("1234567890123")}) {
    EXPECT_EQ(create(desk, {{"name", name}}).status, 200) << name;
  }
  for (const json::value& name :
       {json::value(""), json::value("a b"), json::value("a/b"), json::value("ä"), json::value("a\n"),
        json::value("[x]"), json::value(std::string(51, 'x')), json::value(7), json::value(nullptr)}) {
    expect_refused(create(desk, {{"name", name}}), 400, "InvalidParameterException",
                   "member `name` must have 1 to 50 letters, digits and characters of `_.-`");
  }
  EXPECT_EQ(create(desk, {}).status, 400);
  expect_refused(create(desk, {{"name", "123456789012"}}), 400, "InvalidParameterException",
                 "member `name` must not have 12 digits: it would be taken for an account id");
}

TEST(CreateAccount, OfOneNameAtOnceMakesOne) {
  Desk desk;
  std::vector<http::Response> responses(8);
  {
    std::vector<std::jthread> threads;
    for (auto& response : responses) {
      threads.emplace_back([&desk, &response] {
        auto request = wire::test::make_request("POST", path, R"({"name":"acme"})");
        request.peer = {.address = {}, .tls = false, .admin = true};
        response = http::test::settle(desk.dispatcher->handle(request));
      });
    }
  }
  std::map<int, int> statuses;
  for (const auto& response : responses) ++statuses[response.status];
  EXPECT_EQ(statuses, (std::map<int, int>{{200, 1}, {409, 7}}));
}

TEST(CreateAccount, LeavesATraceWithoutTheSecret) {
  Desk desk;
  const Reply reply = create(desk, {{"name", "acme"}});
  const std::string shown = json::serialize(wire::to_json(desk.traces.last));
  EXPECT_EQ(desk.traces.last.operation, "CreateAccount");
  EXPECT_EQ(desk.traces.last.caller, "administrator");
  EXPECT_EQ(desk.traces.last.account, id_of(reply));
  EXPECT_EQ(desk.traces.last.resource, "arn:aws:iam::" + id_of(reply) + ":root");
  const auto& secret = reply.body.at("accessKey").at("secretAccessKey").as_string();
  EXPECT_EQ(shown.find(secret), std::string::npos);
  // A refusal is nobody's but the administrator's: it would tell the account who asked for its name.
  create(desk, {{"name", "acme"}});
  EXPECT_EQ(desk.traces.last.account, "");
}

TEST(Accounts, AreFoundByNameAndId) {
  Desk desk;
  const std::string id = id_of(create(desk, {{"name", "Acme"}}));
  create(desk, {{"name", "other"}});
  const json::value wanted({{"name", "Acme"}, {"accountId", id}, {"createdAt", "2026-11-24T12:00:00Z"}});
  for (const std::string& asked : {std::string("Acme"), std::string("ACME"), id}) {
    const Reply reply = desk.administer("GET", path + "/" + asked);
    ASSERT_EQ(reply.status, 200) << asked;
    EXPECT_EQ(reply.body, (json::object{{"account", wanted}}));
  }
  for (const std::string asked : {"missing", "000000000000", "Acm", "a%2Fb"}) {
    EXPECT_EQ(desk.administer("GET", path + "/" + asked).error, "ResourceNotFoundException") << asked;
  }
}

std::vector<std::string> names_of(const Reply& reply) {
  std::vector<std::string> names;
  for (const auto& account : reply.body.at("accounts").as_array())
    names.emplace_back(account.at("name").as_string());
  return names;
}

TEST(Accounts, AreListedByNameInPages) {
  Desk desk;
  EXPECT_EQ(desk.administer("GET", path).body, (json::object{{"accounts", json::array{}}}));
  for (const char* name : {"b", "C", "a", "d"}) create(desk, {{"name", name}});
  const Reply all = desk.administer("GET", path);
  EXPECT_EQ(names_of(all), (std::vector<std::string>{"a", "b", "C", "d"}));
  EXPECT_EQ(all.body.find("nextToken"), all.body.end());

  std::vector<std::string> paged;
  std::string next;
  int pages = 0;
  do {
    const Reply page =
        desk.administer("GET", path + "?maxResults=2" + (next.empty() ? "" : "&nextToken=" + next));
    ASSERT_EQ(page.status, 200);
    for (auto& name : names_of(page)) paged.push_back(std::move(name));
    next = page.body.contains("nextToken") ? page.text("nextToken") : "";
    ++pages;
  } while (!next.empty() && pages < 9);
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(paged, names_of(all));
  for (const char* query : {"?maxResults=0", "?maxResults=1001", "?maxResults=x", "?nextToken=a%2Fb"}) {
    EXPECT_EQ(desk.administer("GET", path + query).error, "InvalidParameterException") << query;
  }
}

TEST(Accounts, AreForTheHostsAdministrator) {
  Desk desk;
  create(desk, {{"name", "acme"}});
  const auto revision = desk.mirror->snapshot()->revision();
  // Not even for a signed caller who may do everything.
  EXPECT_EQ(desk.send("POST", path, R"({"name":"mine"})").error, "AccessDeniedException");
  EXPECT_EQ(desk.send("GET", path).error, "AccessDeniedException");
  EXPECT_EQ(desk.send("GET", path + "/acme").error, "AccessDeniedException");
  EXPECT_EQ(desk.handle(wire::test::make_request("GET", path)).error, "AccessDeniedException");
  EXPECT_EQ(desk.mirror->snapshot()->revision(), revision);
}

}  // namespace
}  // namespace openirsa::own
