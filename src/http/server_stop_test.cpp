// Does stopping lose no answer, wait no longer than allowed, and leave nothing behind?
#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "http/server.h"
#include "http/test_peer.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class ServerStop : public testing::Test {
 protected:
  ServerStop()
      : handler_([this](const Request& request) -> Outcome {
          if (request.path == "/block") {
            entered_.count_down();
            release_.wait();
            return Response{200, {}, "handled"};
          }
          if (request.path == "/work") {
            return Work([this] {
              entered_.count_down();
              release_.wait();
              return Response{200, {}, "worked"};
            });
          }
          return Response{200, {}, "quick"};
        }) {
    Server::Settings settings;
    settings.io_threads = 2;
    settings.workers = 1;
    auto started = Server::start(settings, {{"api", "127.0.0.1:0", nullptr, &handler_, false, {}}});
    if (started) server_ = *std::move(started);
    address_ = server_->address_of("api");
  }

  static void ask(TestPeer& peer, const std::string& path) {
    peer.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  std::latch entered_{1};
  std::latch release_{1};
  FunctionHandler handler_;
  std::unique_ptr<Server> server_;
  std::string address_;
};

TEST_F(ServerStop, FinishesWorkInFlight) {
  TestPeer idle(address_);
  ask(idle, "/");
  EXPECT_EQ(idle.read_response().body, "quick");
  TestPeer fresh(address_);
  TestPeer busy(address_);
  ask(busy, "/work");
  entered_.wait();
  std::thread stopping([&] { server_->stop(30s); });
  EXPECT_TRUE(idle.closed()) << "at once, while the work still runs";
  EXPECT_TRUE(fresh.closed());
  EXPECT_FALSE(TestPeer(address_).connected());
  release_.count_down();
  const auto response = busy.read_response();
  EXPECT_EQ(response.body, "worked");
  EXPECT_EQ(*TestPeer::header(response, "Connection"), "close");
  EXPECT_TRUE(busy.closed());
  stopping.join();
  EXPECT_EQ(server_->counters().connections_open, 0U);
}

TEST_F(ServerStop, FinishesAHandlerAndARequestThatIsStillComing) {
  TestPeer busy(address_);
  TestPeer partial(address_);
  for (auto* peer : {&busy, &partial}) {  // both are accepted, each by an I/O thread of its own
    ask(*peer, "/");
    EXPECT_EQ(peer->read_response().body, "quick");
  }
  partial.send("GET / HTTP/1.1\r\n");
  ask(busy, "/block");
  entered_.wait();
  std::thread stopping([&] { server_->stop(30s); });
  partial.send("Host: h\r\n\r\n");
  release_.count_down();
  EXPECT_EQ(busy.read_response().body, "handled");
  EXPECT_EQ(partial.read_response().body, "quick");
  EXPECT_TRUE(partial.closed());
  stopping.join();
}

TEST_F(ServerStop, IsBoundedByItsGrace) {
  TestPeer partial(address_);
  partial.send("GET / HTTP/1.1\r\n");
  const auto begin = Clock::now();
  server_->stop(50ms);
  EXPECT_LT(Clock::now() - begin, 5s);
  EXPECT_EQ(server_->counters().connections_open, 0U);
}

TEST_F(ServerStop, CutsClientsOffWhenGraceIsOverAndWorkRunsOn) {
  TestPeer busy(address_);
  ask(busy, "/work");
  entered_.wait();
  TestPeer queued(address_);
  ask(queued, "/work");  // the only worker is taken: this one never begins
  EXPECT_TRUE(eventually([&] { return server_->counters().requests == 2; }));
  std::thread stopping([&] { server_->stop(30ms); });
  EXPECT_TRUE(busy.closed());
  EXPECT_TRUE(queued.closed());
  release_.count_down();  // a thread cannot be ended from outside: stop waits for the work itself
  stopping.join();
}

TEST_F(ServerStop, TwiceAndFromTheDestructor) {
  TestPeer peer(address_);
  ask(peer, "/");
  EXPECT_EQ(peer.read_response().body, "quick");
  std::thread other([&] { server_->stop(1s); });
  server_->stop(1s);
  other.join();
  server_->stop(1s);
  EXPECT_TRUE(peer.closed());
  server_.reset();
}

TEST_F(ServerStop, TheDestructorAloneIsEnough) {
  TestPeer peer(address_);
  ask(peer, "/");
  EXPECT_EQ(peer.read_response().body, "quick");
  server_.reset();
  EXPECT_TRUE(peer.closed());
}

TEST_F(ServerStop, LosesNoAnswerUnderLoad) {
  std::atomic<bool> running{true};
  std::atomic<int> broken{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      TestPeer peer(address_);
      while (running && peer.connected()) {
        ask(peer, "/");
        const auto response = peer.read_response();
        if (response.status == 0) break;  // closed between two requests: allowed, nothing was answered
        if (response.body != "quick") ++broken;
        ++answered;
        if (TestPeer::header(response, "Connection") != nullptr) break;
      }
    });
  }
  EXPECT_TRUE(eventually([&] { return answered > 200; }));
  server_->stop(5s);
  running = false;
  for (auto& client : clients) client.join();
  EXPECT_EQ(broken, 0);
  EXPECT_GE(static_cast<std::uint64_t>(answered), 200U);
  EXPECT_EQ(server_->counters().requests, static_cast<std::uint64_t>(answered))
      << "each request was answered";
}

}  // namespace
}  // namespace openirsa::http
