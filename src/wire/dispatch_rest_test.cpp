// Does REST-JSON route on the raw path, decode once and refuse in JSON?
#include "wire/test_house.h"

namespace openirsa::wire::test {
namespace {

std::string error_type(const http::Response& response) { return header_of(response, "x-amzn-ErrorType"); }

json::object body_of(const http::Response& response) {
  auto body = parse_json_object(response.body);
  if (!body) throw std::runtime_error(body.error().message + ": " + response.body);
  return std::move(*body);
}

http::Response get(Desk& desk, const std::string& target) {
  return desk.send(sign(make_request("GET", target), "eks"));
}

std::string labels_of(const http::Response& response) {
  return json::serialize(body_of(response).at("labels"));
}

TEST(Rest, answers_with_json_and_a_request_id) {
  Desk desk;
  const auto response = get(desk, "/clusters/shop");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Content-Type"), "application/json");
  EXPECT_EQ(header_of(response, "x-amzn-RequestId"), desk.trace().request_id);
  EXPECT_EQ(response.body,
            R"({"operation":"DescribeCluster","labels":["shop"],"body":{},"tagKeys":[],"region":"us-west-2",)"
            R"("caller":"arn:aws:iam::111122223333:user/team/alicealice"})");
  EXPECT_EQ(desk.trace().resource, "arn:aws:eks:us-west-2:111122223333:cluster/shop");
}

TEST(Rest, routes_on_the_raw_path_and_decodes_labels_once) {
  Desk desk;
  EXPECT_EQ(labels_of(get(desk, "/clusters/a%2Fb%20c%2525")), R"(["a/b c%25"])");
  EXPECT_EQ(labels_of(get(desk, "/clusters/a+b")), R"(["a+b"])");
  const auto entry =
      get(desk, "/clusters/shop/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fweb");
  EXPECT_EQ(labels_of(entry), R"(["shop","arn:aws:iam::111122223333:role/web"])");
  EXPECT_EQ(desk.trace().operation, "DescribeEntry");
}

TEST(Rest, prefers_literal_segments) {
  Desk desk;
  get(desk, "/clusters/special");
  EXPECT_EQ(desk.trace().operation, "DescribeSpecial");
  get(desk, "/clusters/specialist");
  EXPECT_EQ(desk.trace().operation, "DescribeCluster");
}

TEST(Rest, refuses_unknown_routes_in_json) {
  Desk desk;
  for (const char* target : {"/no/such/path", "/clusters/a/b/c/d", "/clusters/", "/clusters//",
                             "/clusters/a/", "//clusters/a", "/Clusters/a", "/clusters/a/access-entries",
                             "/%63lusters/a", "/clusters/../tags/x", "/clusters/a%2Ffind/x"}) {
    for (const bool with_signature : {false, true}) {
      const auto request = make_request("GET", target);
      const auto response = desk.send(with_signature ? sign(request, "eks") : request);
      EXPECT_EQ(response.status, 404) << target;
      EXPECT_EQ(error_type(response), "UnknownOperationException") << target;
      EXPECT_TRUE(body_of(response).contains("message")) << target;
      EXPECT_EQ(header_of(response, "x-amzn-RequestId").size(), 36U);
    }
  }
  for (const char* method : {"PUT", "PATCH", "HEAD", "get", "DELETE"}) {
    EXPECT_EQ(desk.send(sign(make_request(method, "/clusters/a"), "eks")).status, 404) << method;
  }
  EXPECT_EQ(get(desk, "/clusters/a").status, 200);
}

TEST(Rest, refuses_labels_that_are_no_text) {
  Desk desk;
  for (const char* target : {"/clusters/%00", "/clusters/a%00b", "/clusters/%ff", "/clusters/%c0%af",
                             "/clusters/%", "/clusters/%4", "/clusters/%zz"}) {
    const auto response = get(desk, target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(error_type(response), "InvalidParameterException") << target;
    EXPECT_EQ(desk.trace().failure->step, Step::request_parsed) << target;
  }
  EXPECT_EQ(labels_of(get(desk, "/clusters/..%2f..%2fetc")), R"(["../../etc"])");
}

TEST(Rest, takes_repeated_names_in_the_query_string) {
  Desk desk;
  const auto response =
      desk.send(sign(make_request("DELETE", "/tags/arn%3Ax?tagKeys=a%2Cb&tagKeys=c"), "eks"));
  EXPECT_EQ(json::serialize(body_of(response).at("tagKeys")), R"(["a,b","c"])");
  for (const char* query :
       {"tagKeys=a&TagKeys=b", "maxResults=1&maxResults=2", "tagKeys=%zz", "tagKeys=%00", "=a"}) {
    const auto refused = desk.send(sign(make_request("DELETE", "/tags/x?" + std::string(query)), "eks"));
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(error_type(refused), "InvalidParameterException") << query;
  }
}

http::Request create(std::string body) {
  auto request = make_request("POST", "/clusters", std::move(body));
  request.headers.emplace_back("Content-Type", "application/json");
  return sign(request, "eks");
}

TEST(RestBody, is_a_json_object_or_nothing) {
  Desk desk;
  const auto response = desk.send(create(R"({"name":"shop","tags":{"a":"b"}})"));
  EXPECT_TRUE(desk.was_work);
  EXPECT_EQ(json::serialize(body_of(response).at("body")), R"({"name":"shop","tags":{"a":"b"}})");
  EXPECT_EQ(desk.trace().resource, "arn:aws:eks:us-west-2:111122223333:cluster/shop");
  EXPECT_EQ(json::serialize(body_of(desk.send(create(""))).at("body")), "{}");
}

TEST(RestBody, is_refused_when_it_is_anything_else) {
  Desk desk;
  const std::string bom = "\xEF\xBB\xBF{}";
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("null"), std::string("1"), std::string("\"a\""),
        std::string(R"({"name":"a","name":"b"})"), std::string(R"({"a":{"b":1,"b":2}})"), std::string("{}x"),
        std::string("{'a':1}"), std::string("{\"a\":NaN}"), std::string("{\"a\":\"\xFF\"}"), bom,
        std::string(100'000, '['), "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}",
        std::string("name=a"), std::string("<a/>"), std::string(" ")}) {
    const auto response = desk.send(create(body));
    EXPECT_EQ(response.status, 400) << body.substr(0, 40);
    EXPECT_EQ(error_type(response), "InvalidParameterException") << body.substr(0, 40);
    EXPECT_FALSE(desk.was_work);
    EXPECT_EQ(desk.trace().failure->code, "malformed_json");
  }
  EXPECT_EQ(desk.send(create("{}")).status, 200);
}

TEST(RestBody, of_a_stranger_is_not_parsed) {
  Desk desk;
  const auto response = desk.send(make_request("POST", "/clusters", "{"));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(error_type(response), "MissingAuthenticationTokenException");
}

TEST(RestError, has_type_message_and_members) {
  Desk desk;
  const auto response = get(desk, "/clusters/shop/find");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(error_type(response), "ResourceNotFoundException");
  EXPECT_EQ(response.body, R"({"clusterName":"shop","message":"No cluster found for name: shop."})");
  EXPECT_EQ(desk.trace().wire_code, "ResourceNotFoundException");
}

TEST(RestError, of_a_defect_is_a_server_exception) {
  Desk desk;
  const auto response = get(desk, "/clusters/shop/smash");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_type(response), "ServerException");
  EXPECT_EQ(response.body.find("shelf"), std::string::npos);
  EXPECT_EQ(desk.trace().failure->detail, "the shelf fell down");
}

TEST(RestService, is_chosen_by_route_and_by_host) {
  Desk desk;
  auto request = make_request("GET", "/clusters/a");
  request.headers[0].second = "eks.eu-central-1.amazonaws.com";
  EXPECT_EQ(error_type(desk.send(request)), "MissingAuthenticationTokenException");
  EXPECT_EQ(desk.trace().service, "eks");
  EXPECT_EQ(desk.send(sign(request, "eks")).status, 200);
  request.headers[0].second = "sts.eu-central-1.amazonaws.com";
  EXPECT_EQ(desk.send(request).status, 404);
  EXPECT_EQ(error_type(desk.send(make_request("GET", "/openirsa/v1/decisions/x"))),
            "MissingAuthenticationTokenException");
  EXPECT_EQ(desk.trace().service, "openirsa");
  // The scope of one REST service does not reach the routes of another.
  EXPECT_EQ(desk.send(sign(make_request("GET", "/openirsa/v1/decisions/x"), "eks")).status, 404);
  EXPECT_EQ(desk.send(sign(make_request("GET", "/openirsa/v1/decisions/x"), "openirsa")).status, 200);
}

}  // namespace
}  // namespace openirsa::wire::test
