#include "eks/tags.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "eks/test_desk.h"

namespace openirsa::eks {
namespace {

using test::By;
using test::Desk;
using test::expect_refused;
using test::one;
using test::other;
using test::Reply;

constexpr std::string_view arn = "arn:aws:eks:us-west-2:111122223333:cluster/my-cluster";

std::string path_of(std::string_view resource) { return "/tags/" + percent_encode(resource); }
const std::string path = path_of(arn);

std::string tag_body(const json::object& tags) { return json::serialize(json::object{{"tags", tags}}); }
json::value tags_of(Desk& desk) {
  const Reply reply = desk.send("GET", path);
  EXPECT_EQ(reply.status, 200) << reply.message();
  return reply.body.at("tags");
}

struct DeskWithCluster : Desk {
  using Desk::Desk;
  DeskWithCluster() { put("my-cluster"); }
};

TEST(Tags, AreAddedReplacedRemovedAndListed) {
  DeskWithCluster desk;
  EXPECT_EQ(tags_of(desk), json::object{});
  // What eksctl sends last.
  const std::string_view eksctl = "alpha.eksctl.io/cluster-oidc-enabled";
  Reply reply = desk.send("POST", path, tag_body({{eksctl, "true"}, {"team", "apps"}}));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, json::object{});
  EXPECT_EQ(desk.send("POST", path, tag_body({{"team", "web"}, {"Team", ""}})).status, 200);
  const json::object expected{{eksctl, "true"}, {"team", "web"}, {"Team", ""}};
  EXPECT_EQ(tags_of(desk), expected);
  EXPECT_EQ(desk.send("GET", "/clusters/my-cluster").cluster().at("tags"), expected);

  reply = desk.send("DELETE", path + "?tagKeys=team&tagKeys=unknown&tagKeys=" + percent_encode(eksctl));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, json::object{});
  EXPECT_EQ(tags_of(desk), (json::object{{"Team", ""}}));
}

TEST(Tags, AreRoutedByTheRawPath) {
  DeskWithCluster desk;
  // An ARN whose slash is not encoded has one segment more.
  const Reply reply = desk.send("GET", "/tags/" + std::string(arn));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.error, "UnknownOperationException");
  EXPECT_EQ(desk.send("GET", path).status, 200);
  EXPECT_EQ(desk.trace().resource, arn);
}

TEST(Tags, OfResourcesThatAreNotThere) {
  DeskWithCluster desk;
  for (const std::string_view resource :
       {"arn:aws:eks:us-west-2:111122223333:cluster/missing", "arn:aws:eks:us-west-2:111122223333:cluster/",
        "arn:aws:eks:us-west-2:111122223333:cluster/a/b",
        "arn:aws:eks:us-west-2:111122223333:nodegroup/a/b/c",
        "arn:aws:eks:eu-west-1:111122223333:cluster/my-cluster",
        "arn:aws:eks::111122223333:cluster/my-cluster"}) {
    const std::string at = path_of(resource);
    expect_refused(desk.send("GET", at), 404, "NotFoundException", "Resource was not found");
    expect_refused(desk.send("POST", at, tag_body({{"a", "b"}})), 404, "NotFoundException",
                   "Resource was not found");
    expect_refused(desk.send("DELETE", at + "?tagKeys=a"), 404, "NotFoundException",
                   "Resource was not found");
  }
}

TEST(Tags, OfWhatIsNoArnOfOurs) {
  DeskWithCluster desk;
  for (const std::string resource :
       {"my-cluster", "arn:aws:eks:us-west-2:111122223333", "arn:aws:iam::111122223333:role/r",
        "arn:aws-cn:eks:us-west-2:111122223333:cluster/my-cluster", "arn:aws:eks:us-west-2:111122223333:"}) {
    const std::string at = path_of(resource);
    const std::string message = "Invalid resource ARN: " + resource;
    expect_refused(desk.send("GET", at), 400, "BadRequestException", message);
    expect_refused(desk.send("POST", at, tag_body({{"a", "b"}})), 400, "BadRequestException", message);
    expect_refused(desk.send("DELETE", at + "?tagKeys=a"), 400, "BadRequestException", message);
  }
}

