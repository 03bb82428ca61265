#include <gtest/gtest.h>

#include "own/test_desk.h"

namespace openirsa::own {
namespace {

using test::Desk;
using test::expect_refused;
using test::Reply;

wire::Trace a_trace(const std::string& id, std::string_view account) {
  wire::Trace trace;
  trace.request_id = id;
  trace.account = account;
  trace.service = "sts";
  trace.operation = "AssumeRoleWithWebIdentity";
  trace.fail(wire::Step::audience_allowed, "audience_mismatch", "the audience is not registered", "",
             "other");
  return trace;
}

std::string path_of(const std::string& id) { return "/openirsa/v1/decisions/" + id; }

TEST(ExplainDecision, ShowsTheOwnerItsTrace) {
  Desk desk;
  desk.traces.record(a_trace("mine", test::account));
  const Reply reply = desk.send("GET", path_of("mine"));
  ASSERT_EQ(reply.status, 200);
  const json::object& decision = reply.body.at("decision").as_object();
  EXPECT_EQ(decision, wire::to_json(a_trace("mine", test::account)));
  EXPECT_EQ(decision.at("decisive").at("code"), "audience_mismatch");
}

TEST(ExplainDecision, ShowsARequestOfTheCallersOwn) {
  Desk desk;
  ASSERT_EQ(desk.send("GET", path_of("missing")).status, 404);
  const std::string id = desk.traces.last.request_id;
  const Reply reply = desk.send("GET", path_of(id));
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body.at("decision").at("requestId"), json::value_from(id));
}

TEST(ExplainDecision, HidesWhatIsNotTheCallersAlike) {
  Desk desk;
  desk.traces.record(a_trace("theirs", "444455556666"));
  desk.traces.record(a_trace("nobodys", ""));
  wire::Trace unknown_role = a_trace("unknown-role", test::account);
  unknown_role.role_unknown = true;
  desk.traces.record(std::move(unknown_role));
  for (const std::string id : {"theirs", "nobodys", "unknown-role", "missing"}) {
    expect_refused(desk.send("GET", path_of(id)), 404, "ResourceNotFoundException",
                   "No decision found for request id: " + id + ".");
  }
  // The host's administrator sees them all.
  for (const std::string id : {"theirs", "nobodys", "unknown-role"}) {
    EXPECT_EQ(desk.administer("GET", path_of(id)).status, 200) << id;
  }
  EXPECT_EQ(desk.administer("GET", path_of("missing")).status, 404);
}

TEST(ExplainDecision, NeedsPermission) {
  Desk desk(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"openirsa:ExplainDecision",
                "Resource":"*"}]})");
  desk.traces.record(a_trace("mine", test::account));
  EXPECT_EQ(desk.send("GET", path_of("mine")).error, "AccessDeniedException");
  EXPECT_EQ(desk.handle(wire::test::make_request("GET", path_of("mine"))).status, 403);
}

TEST(ExplainDecision, KnowsNothingWithoutASink) {
  Desk desk;
  desk.house.traces = nullptr;
  EXPECT_EQ(desk.send("GET", path_of("mine")).status, 404);
  const Reply list = desk.send("GET", "/openirsa/v1/decisions");
  EXPECT_EQ(list.body, (json::object{{"decisions", json::array{}}, {"cursor", ""}}));
}

TEST(ListDecisions, AsksForTheCallersAccountAlone) {
  Desk desk;
  desk.traces.page = {.decisions = {{{"requestId", "a"}}, {{"requestId", "b"}}}, .cursor = "next"};
  const Reply reply =
      desk.send("GET", "/openirsa/v1/decisions?last=7&role=web&outcome=refused&after=cursor-1");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(json::serialize(reply.body),
            R"({"decisions":[{"requestId":"a"},{"requestId":"b"}],"cursor":"next"})");
  ASSERT_TRUE(desk.traces.asked);
  EXPECT_EQ(desk.traces.asked->viewer, std::string(test::account));
  EXPECT_EQ(desk.traces.asked->limit, 7U);
  EXPECT_EQ(desk.traces.asked->role, "web");
  EXPECT_EQ(desk.traces.asked->outcome, wire::Kept::refused);
  EXPECT_EQ(desk.traces.asked->after, "cursor-1");
  EXPECT_EQ(desk.administer("GET", "/openirsa/v1/decisions?outcome=allowed").status, 200);
  EXPECT_EQ(desk.traces.asked->viewer, std::nullopt);
  EXPECT_EQ(desk.traces.asked->limit, 20U);
  EXPECT_EQ(desk.traces.asked->outcome, wire::Kept::allowed);
}

TEST(ListDecisions, RefusesWhatItCannotRead) {
  Desk desk;
  desk.traces.page.emplace();
  for (const std::string query : {"last=0", "last=1001", "last=x", "outcome=maybe"}) {
    EXPECT_EQ(desk.send("GET", "/openirsa/v1/decisions?" + query).status, 400) << query;
    EXPECT_FALSE(desk.traces.asked) << query;
  }
  EXPECT_EQ(desk.send("GET", "/openirsa/v1/decisions?last=1000").status, 200);
  desk.traces.page.reset();
  expect_refused(desk.send("GET", "/openirsa/v1/decisions?after=nonsense"), 400, "InvalidParameterException",
                 "parameter `after` is not a cursor; take it from an earlier answer, or leave it out");
}

TEST(ListDecisions, NeedsPermission) {
  Desk desk(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"openirsa:ListDecisions",
                "Resource":"*"}]})");
  desk.traces.page.emplace();
  EXPECT_EQ(desk.send("GET", "/openirsa/v1/decisions").error, "AccessDeniedException");
  EXPECT_EQ(desk.handle(wire::test::make_request("GET", "/openirsa/v1/decisions")).status, 403);
  EXPECT_FALSE(desk.traces.asked);
}

TEST(GetServer, IsForTheHostsAdministrator) {
  Desk desk;
  const Reply reply = desk.administer("GET", "/openirsa/v1/server");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, (json::object{{"region", "us-west-2"}, {"verbatim", false}}));
  EXPECT_EQ(desk.administer("GET", "/openirsa/v1/server?verbatim=true").body.at("verbatim"),
            json::value(true));
  EXPECT_EQ(desk.administer("GET", "/openirsa/v1/server?verbatim=yes").status, 400);
  // Not even for a signed caller who may do everything.
  EXPECT_EQ(desk.send("GET", "/openirsa/v1/server").error, "AccessDeniedException");
  EXPECT_EQ(desk.handle(wire::test::make_request("GET", "/openirsa/v1/server")).error,
            "AccessDeniedException");
}

TEST(OwnOperations, StandUnderOneRoot) {
  for (const auto& row : service.operations) {
    const auto path = row.route.substr(row.route.find(' ') + 1);
    EXPECT_TRUE(path.starts_with("/openirsa/v1/")) << row.route;
    if (row.action.empty()) continue;
    EXPECT_EQ(row.action, "openirsa:" + std::string(row.name));
  }
}

}  // namespace
}  // namespace openirsa::own
