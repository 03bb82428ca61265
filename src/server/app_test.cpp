// Does the whole server hang together: over real TLS, through a restart, as clocks move, through the proxy?
#include "server/app.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "crypto/certificate.h"
#include "http/test_peer.h"
#include "server/test_server.h"

namespace openirsa::server {
namespace {

// A unix socket whose connections continue through a CONNECT proxy, for a client that knows unix sockets
// only.
class Bridge {
 public:
  Bridge(std::string path, const std::string& proxy, const std::string& target) : path_(std::move(path)) {
    listening_ = std::move(*http::ListeningSocket::open(*http::Endpoint::parse("unix:" + path_)));
    thread_ = std::thread([this, proxy, target] { carry(proxy, target); });
  }
  ~Bridge() { thread_.join(); }
  const std::string& path() const { return path_; }
  // What the proxy answered.
  const std::string& answer() const { return answer_; }

 private:
  void carry(const std::string& proxy, const std::string& target) {
    pollfd waiting{listening_->descriptor(), POLLIN, 0};
    if (::poll(&waiting, 1, 5'000) <= 0) return;
    int error = 0;
    auto accepted = http::accept_from(listening_->descriptor(), error);
    if (!accepted) return;
    http::TestPeer there(proxy);
    there.send("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
    answer_ = there.read_until("\r\n\r\n");
    if (!answer_.starts_with("HTTP/1.1 200")) return;
    pollfd ends[2] = {{accepted->socket.get(), POLLIN, 0}, {there.descriptor(), POLLIN, 0}};
    while (::poll(ends, 2, 5'000) > 0) {
      for (int from = 0; from < 2; ++from) {
        if (ends[from].revents != 0 && !move_bytes(ends[from].fd, ends[1 - from].fd)) return;
      }
    }
  }
  static bool move_bytes(int from, int to) {
    char bytes[16 * 1024];
    const ssize_t count = ::read(from, bytes, sizeof bytes);
    return count > 0 && ::send(to, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
  }

  std::string path_;
  std::unique_ptr<http::ListeningSocket> listening_;
  std::string answer_;
  std::thread thread_;
};

struct Exchange {
  std::string issuer;  // https://…/id/<ID>
  std::string token;
  std::string role_arn;
};

// The guide's steps: cluster, provider, role with a permission, service-account token.
Exchange prepare(TestServer& server) {
  Exchange made;
  const auto created = server.rest_ok("eks", "POST", "/clusters",
                                      {{"name", "my-cluster"},
                                       {"roleArn", "arn:aws:iam::" + server.account() + ":role/cluster"},
                                       {"resourcesVpcConfig", json::object{}}});
  made.issuer = created.at("cluster").at("identity").at("oidc").at("issuer").as_string();
  const std::string path = made.issuer.substr(8);
  server.query_ok("iam", "CreateOpenIDConnectProvider",
                  {{"Url", made.issuer}, {"ClientIDList.member.1", "sts.amazonaws.com"}});
  made.role_arn = "arn:aws:iam::" + server.account() + ":role/my-role";
  server.query_ok(
      "iam", "CreateRole",
      {{"RoleName", "my-role"},
       {"AssumeRolePolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::)" +
            server.account() + ":oidc-provider/" + path +
            R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" + path +
            R"(:sub":"system:serviceaccount:default:my-service-account",")" + path +
            R"(:aud":"sts.amazonaws.com"}}}]})"}});
  server.query_ok(
      "iam", "PutRolePolicy",
      {{"RoleName", "my-role"},
       {"PolicyName", "describe"},
       {"PolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"eks:DescribeCluster",)"
        R"("Resource":"*"}]})"}});
  const auto token = server.rest_ok("openirsa", "POST", "/openirsa/v1/clusters/my-cluster/tokens",
                                    {{"namespace", "default"}, {"serviceAccount", "my-service-account"}});
  made.token = token.at("token").as_string();
  return made;
}

http::Response assume(const TestServer& server, const Exchange& exchange) {
  return server.query(
      std::nullopt, "sts", "AssumeRoleWithWebIdentity",
      {{"RoleArn", exchange.role_arn}, {"RoleSessionName", "session"}, {"WebIdentityToken", exchange.token}});
}

sigv4::Credentials session_of(const http::Response& response) {
  EXPECT_EQ(response.status, 200) << response.body;
  return {element(response.body, "AccessKeyId"), Secret(element(response.body, "SecretAccessKey")),
          element(response.body, "SessionToken")};
}

void expect_refused(const http::Response& response, int status, const std::string& code) {
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(element(response.body, "Code"), code) << response.body;
}

TEST(App, health_and_metrics) {
  TestServer server;
  const std::string metrics = "http://" + server.app().address_of("metrics");
  for (const std::string& base : {server.endpoint(), metrics}) {
    EXPECT_EQ(server.get(base + "/healthz").body, "ok\n");
    EXPECT_EQ(server.get(base + "/readyz").body, "ready\n");
  }
  server.rest_ok("eks", "GET", "/clusters");
  EXPECT_EQ(server.rest(server.credentials(), "eks", "GET", "/clusters/absent").status, 404);
  const auto scrape = server.get(metrics + "/metrics");
  EXPECT_EQ(*header_of(scrape, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const std::string_view line :
       {"openirsa_requests_total{code=\"OK\",operation=\"ListClusters\",service=\"eks\"} 1",
        "openirsa_refusals_total{step=", "openirsa_http{figure=\"requests\"} ",
        "openirsa_store{figure=\"records\"} "}) {
    EXPECT_NE(scrape.body.find(line), std::string::npos) << line << "\n" << scrape.body;
  }
  EXPECT_EQ(server.get(metrics + "/clusters").status, 404);
  EXPECT_EQ(server.get(server.endpoint() + "/metrics").status, 404) << "metrics belong to their own listener";
}

TEST(App, tells_its_real_addresses) {
  TestServer server;
  EXPECT_EQ(server.endpoint(), "https://" + server.app().address_of("api"));
  const auto facts = server.admin("/openirsa/v1/server");
  EXPECT_EQ(facts.at("proxy").as_string(), "http://" + server.app().address_of("proxy"));
  EXPECT_EQ(facts.at("credentialsFile").as_string(), server.file("credentials"));
  EXPECT_EQ(facts.at("issuerHost").as_string(), "oidc.openirsa.internal");
  EXPECT_NE(server.app().greeting().find("endpoint " + server.endpoint() + "\n"), std::string::npos);
  EXPECT_EQ(server.app().address_of("admin"), "unix:" + server.file("admin.sock"));
  EXPECT_EQ(server.app().address_of("issuer"), "");
  EXPECT_FALSE(http::send({.url = server.endpoint() + "/healthz", .ca_pem = std::nullopt}))
      << "nobody else trusts our authority";
}

TEST(App, listens_on_ipv6_and_without_a_proxy) {
  TestServer server{{"listen.api", "[::1]:0"}, {"listen.proxy", ""}, {"listen.metrics", ""}};
  ASSERT_TRUE(server.endpoint().starts_with("https://[::1]:")) << server.endpoint();
  EXPECT_EQ(server.get(server.endpoint() + "/readyz").status, 200);
  EXPECT_TRUE(server.rest_ok("eks", "GET", "/clusters").contains("clusters"));
  EXPECT_EQ(server.admin("/openirsa/v1/server").at("proxy").as_string(), "");
}

TEST(App, the_admin_socket_alone_tells_about_the_server) {
  TestServer server;
  EXPECT_EQ(server.rest(server.credentials(), "openirsa", "GET", "/openirsa/v1/server").status, 403);
}

TEST(App, issuer_documents_under_the_issuer_path) {
  TestServer server;
  const Exchange exchange = prepare(server);
  const std::string path = exchange.issuer.substr(exchange.issuer.find("/id/"));
  const auto discovery = server.get(server.endpoint() + path + "/.well-known/openid-configuration");
  ASSERT_EQ(discovery.status, 200) << discovery.body;
  const auto document = *parse_json_object(discovery.body);
  EXPECT_EQ(document.at("issuer").as_string(), exchange.issuer);
  EXPECT_EQ(document.at("jwks_uri").as_string(), exchange.issuer + "/keys");
  const auto keys = server.get(server.endpoint() + path + "/keys");
  ASSERT_EQ(keys.status, 200) << keys.body;
  EXPECT_EQ(parse_json_object(keys.body)->at("keys").as_array().size(), 1U);
  EXPECT_EQ(server.get(server.endpoint() + "/id/" + std::string(32, 'A') + "/keys").status, 404);
}

TEST(App, one_complete_exchange) {
  TestServer server;
  const Exchange exchange = prepare(server);
  const auto answer = assume(server, exchange);
  const auto session = session_of(answer);
  EXPECT_EQ(element(answer.body, "SubjectFromWebIdentityToken"),
            "system:serviceaccount:default:my-service-account");
  const auto identity = server.query(session, "sts", "GetCallerIdentity", {});
  EXPECT_EQ(element(identity.body, "Arn"),
            "arn:aws:sts::" + server.account() + ":assumed-role/my-role/session");
  EXPECT_EQ(server.rest(session, "eks", "GET", "/clusters/my-cluster").status, 200);
  const auto denied = server.rest(session, "eks", "GET", "/clusters");
  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(*header_of(denied, "x-amzn-ErrorType"), "AccessDeniedException");

  const auto trace = server.admin("/openirsa/v1/decisions/" + *header_of(denied, "x-amzn-RequestId"));
  EXPECT_EQ(trace.at("decision").at("operation").as_string(), "ListClusters");
}

TEST(App, a_token_is_judged_by_the_servers_clock) {
  TestServer server;
  const Exchange exchange = prepare(server);
  const auto minted = seconds_of(server.clock().now());
  session_of(assume(server, exchange));

  server.clock().set(minted + 3600 + 301);
  const auto expired = assume(server, exchange);
  expect_refused(expired, 400, "ExpiredTokenException");
  EXPECT_EQ(element(expired.body, "Message"),
            "Token expired: current date/time " + std::to_string(minted + 3901) +
                " must be before the expiration date/time " + std::to_string(minted + 3600));
  server.clock().set(minted - 301);
  expect_refused(assume(server, exchange), 400, "InvalidIdentityToken");
  server.clock().set(minted);
  session_of(assume(server, exchange));
}

TEST(App, signatures_are_judged_by_the_servers_clock) {
  TestServer server;
  const auto now = server.clock().now();
  const auto identity = [&] { return server.query(server.credentials(), "sts", "GetCallerIdentity", {}); };
  server.sign_at(now);
  EXPECT_EQ(identity().status, 200);
  server.clock().advance(299);
  EXPECT_EQ(identity().status, 200);
  server.clock().advance(2);
  const auto late = identity();
  expect_refused(late, 403, "SignatureDoesNotMatch");
  EXPECT_TRUE(element(late.body, "Message").starts_with("Signature expired: ")) << late.body;
  server.clock().advance(-602);
  const auto early = identity();
  expect_refused(early, 403, "SignatureDoesNotMatch");
  EXPECT_TRUE(element(early.body, "Message").starts_with("Signature not yet current: ")) << early.body;
}

TEST(App, a_session_ends_at_its_time) {
  TestServer server;
  const auto session = session_of(assume(server, prepare(server)));
  server.clock().advance(3599);
  EXPECT_EQ(server.query(session, "sts", "GetCallerIdentity", {}).status, 200);
  server.clock().advance(2);
  expect_refused(server.query(session, "sts", "GetCallerIdentity", {}), 403, "ExpiredToken");
}

TEST(App, a_second_server_on_the_same_directory_is_refused) {
  TestServer server;
  const auto second = server.try_start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "another server (process " + std::to_string(::getpid()) + ") is using " +
                                        server.file("").substr(0, server.file("").size() - 1) +
                                        "; stop it, or give this one another data_dir");
  EXPECT_EQ(server.get(server.endpoint() + "/readyz").status, 200);
}

TEST(App, a_port_that_is_taken_is_named) {
  TestServer server;
  TestServer other;
  other.flags()["listen.api"] = server.app().address_of("api");
  other.app().stop();
  other.reset();
  const auto second = other.try_start();
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(server.app().address_of("api")), std::string::npos)
      << second.error().message;
  EXPECT_TRUE(second.error().message.ends_with("; stop what uses it, or set another listen address"))
      << second.error().message;
}

TEST(App, stop_finishes_what_has_begun_and_a_restart_serves_the_same) {
  TestServer server{{"tls.api", "off"}};
  const Exchange exchange = prepare(server);
  const auto session = session_of(assume(server, exchange));
  const std::string account = server.account();

  http::TestPeer peer(server.app().address_of("api"));
  peer.send(
      "POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\nContent-Length: 43\r\nExpect: 100-continue\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
  ASSERT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  std::thread stopping([&] { server.app().stop(); });
  EXPECT_TRUE(http::eventually([&] { return !http::TestPeer(server.endpoint().substr(7)).connected(); }));
  peer.send("Action=GetCallerIdentity&Version=2011-06-15");
  expect_refused(peer.read_response(), 403, "MissingAuthenticationToken");
  EXPECT_TRUE(peer.closed());
  stopping.join();
  EXPECT_FALSE(http::TestPeer(server.endpoint().substr(7)).connected());
  server.app().stop();

  server.start();
  EXPECT_EQ(server.account(), account);
  const auto identity = server.query(session, "sts", "GetCallerIdentity", {});
  EXPECT_EQ(element(identity.body, "Arn"), "arn:aws:sts::" + account + ":assumed-role/my-role/session");
  EXPECT_EQ(server.rest(session, "eks", "GET", "/clusters/my-cluster").status, 200);
  session_of(assume(server, exchange));
}

TEST(App, a_restart_keeps_the_certificate_that_clients_pin) {
  TestServer server;
  const std::string before = server.ca_pem();
  server.start();
  EXPECT_EQ(server.ca_pem(), before);
}

TEST(App, the_proxy_leads_to_the_issuer_under_its_own_name) {
  TestServer server;
  const Exchange exchange = prepare(server);
  const std::string proxy = server.app().address_of("proxy");
  {
    Bridge bridge(server.file("bridge.sock"), proxy, "oidc.openirsa.internal:443");
    const auto response = http::send({.url = exchange.issuer + "/.well-known/openid-configuration",
                                      .unix_socket = bridge.path(),
                                      .ca_pem = server.ca_pem()});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(parse_json_object(response->body)->at("issuer").as_string(), exchange.issuer);
  }
  const auto connect = [&](const std::string& target) {
    http::TestPeer peer(proxy);
    peer.send("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
    return peer.read_response();
  };
  EXPECT_EQ(connect("oidc.openirsa.internal:8443").status, 403);
  EXPECT_EQ(connect("s3.us-west-2.amazonaws.com:443").status, 403);
  EXPECT_EQ(connect("S3.us-west-2.amazonaws.com.:443").status, 403);
  EXPECT_EQ(connect("iam.amazonaws.com:443").status, 403) << "before verbatim mode";
}

TEST(App, verbatim_mode_answers_under_the_names_of_aws) {
  TestServer server;
  const auto facts = server.admin("/openirsa/v1/server?verbatim=true");
  const std::string roots(facts.at("verbatimAuthorityPem").as_string());
  EXPECT_FALSE(server.admin("/openirsa/v1/server").contains("verbatimAuthorityPem"));
  const auto ask = [&](const std::string& host, const std::string& trusted) {
    Bridge bridge(server.file("bridge.sock"), server.app().address_of("proxy"), host + ":443");
    return http::send(
        {.url = "https://" + host + "/healthz", .unix_socket = bridge.path(), .ca_pem = trusted});
  };
  for (const std::string host :
       {"iam.amazonaws.com", "sts.us-west-2.amazonaws.com", "eks.eu-west-1.amazonaws.com"}) {
    const auto response = ask(host, roots);
    ASSERT_TRUE(response) << host << ": " << response.error().message;
    EXPECT_EQ(response->body, "ok\n");
    EXPECT_FALSE(ask(host, server.ca_pem())) << "the product authority must not speak for " << host;
  }
  EXPECT_FALSE(ask("oidc.openirsa.internal", roots)) << "the issuer is the product authority's";
}

TEST(App, a_lost_or_wrong_master_key_stops_the_start) {
  TestServer server;
  server.app().stop();
  server.reset();
  const std::string file = server.file("master.key");
  const std::string right = read_all(file);
  std::filesystem::remove(file);
  auto started = server.try_start();
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().message.ends_with("put it back")) << started.error().message;
  std::ofstream(file) << std::string(64, 'b');
  started = server.try_start();
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().message.starts_with("the store was written with another master key"))
      << started.error().message;
  std::ofstream(file) << right;
  server.start();
  EXPECT_EQ(server.query(server.credentials(), "sts", "GetCallerIdentity", {}).status, 200);
}

TEST(App, a_store_in_memory_begins_anew) {
  TestServer server{{"store", "memory:"}};
  const std::string account = server.account();
  const auto old = server.credentials();
  EXPECT_EQ(server.query(old, "sts", "GetCallerIdentity", {}).status, 200);
  server.start();
  EXPECT_NE(server.account(), account);
  EXPECT_NE(server.credentials().access_key_id, old.access_key_id);
  EXPECT_EQ(server.query(server.credentials(), "sts", "GetCallerIdentity", {}).status, 200);
}

TEST(App, other_partitions_have_their_own_administrator) {
  TestServer server{{"region", "cn-north-1"}};
  server.sign_for("cn-north-1");
  const auto identity = server.query(server.credentials(), "sts", "GetCallerIdentity", {});
  EXPECT_EQ(element(identity.body, "Arn"), "arn:aws-cn:iam::" + server.account() + ":user/admin");
  EXPECT_EQ(server.rest(server.credentials(), "eks", "GET", "/clusters").status, 200);
}

TEST(App, needs_a_data_directory) {
  const SystemClock clock;
  const auto app =
      App::start(settings_with({}), {.clock = clock, .data_directory = {}, .upstream_proxy = {}});
  ASSERT_FALSE(app);
  EXPECT_EQ(app.error().message, "no data directory: set data_dir, or HOME");
}

}  // namespace
}  // namespace openirsa::server
