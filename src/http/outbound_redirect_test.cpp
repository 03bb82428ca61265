// Redirects: followed a few times, each as strictly checked as the first URL, and no secret goes with them.
#include <gtest/gtest.h>

#include "http/test_outbound.h"

namespace openirsa::http {
namespace {

using namespace test;

class OutboundRedirect : public OutboundTest {
 protected:
  // /go redirects to `location`, /N to /N-1 down to /0, and everything else is a document.
  static TlsHost::Script map(const std::string& location, int status = 302) {
    return [=](TlsStream& stream) {
      const std::string path = stream.request.substr(4, stream.request.find(' ', 4) - 4);
      if (path == "/go")
        stream.write(redirect(location, status));
      else if (path == "/loop")
        stream.write(redirect("/loop"));
      else if (path.size() == 2 && path[1] >= '1' && path[1] <= '9')
        stream.write(redirect("/" + std::string(1, static_cast<char>(path[1] - 1))));
      else
        stream.write(ok(path));
    };
  }
};

TEST_F(OutboundRedirect, each_kind_is_followed) {
  for (const int status : {301, 302, 303, 307, 308}) {
    const auto server = host(map("/there?x", status));
    const auto result = get(to(*server, "/go"));
    ASSERT_TRUE(result) << status << ": " << result.error().reason;
    EXPECT_EQ(result->body, "/there?x");
    EXPECT_EQ(result->url, "https://issuer.test:" + std::to_string(server->port()) + "/there?x");
  }
}

TEST_F(OutboundRedirect, five_are_followed_and_no_sixth) {
  const auto server = host(map(""));
  EXPECT_EQ(outcome(to(*server, "/5")), "ok /0");
  EXPECT_EQ(server->requests().size(), 6u);
  EXPECT_EQ(verdict(to(*server, "/6")), "too_many_redirects");
  EXPECT_EQ(server->requests().size(), 12u);
  EXPECT_EQ(verdict(to(*server, "/loop")), "too_many_redirects");
  EXPECT_EQ(server->requests().size(), 18u);
}

TEST_F(OutboundRedirect, each_is_checked_as_the_first_url_was) {
  names.set("inside.test", {"10.0.0.1"});
  names.set("metadata.test", {"169.254.169.254"});
  names.set("six.test", {"::1"});
  const auto elsewhere = host(always(ok("reached")));
  const std::string port = std::to_string(elsewhere->port());
  for (const std::string& location :
       {"http://issuer.test/" + std::string(), "http://issuer.test:" + port + "/",
        "ftp://issuer.test/" + std::string(), "https://issuer.test:" + port + "/",
        "//issuer.test:" + port + "/",  // a port that was not allowed
        "https://127.0.0.2/" + std::string(), "https://10.0.0.1/" + std::string(),
        "https://169.254.169.254/latest/" + std::string(), "https://[::1]/" + std::string(),
        "https://[::ffff:10.0.0.1]/" + std::string(), "https://[64:ff9b::a00:1]/" + std::string(),
        "https://inside.test/" + std::string(), "https://metadata.test/" + std::string(),
        "https://six.test/" + std::string(), "https://2130706433/" + std::string(),
        "https://0x7f.1/" + std::string(), "https://user@issuer.test/" + std::string(),
        "https://issuer.test/#x" + std::string(), "https://issuer.test\\@inside.test/" + std::string()}) {
    const auto server = host(map(location));
    EXPECT_EQ(verdict(to(*server, "/go")), "refused") << location;
    EXPECT_EQ(server->requests().size(), 1u) << location;
  }
  EXPECT_EQ(elsewhere->connections(), 0u);
  EXPECT_EQ(verdict(to(*elsewhere)), "ok");
}

TEST_F(OutboundRedirect, to_another_host_and_an_allowed_port_is_followed) {
  const auto other = host(always(ok("reached")), {.name = "other.test"});
  const auto server = host(map("https://other.test:" + std::to_string(other->port()) + "/x"));
  Fetch fetch = to(*server, "/go");
  fetch.ports.push_back(other->port());
  const auto result = get(fetch);
  ASSERT_TRUE(result) << result.error().reason;
  EXPECT_EQ(result->body, "reached");
  EXPECT_EQ(result->url, "https://other.test:" + std::to_string(other->port()) + "/x");
  // The other host must be who it says it is.
  const auto impostor = host(map("https://third.test:" + std::to_string(other->port()) + "/x"));
  fetch.url = to(*impostor, "/go").url;
  fetch.ports.push_back(impostor->port());
  EXPECT_EQ(verdict(fetch), "untrusted");
}

TEST_F(OutboundRedirect, the_name_is_looked_up_and_checked_again) {
  names.set_each("issuer.test", {{"127.0.0.1"}, {"10.0.0.1"}});
  const auto server = host(map("/there"));
  EXPECT_EQ(verdict(to(*server, "/go")), "refused");
  EXPECT_EQ(server->requests().size(), 1u);
  names.set("issuer.test", {"127.0.0.1"});
  EXPECT_EQ(outcome(to(*server, "/go")), "ok /there");
}

// Reasons are kept in traces, which more people read than may have the token.
TEST_F(OutboundRedirect, a_failures_reason_holds_no_query_and_no_bearer_token) {
  const auto server = host([](TlsStream& stream) {
    const std::string path = stream.request.substr(4, stream.request.find(' ', 4) - 4);
    if (path == "/query") return void(stream.write(redirect("/gone?echo=bearer-value")));
    if (path == "/path") return void(stream.write(redirect("/gone/bearer-value")));
    stream.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  const std::string origin = "`https://issuer.test:" + std::to_string(server->port());
  const std::string gone = "`: the answer is 404";
  EXPECT_EQ(outcome(to(*server, "/query")), "bad_status: " + origin + "/gone" + gone);
  Fetch fetch = to(*server, "/path");
  fetch.bearer_token = "bearer-value";
  EXPECT_EQ(outcome(fetch), "bad_status: " + origin + gone);
  EXPECT_EQ(outcome(to(*server, "/none?key=value")), "bad_status: " + origin + "/none" + gone);
  EXPECT_EQ(outcome({.url = "https://user:word@issuer.test/a?key=value"}),
            "refused: `https://issuer.test/a`: the URL is refused: it has user information");
}

TEST_F(OutboundRedirect, the_bearer_token_stays_with_its_origin) {
  const auto token_in = [](const std::string& request) {
    return request.find("\r\nAuthorization: Bearer secret\r\n") != std::string::npos;
  };
  std::uint16_t home = 0;
  const auto other = host(
      [&](TlsStream& stream) {
        stream.write(redirect("https://issuer.test:" + std::to_string(home) + "/back"));
      },
      {.name = "other.test"});
  const auto server = host([&](TlsStream& stream) {
    if (stream.request.starts_with("GET /first ")) return void(stream.write(redirect("/second")));
    if (stream.request.starts_with("GET /second ")) {
      return void(stream.write(redirect("https://other.test:" + std::to_string(other->port()) + "/")));
    }
    stream.write(ok("back"));
  });
  home = server->port();
  Fetch fetch = to(*server, "/first");
  fetch.ports.push_back(other->port());
  fetch.bearer_token = "secret";
  EXPECT_EQ(outcome(fetch), "ok back");
  ASSERT_EQ(server->requests().size(), 3u);
  EXPECT_TRUE(token_in(server->requests()[0]));
  EXPECT_TRUE(token_in(server->requests()[1]));   // the same origin
  EXPECT_FALSE(token_in(server->requests()[2]));  // the other one sent us here
  ASSERT_EQ(other->requests().size(), 1u);
  EXPECT_FALSE(token_in(other->requests()[0]));
  EXPECT_EQ(other->requests()[0].find("secret"), std::string::npos);
}

TEST_F(OutboundRedirect, two_locations_are_none) {
  const auto server =
      host(always("HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(verdict(to(*server)), "bad_content");
}

}  // namespace
}  // namespace openirsa::http
