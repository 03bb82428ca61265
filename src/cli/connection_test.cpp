// Is the server found, spoken to as AWS's clients do, and are its refusals put into words?
#include "cli/connection.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

class ConnectionTest : public Desk {
 protected:
  Common common(std::string region = {}) const {
    return {.data_dir = directory_.path(), .region = std::move(region), .output = "text"};
  }
  Connection open() {
    auto connection = Connection::open(common());
    EXPECT_TRUE(connection) << connection.error().message;
    return std::move(*connection);
  }
  static std::string refusal(const Common& asked) {
    const auto connection = Connection::open(asked);
    return connection ? "opened" : connection.error().message;
  }
};

TEST_F(ConnectionTest, speaks_both_protocols) {
  answer("GET /clusters/a%2Fb", 200, R"({"cluster":{"name":"a/b"}})");
  answer("GetRole", 200, "<GetRoleResponse><RoleName>r</RoleName></GetRoleResponse>");
  const auto connection = open();
  const auto cluster = connection.rest("eks", "GET", "/clusters/a%2Fb");
  ASSERT_TRUE(cluster) << cluster.error().message;
  EXPECT_EQ(cluster->at("cluster").at("name").as_string(), "a/b");
  const auto role = connection.query("iam", "2010-05-08", "GetRole", {{"RoleName", "r & s=t"}});
  ASSERT_TRUE(role) << role.error().message;
  EXPECT_EQ(xml_text(*role, "RoleName"), "r");
  EXPECT_EQ(calls(),
            (std::vector<std::string>{"GET /clusters/a%2Fb",
                                      "GetRole Action=GetRole&Version=2010-05-08&RoleName=r%20%26%20s%3Dt"}));
}

TEST_F(ConnectionTest, errors_of_both_protocols) {
  const auto connection = open();
  const auto rest = [&](int status, std::string body, std::vector<http::Header> headers) {
    answer("GET /x", status, std::move(body), std::move(headers));
    const auto got = connection.rest("eks", "GET", "/x");
    return got ? std::string("accepted") : failure_of(got.error()).message;
  };
  EXPECT_EQ(rest(200, "", {}), "accepted");
  EXPECT_EQ(rest(404, R"({"message":"No cluster found for name: x."})",
                 {{"x-amzn-ErrorType", "ResourceNotFoundException:http://internal/"},
                  {"x-amzn-requestid", "id-1"}}),
            "ResourceNotFoundException: No cluster found for name: x. (request id id-1)");
  EXPECT_EQ(rest(503,
                 "<E><Code>ServiceUnavailable</Code><Message>the server is starting</Message>"
                 "<RequestId>id-2</RequestId></E>",
                 {{"x-amzn-ErrorType", "ServiceUnavailable"}}),
            "ServiceUnavailable: the server is starting (request id id-2)");
  EXPECT_EQ(rest(502, "Bad Gateway", {}), "HTTP 502");
  EXPECT_EQ(rest(200, "[]", {}).find("the server's answer is not JSON: "), 0U);

  const auto query = [&](int status, std::string body) {
    answer("GetRole", status, std::move(body));
    const auto got = connection.query("iam", "2010-05-08", "GetRole", {});
    return got ? std::string("accepted") : failure_of(got.error()).message;
  };
  EXPECT_EQ(query(404,
                  "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>a &lt;b&gt; "
                  "&amp;amp; &quot;c&quot;</Message></Error><RequestId>id-3</RequestId></ErrorResponse>"),
            "NoSuchEntity: a <b> &amp; \"c\" (request id id-3)");
  EXPECT_EQ(query(502, "Bad Gateway"), "HTTP 502");
  EXPECT_EQ(query(200, "<x/>"), "accepted");
}

