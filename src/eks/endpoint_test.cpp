#include <gtest/gtest.h>

#include "eks/test_desk.h"

namespace openirsa::eks {
namespace {

using test::Desk;

struct Answered {
  int status;
  json::object body;
};

Answered get(const Desk& desk, const std::string& target) {
  ClusterEndpoint endpoint(*desk.mirror);
  const auto outcome = endpoint.handle(test::make_request("GET", target));
  const auto& response = std::get<http::Response>(outcome);
  EXPECT_EQ(response.headers.front(), (http::Header{"Content-Type", "application/json"}));
  return {response.status, json::parse(response.body).as_object()};
}

std::string id_of(const test::Reply& created) {
  const std::string endpoint(created.cluster().at("endpoint").as_string());
  return endpoint.substr(endpoint.rfind('/') + 1);
}

TEST(ClusterEndpoint, SaysThatNoServerIsAttached) {
  Desk desk;
  const std::string id = id_of(desk.create("my-cluster"));
  for (const std::string path : {"", "/", "/api", "/api/v1/namespaces?limit=500", "/version"}) {
    const auto [status, body] = get(desk, endpoint_path(id) + path);
    EXPECT_EQ(status, 503) << path;
    EXPECT_EQ(body.at("kind"), "Status");
    EXPECT_EQ(body.at("apiVersion"), "v1");
    EXPECT_EQ(body.at("status"), "Failure");
    EXPECT_EQ(body.at("reason"), "ServiceUnavailable");
    EXPECT_EQ(body.at("code"), json::value(503));
    const std::string_view message = body.at("message").as_string();
    EXPECT_NE(message.find("`my-cluster`"), std::string_view::npos);
    EXPECT_NE(message.find("https://oidc.openirsa.internal/id/" + id), std::string_view::npos);
  }
}

TEST(ClusterEndpoint, KnowsNoOtherIdsAndNoTombstones) {
  Desk desk;
  const std::string id = id_of(desk.create("my-cluster"));
  const auto expect_missing = [&](const std::string& target) {
    const auto [status, body] = get(desk, target);
    EXPECT_EQ(status, 404) << target;
    EXPECT_EQ(body.at("kind"), "Status");
    EXPECT_EQ(body.at("reason"), "NotFound");
    EXPECT_EQ(body.at("code"), json::value(404));
  };
  for (const std::string target : {"/k8s/", "/k8s/0123456789ABCDEF0123456789ABCDEF/api", "/k8s", "/other"}) {
    expect_missing(target);
  }
  expect_missing("/k8s/" + id + "x");
  expect_missing("/k8s/%" + id);
  EXPECT_EQ(get(desk, "/k8s/" + id + "/api").status, 503);
  ASSERT_EQ(desk.send("DELETE", "/clusters/my-cluster").status, 200);
  expect_missing("/k8s/" + id + "/api");
}

}  // namespace
}  // namespace openirsa::eks
