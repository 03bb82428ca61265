// Do hostile and slow clients meet the engine's limits, and well-behaved ones not?
#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>

#include "http/server.h"
#include "http/test_peer.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;

class ServerLimits : public testing::Test {
 protected:
  ServerLimits() : handler_([](const Request& request) { return Response{200, {}, request.body}; }) {
    settings_.error_body = [](int status, std::string_view reason) {
      return Response{status, {{"Content-Type", "text/xml"}}, "<e>" + std::string(reason) + "</e>"};
    };
  }

  void start() {
    auto started = Server::start(settings_, {{"api", "127.0.0.1:0", nullptr, &handler_, false, {}}});
    ASSERT_TRUE(started);
    server_ = *std::move(started);
    address_ = server_->address_of("api");
  }

  // The positive control of every refusal.
  void expect_serves() {
    TestPeer peer(address_);
    peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_EQ(peer.read_response().body, "ok");
  }

  Server::Settings settings_;
  FunctionHandler handler_;
  std::unique_ptr<Server> server_;
  std::string address_;
};

TEST_F(ServerLimits, RefusalsSpeakTheServicesProtocolAndClose) {
  start();
  const std::pair<std::string, int> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"\x16\x03\x01", 400},
      {"GET /" + std::string(20'000, 'a'), 414},
      {"GET / HTTP/1.1\r\nA: " + std::string(20'000, 'a'), 431},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", 417},
      {"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505},
  };
  for (const auto& [bytes, status] : cases) {
    TestPeer peer(address_);
    peer.send(bytes);
    const auto response = peer.read_response();
    EXPECT_EQ(response.status, status) << bytes.substr(0, 60);
    EXPECT_TRUE(response.body.starts_with("<e>")) << response.body;
    EXPECT_EQ(*TestPeer::header(response, "Connection"), "close");
    EXPECT_TRUE(peer.closed());
  }
  EXPECT_EQ(server_->counters().bad_requests, std::size(cases));
  expect_serves();
}

TEST_F(ServerLimits, ARefusalEndsThePipeline) {
  start();
  TestPeer peer(address_);
  peer.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(peer.read_response().status, 200);
  EXPECT_EQ(peer.read_response().status, 400);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(server_->counters().requests, 1U);
}

TEST_F(ServerLimits, TheAnswerSurvivesABodyThatIsStillComing) {
  start();
  TestPeer peer(address_);
  peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
  const std::string piece(100'000, 'a');
  for (int i = 0; i < 80 && peer.send(piece); ++i) {
  }
  EXPECT_EQ(peer.read_response().status, 413);
  expect_serves();
}

TEST_F(ServerLimits, AnErrorBodyThatFailsIsReplaced) {
  settings_.error_body = [](int, std::string_view) -> Response { throw std::runtime_error("defect"); };
  start();
  TestPeer peer(address_);
  peer.send("GET / HTTP/1.1\r\n\r\n");
  const auto response = peer.read_response();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "there is no Host header\n");
}

TEST_F(ServerLimits, AHeaderThatTricklesInIsAnswered408) {
  settings_.limits.header_timeout = 60ms;
  start();
  TestPeer peer(address_);
  const auto begin = std::chrono::steady_clock::now();
  peer.send("GET / HTTP/1.1\r\n");
  // Bytes keep coming, so only the time since the first one can end this.
  while (!peer.has_input(5ms) && std::chrono::steady_clock::now() - begin < 5s) peer.send("A");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 60ms);
  const auto response = peer.read_response();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.body, "<e>the request header took too long</e>");
  expect_serves();
}

TEST_F(ServerLimits, ABodyThatDoesNotComeIsAnswered408) {
  settings_.limits.body_timeout = 60ms;
  start();
  TestPeer peer(address_);
  peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  const auto response = peer.read_response();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.body, "<e>the request body took too long</e>");
  EXPECT_TRUE(peer.closed());
}

TEST_F(ServerLimits, IdleConnectionsAreClosedInSilence) {
  settings_.limits.idle_timeout = 60ms;
  start();
  TestPeer fresh(address_);
  TestPeer used(address_);
  used.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(used.read_response().status, 200);
  EXPECT_TRUE(fresh.closed());
  EXPECT_TRUE(used.closed());
}

TEST_F(ServerLimits, TheTimeoutOfARequestDoesNotOutliveIt) {
  settings_.limits.header_timeout = 60ms;
  start();
  TestPeer peer(address_);
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n");
  EXPECT_FALSE(peer.has_input(10ms));
  peer.send("\r\n");
  EXPECT_EQ(peer.read_response().status, 200);
  EXPECT_FALSE(peer.has_input(150ms)) << "idle for longer than a header may take";
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(peer.read_response().status, 200);
}

TEST_F(ServerLimits, WorkIsNotTimed) {
  settings_.limits.header_timeout = settings_.limits.body_timeout = settings_.limits.idle_timeout = 40ms;
  std::latch release(1);
  handler_ = FunctionHandler([&](const Request&) -> Outcome {
    return Work([&] {
      release.wait();
      return Response{200, {}, "done"};
    });
  });
  start();
  TestPeer peer(address_);
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_FALSE(peer.has_input(200ms));
  release.count_down();
  EXPECT_EQ(peer.read_response().body, "done");
}

TEST_F(ServerLimits, AClientThatReadsNothingIsCutOff) {
  settings_.limits.body_timeout = 100ms;
  handler_ =
      FunctionHandler([](const Request&) { return Response{200, {}, std::string(32 * 1024 * 1024, 'a')}; });
  start();
  TestPeer peer(address_);
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return server_->counters().requests == 1; }));
  EXPECT_TRUE(eventually([&] { return server_->counters().connections_open == 0; }));
}

TEST_F(ServerLimits, ConnectionsPerAddressAreCapped) {
  settings_.limits.connections_per_address = 2;
  start();
  auto first = std::make_unique<TestPeer>(address_);
  TestPeer second(address_);
  for (auto* peer : {first.get(), &second}) {
    peer->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(peer->read_response().status, 200);
  }
  TestPeer third(address_);
  EXPECT_TRUE(third.closed());
  EXPECT_EQ(server_->counters().connections_refused, 1U);
  EXPECT_EQ(server_->counters().connections_open, 2U);
  first.reset();
  EXPECT_TRUE(eventually([&] { return server_->counters().connections_open == 1; }));
  expect_serves();
}

TEST_F(ServerLimits, ConnectionsInAllAreCapped) {
  settings_.limits.connections = 1;
  start();
  TestPeer first(address_);
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(first.read_response().status, 200);
  TestPeer second(address_);
  EXPECT_TRUE(second.closed());
  EXPECT_EQ(server_->counters().connections_refused, 1U);
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(first.read_response().status, 200) << "those inside are not touched";
}

}  // namespace
}  // namespace openirsa::http