TEST_F(ConnectionTest, a_server_that_is_not_there_is_said_with_what_to_do) {
  const http::TestDirectory empty;
  const std::string said = refusal({.data_dir = empty.path()});
  const std::string hint = "); start one (openirsa server), or name its data directory with --data-dir";
  EXPECT_EQ(said, "no server answers at " + empty.file("admin.sock") + " (No such file or directory" + hint);
  ASSERT_TRUE(write_file(empty.file("admin.sock"), "", 0600));
  EXPECT_EQ(refusal({.data_dir = empty.path()}),
            "no server answers at " + empty.file("admin.sock") + " (nobody listens there" + hint);

  facts_["endpoint"] = "http://127.0.0.1:1";
  const auto lost = open().rest("eks", "GET", "/clusters");
  ASSERT_FALSE(lost);
  const std::string text = failure_of(lost.error()).message;
  EXPECT_TRUE(text.starts_with("cannot reach http://127.0.0.1:1: ")) << text;
  EXPECT_TRUE(text.ends_with("; is the server running? start it: openirsa server")) << text;

  const auto connection = open();
  std::filesystem::remove(directory_.file("admin.sock"));
  const auto explained = connection.explain("id-1");
  ASSERT_FALSE(explained);
  EXPECT_EQ(failure_of(explained.error()).message,
            "cannot reach " + directory_.file("admin.sock") +
                ": No such file or directory; is the server running? start it: openirsa server");
}

TEST_F(ConnectionTest, credentials_that_cannot_be_read_are_said) {
  facts_["credentialsFile"] = directory_.file("absent");
  EXPECT_EQ(refusal(common()),
            "no credentials in " + directory_.file("absent") +
                "; run as the server's user, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  facts_["credentialsFile"] = directory_.file("credentials");
  EXPECT_EQ(refusal(common()), "opened");
}

TEST_F(ConnectionTest, another_host_is_reached_as_the_environment_says) {
  const http::TestDirectory empty;
  answer("GET /clusters", 200, "{}");
  ::setenv("AWS_ENDPOINT_URL", (endpoint() + "/").c_str(), 1);
  ::setenv("AWS_ACCESS_KEY_ID", key_id, 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", secret, 1);
  EXPECT_EQ(refusal({.data_dir = empty.path()}), "no region; say --region, or set AWS_REGION");
  ::setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
  const auto connection = Connection::open({.data_dir = empty.path()});
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(connection->region(), "eu-west-1");
  EXPECT_TRUE(connection->rest("eks", "GET", "/clusters"));
  ::unsetenv("AWS_ACCESS_KEY_ID");
  EXPECT_NE(refusal({.data_dir = empty.path()}), "opened");
}

TEST_F(ConnectionTest, regions_in_order_of_precedence) {
  EXPECT_EQ(open().region(), "us-west-2");
  ::setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
  EXPECT_EQ(open().region(), "eu-west-1");
  ::setenv("AWS_REGION", "eu-west-2", 1);
  EXPECT_EQ(open().region(), "eu-west-2");
  EXPECT_EQ(Connection::open(common("eu-west-3"))->region(), "eu-west-3");
}

TEST_F(ConnectionTest, a_directory_that_was_named_wins_over_the_environment) {
  ::setenv("OPENIRSA_LISTEN_ADMIN", "unix:/nowhere/admin.sock", 1);
  EXPECT_EQ(refusal(common()), "opened");
  ::setenv("OPENIRSA_DATA_DIR", directory_.path().c_str(), 1);
  EXPECT_NE(refusal({}).find("/nowhere/admin.sock"), std::string::npos);
  ::unsetenv("OPENIRSA_LISTEN_ADMIN");
  EXPECT_EQ(refusal({}), "opened");
}

TEST(XmlText, first_element_and_entities) {
  EXPECT_EQ(xml_text("<a><b>1</b><b>2</b></a>", "b"), "1");
  EXPECT_EQ(xml_text("<a>&amp;lt; &#xD; &apos;</a>", "a"), "&lt; \r '");
  EXPECT_EQ(xml_text("<a>1", "a"), std::nullopt);
  EXPECT_EQ(xml_text("", "a"), std::nullopt);
}

}  // namespace
}  // namespace openirsa::cli
