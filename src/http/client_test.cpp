// Does the client send exactly what it is given, and keep to its limits?
#include "http/client.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <latch>

#include "http/server.h"
#include "http/test_peer.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;

class Client : public testing::Test {
 protected:
  Client()
      : handler_([this](const Request& request) -> Outcome {
          if (request.path == "/redirect") return Response{302, {{"Location", "/elsewhere"}}, "moved"};
          if (request.path == "/slow") {
            return Work([this] {
              release_.wait();
              return Response{200, {}, ""};
            });
          }
          if (request.path == "/large") return Response{200, {}, std::string(2000, 'a')};
          std::string seen = request.method + " " + request.target + "\n";
          for (const auto& [name, value] : request.headers) seen += name + ": " + value + "\n";
          return Response{200, {{"X-Twice", "1"}, {"X-Twice", "2"}}, seen + request.body};
        }) {
    auto started =
        Server::start({}, {{"api", "127.0.0.1:0", nullptr, &handler_, false, {}},
                           {"unix", "unix:" + directory_.file("s"), nullptr, &handler_, false, {}}});
    server_ = *std::move(started);
    url_ = "http://" + server_->address_of("api");
    host_ = "Host: " + server_->address_of("api") + "\n";
  }

  Call to(const std::string& target) const {
    Call call;
    call.url = url_ + target;
    return call;
  }

  const TestDirectory directory_;
  std::latch release_{1};
  FunctionHandler handler_;
  std::unique_ptr<Server> server_;
  std::string url_;
  std::string host_;
};

TEST_F(Client, SendsNothingOfItsOwn) {
  const auto get = send(to("/a/../b//c%2F?x"));
  ASSERT_TRUE(get) << get.error().message;
  EXPECT_EQ(get->body, "GET /a/../b//c%2F?x\n" + host_);
  EXPECT_EQ(get->status, 200);
  int twice = 0;
  for (const auto& header : get->headers) twice += header.first == "X-Twice" ? 1 : 0;
  EXPECT_EQ(twice, 2);
  Call post = to("/p");
  post.method = "POST";
  post.headers = {{"X-A", "1"}, {"X-Empty", ""}, {"Content-Type", "text/x"}};
  post.body = std::string("a\0b", 3);
  const auto posted = send(post);
  ASSERT_TRUE(posted) << posted.error().message;
  EXPECT_EQ(posted->body,
            "POST /p\n" + host_ + "X-A: 1\nX-Empty: \nContent-Type: text/x\nContent-Length: 3\n" + post.body);
}

TEST_F(Client, KnowsEveryMethod) {
  for (const std::string method : {"PUT", "DELETE", "PATCH", "POST", "OPTIONS"}) {
    Call call = to("/m");
    call.method = method;
    const auto answer = send(call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_TRUE(answer->body.starts_with(method + " /m\n")) << answer->body;
  }
  Call head = to("/m");
  head.method = "HEAD";
  const auto answer = send(head);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "");
}

TEST_F(Client, SendsALargeBodyWithoutWaiting) {
  Call call = to("/p");
  call.method = "PUT";
  call.body = std::string(1024 * 1024, 'b');
  const auto answer = send(call);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "PUT /p\n" + host_ + "Content-Length: 1048576\n" + call.body);
}

TEST_F(Client, FollowsNoRedirect) {
  const auto answer = send(to("/redirect"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->body, "moved");
}

TEST_F(Client, UsesNoProxyOfTheEnvironment) {
  ::setenv("http_proxy", "http://127.0.0.1:9", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
  const auto answer = send(to("/"));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  EXPECT_TRUE(answer);
}

TEST_F(Client, KeepsToItsLimits) {
  Call large = to("/large");
  large.max_body_bytes = 2000;
  EXPECT_TRUE(send(large));
  large.max_body_bytes = 1999;
  const auto refused = send(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the answer has more than 1999 bytes");
  Call slow = to("/slow");
  slow.timeout = 50ms;
  EXPECT_FALSE(send(slow));
  release_.count_down();
  slow.timeout = 30s;
  EXPECT_TRUE(send(slow));
}

TEST_F(Client, RefusesWhatItMustNotSend) {
  Call call = to("/");
  call.headers = {{"A", "b\r\nC: d"}};
  EXPECT_FALSE(send(call));
  call.headers = {{"A b", "c"}};
  EXPECT_FALSE(send(call));
  call = to("/");
  call.method = "GET / HTTP/1.1\r\nA:";
  EXPECT_FALSE(send(call));
  call = to("/");
  call.url = "file:///etc/hostname";
  EXPECT_FALSE(send(call));
  call.url = "http://127.0.0.1:1/";
  const auto unreachable = send(call);
  ASSERT_FALSE(unreachable);
  EXPECT_FALSE(unreachable.error().message.empty());
  EXPECT_TRUE(send(to("/")));
}

TEST_F(Client, GoesThroughAUnixSocket) {
  Call call;
  call.url = "http://localhost/u";
  call.unix_socket = directory_.file("s");
  const auto answer = send(call);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "GET /u\nHost: localhost\n");
}

}  // namespace
}  // namespace openirsa::http