TEST(Tags, OfAnotherAccountAreDeniedWhetherTheyExistOrNot) {
  DeskWithCluster desk;
  const By foreign{other};
  for (const std::string name : {"my-cluster", "missing"}) {
    const std::string resource = "arn:aws:eks:us-west-2:111122223333:cluster/" + name;
    const auto message = [&](const std::string& action) {
      return "User: arn:aws:iam::444455556666:user/alice is not authorized to perform: eks:" + action +
             " on resource: " + resource;
    };
    const std::string at = path_of(resource);
    expect_refused(desk.send("GET", at, {}, foreign), 403, "AccessDeniedException",
                   message("ListTagsForResource"));
    expect_refused(desk.send("POST", at, tag_body({{"a", "b"}}), foreign), 403, "AccessDeniedException",
                   message("TagResource"));
    expect_refused(desk.send("DELETE", at + "?tagKeys=a", {}, foreign), 403, "AccessDeniedException",
                   message("UntagResource"));
  }
  EXPECT_EQ(tags_of(desk), json::object{});
}

TEST(Tags, StopAtFifty) {
  DeskWithCluster desk;
  json::object fifty;
  for (int i = 0; i < 50; ++i) fifty["key-" + std::to_string(i)] = "v";
  ASSERT_EQ(desk.send("POST", path, tag_body(fifty)).status, 200);
  EXPECT_EQ(desk.send("POST", path, tag_body({{"key-7", "changed"}})).status, 200) << "none is added";
  const std::string_view message = "A resource can have at most 50 tags.";
  expect_refused(desk.send("POST", path, tag_body({{"one-more", ""}})), 400, "BadRequestException", message);
  fifty["one-more"] = "";
  expect_refused(desk.send("POST", path, tag_body(fifty)), 400, "BadRequestException", message);
  EXPECT_EQ(tags_of(desk).as_object().size(), 50U);
  EXPECT_EQ(tags_of(desk).at("key-7"), json::value("changed"));
}

TEST(Tags, RefuseBodiesThatTheModelDoesNotAllow) {
  DeskWithCluster desk;
  const auto refused = [&](const std::string& body, const std::string& message) {
    expect_refused(desk.send("POST", path, body), 400, "BadRequestException", message);
  };
  const std::string null =
      "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must ";
  refused("", null + "not be null");
  refused("{}", null + "not be null");
  refused(R"({"tags": null})", null + "not be null");
  refused(R"({"tags": {}})", null + "have length greater than or equal to 1");
  refused(R"({"tags": []})", "The value at 'tags' must be a map of texts.");
  refused(R"({"tags": {"a": 5}})", "The value at 'tags.a.member' must be a text.");
  refused(R"({"tags": {"aws:a": "b"}})", "Tag keys must not begin with 'aws:': aws:a");
  EXPECT_EQ(desk.send("POST", path, R"({"tags": {"a": "5"}, "unknown": 1})").status, 200);
}

TEST(UntagResource, NeedsOneToFiftyKeys) {
  DeskWithCluster desk;
  const std::string at = "1 validation error detected: Value ";
  expect_refused(desk.send("DELETE", path), 400, "BadRequestException",
                 at + "at 'tagKeys' failed to satisfy constraint: Member must not be null");
  expect_refused(
      desk.send("DELETE", path + "?tagKeys="), 400, "BadRequestException",
      at +
          "'' at 'tagKeys' failed to satisfy constraint: Member must have length greater than or equal to 1");
  EXPECT_EQ(desk.send("DELETE", path + "?tagKeys=" + std::string(129, 'x')).error, "BadRequestException");
  EXPECT_EQ(desk.send("DELETE", path + "?tagKeys=" + std::string(128, 'x')).status, 200);
  std::string query = "?tagKeys=0";
  for (int i = 1; i < 50; ++i) query += "&tagKeys=" + std::to_string(i);
  EXPECT_EQ(desk.send("DELETE", path + query).status, 200);
  expect_refused(
      desk.send("DELETE", path + query + "&tagKeys=50"), 400, "BadRequestException",
      at + "at 'tagKeys' failed to satisfy constraint: Member must have length less than or equal to 50");
}

TEST(Tags, LoseNothingWhenManyWriteAtOnce) {
  DeskWithCluster desk;
  desk.house.traces = nullptr;  // the test's sink is not for threads
  wire::test::Signature signature;
  signature.id = "AKIAUSER1";
  std::vector<http::Request> requests;
  for (int i = 0; i < 20; ++i) {
    requests.push_back(wire::test::sign(
        test::make_request("POST", path, tag_body({{"key-" + std::to_string(i), "v"}})), "eks", signature));
  }
  std::vector<http::Work> works;
  for (const auto& request : requests)
    works.push_back(std::get<http::Work>(desk.dispatcher->handle(request)));
  std::vector<std::thread> threads;
  for (const auto& work : works)
    threads.emplace_back([&] { EXPECT_EQ(http::test::settle(work()).status, 200); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(tags_of(desk).as_object().size(), 20U);
}

}  // namespace
}  // namespace openirsa::eks
