// Does the engine answer what it should, in order, over TCP and unix sockets?
#include "http/server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "http/test_peer.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;

Outcome describe(const Request& request) {
  return Response{
      200, {{"X-Method", request.method}}, request.path + "|" + request.query + "|" + request.body};
}

struct Running {
  explicit Running(std::function<Outcome(const Request&)> function, Server::Settings settings = {},
                   Listener listener = {"api", "127.0.0.1:0", nullptr, nullptr, false, {}})
      : handler(std::move(function)) {
    listener.handler = &handler;
    auto started = Server::start(std::move(settings), {listener});
    if (!started) {
      ADD_FAILURE() << started.error().message;
      return;
    }
    server = *std::move(started);
    address = server->address_of("api");
  }
  FunctionHandler handler;
  std::unique_ptr<Server> server;
  std::string address;
};

TEST(Server, KeepsAConnectionForManyRequests) {
  Running running(describe);
  TestPeer peer(running.address);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(peer.send("POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy"));
    const auto response = peer.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "/a|b|xy");
    EXPECT_EQ(*TestPeer::header(response, "X-Method"), "POST");
    EXPECT_EQ(TestPeer::header(response, "Date")->size(), 29U);
    EXPECT_EQ(TestPeer::header(response, "Connection"), nullptr);
  }
  const auto counters = running.server->counters();
  EXPECT_EQ(counters.requests, 3U);
  EXPECT_EQ(counters.connections_accepted, 1U);
  EXPECT_EQ(counters.connections_open, 1U);
  EXPECT_EQ(counters.bad_requests, 0U);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  std::latch release(1);
  Running running([&](const Request& request) -> Outcome {
    if (!request.path.starts_with("/slow")) return describe(request);
    return Work([&] {
      release.wait();
      return Response{200, {}, "worked " + request.path};
    });
  });
  TestPeer peer(running.address);
  std::string bytes;
  for (int i = 0; i < 30; ++i) {
    bytes += std::string("GET ") + (i % 3 == 1 ? "/slow" : "/fast") + std::to_string(i) +
             " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  ASSERT_TRUE(peer.send(bytes));
  EXPECT_EQ(peer.read_response().body, "/fast0||") << "an answer does not wait for the work behind it";
  EXPECT_FALSE(peer.has_input(20ms)) << "the third request waits for the second";
  release.count_down();
  for (int i = 1; i < 30; ++i) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(peer.read_response().body, i % 3 == 1 ? "worked /slow" + number : "/fast" + number + "||");
  }
}

TEST(Server, TakesBytesOneByOne) {
  Running running(describe);
  TestPeer peer(running.address);
  const std::string bytes =
      "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const char byte : bytes) ASSERT_TRUE(peer.send({&byte, 1}));
  EXPECT_EQ(peer.read_response().body, "/a||abc");
}

TEST(Server, HeadHasTheLengthAndNoBody) {
  Running running([](const Request&) { return Response{200, {}, "12345"}; });
  TestPeer peer(running.address);
  peer.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto head = peer.read_response(false);
  EXPECT_EQ(*TestPeer::header(head, "Content-Length"), "5");
  EXPECT_EQ(peer.read_response().body, "12345");
}

TEST(Server, MovesLargeBodiesBothWays) {
  Running running([](const Request& request) {
    std::string body = request.body;
    for (int i = 0; i < 3; ++i) body += body;
    return Response{200, {}, body};
  });
  TestPeer peer(running.address);
  const std::string body(1024 * 1024, 'b');
  for (unsigned i = 0; i < 2; ++i) {
    ASSERT_TRUE(peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\n\r\n" + body));
    // 8 MiB fit in no socket: the answer has to wait for us.
    EXPECT_TRUE(eventually([&] { return running.server->counters().requests == i + 1U; }));
    EXPECT_EQ(peer.read_response().body, std::string(8 * body.size(), 'b'));
  }
}

TEST(Server, ManyPipelinedLargeAnswersKeepTheirOrder) {
  Running running(
      [](const Request& request) { return Response{200, {}, std::string(40'000, request.path[1])}; });
  TestPeer peer(running.address);
  std::string bytes;
  for (int i = 0; i < 60; ++i)
    bytes += std::string("GET /") + static_cast<char>('a' + i % 26) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_TRUE(peer.send(bytes));
  EXPECT_TRUE(eventually([&] { return running.server->counters().requests > 0; }));
  for (int i = 0; i < 60; ++i)
    ASSERT_EQ(peer.read_response().body, std::string(40'000, static_cast<char>('a' + i % 26)));
}

TEST(Server, ServesHttp10WithoutKeepAliveUnlessAsked) {
  Running running(describe);
  TestPeer plain(running.address);
  plain.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(*TestPeer::header(plain.read_response(), "Connection"), "close");
  EXPECT_TRUE(plain.closed());
  TestPeer keeping(running.address);
  keeping.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(*TestPeer::header(keeping.read_response(), "Connection"), "keep-alive");
  keeping.send("GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(keeping.read_response().body, "/2||");
  EXPECT_TRUE(keeping.closed());
}

TEST(Server, AnswersLaterWhatWaitsForSomethingOutside) {
  std::mutex mutex;
  std::vector<std::function<void(Work)>> waiting;
  Server::Settings settings;
  settings.workers = 1;
  Running running(
      [&](const Request& request) -> Outcome {
        if (request.path == "/throw") return Later{[](const auto&) { throw std::runtime_error("defect"); }};
        Later later{[&](std::function<void(Work)> resume) {
          const std::scoped_lock lock(mutex);
          waiting.push_back(std::move(resume));
        }};
        if (request.path == "/later") return later;
        if (request.path == "/work") return Work([later]() -> Reply { return later; });
        return Work([] { return Response{200, {}, "worked"}; });
      },
      settings);
  TestPeer later(running.address);
  later.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  TestPeer work(running.address);
  work.send("GET /work HTTP/1.1\r\nHost: h\r\n\r\n");
  for (bool both = false; !both; std::this_thread::yield()) {
    const std::scoped_lock lock(mutex);
    both = waiting.size() == 2;
  }
  // Whoever waits holds no worker, and there is one alone.
  TestPeer other(running.address);
  other.send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(other.read_response().body, "worked");
  for (auto& resume : waiting) resume([] { return Response{200, {}, "came"}; });
  EXPECT_EQ(later.read_response().body, "came");
  EXPECT_EQ(later.read_response().body, "worked");
  EXPECT_EQ(work.read_response().body, "came");
  TestPeer defect(running.address);
  defect.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(defect.read_response().status, 500);
}

TEST(Server, AnswersAClientThatHasStoppedSending) {
  Running running([](const Request&) -> Outcome { return Work([] { return Response{200, {}, "late"}; }); });
  TestPeer peer(running.address);
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  peer.half_close();
  EXPECT_EQ(peer.read_response().body, "late");
  EXPECT_TRUE(peer.closed());
}

TEST(Server, AsksForABodyThatIsHeldBack) {
  Running running(describe);
  TestPeer peer(running.address);
  for (int i = 0; i < 2; ++i) {
    peer.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("xy");
    EXPECT_EQ(peer.read_response().body, "/a||xy");
  }
}

TEST(Server, ExceptionsAreAnswered500AndCloseTheConnection) {
  Server::Settings settings;
  settings.error_body = [](int status, std::string_view) {
    return Response{status, {{"Content-Type", "text/xml"}}, "<defect/>"};
  };
  Running running(
      [](const Request& request) -> Outcome {
        if (request.path == "/throw") throw std::runtime_error("defect");
        if (request.path == "/split") return Response{200, {{"A", "b\r\nC: d"}}, ""};
        if (request.path == "/work") return Work([]() -> Response { throw 7; });
        return describe(request);
      },
      settings);
  for (const std::string path : {"/throw", "/split", "/work"}) {
    TestPeer peer(running.address);
    peer.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto response = peer.read_response();
    EXPECT_EQ(response.status, 500) << path;
    EXPECT_EQ(response.body, "<defect/>");
    EXPECT_EQ(*TestPeer::header(response, "Connection"), "close");
    EXPECT_EQ(*TestPeer::header(response, "Content-Type"), "text/xml");
    EXPECT_TRUE(peer.closed());
  }
  TestPeer peer(running.address);
  peer.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(peer.read_response().status, 200);
}

TEST(Server, ManyClientsAtOnce) {
  std::atomic<int> worked{0};
  Running running([&](const Request& request) -> Outcome {
    if (request.query != "work") return describe(request);
    return Work([&] {
      ++worked;
      return Response{200, {}, request.body};
    });
  });
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      TestPeer peer(running.address);
      for (int i = 0; i < 100; ++i) {
        const std::string body = std::to_string(t) + "-" + std::to_string(i);
        peer.send("POST /p?" + std::string(i % 2 == 0 ? "work" : "x") +
                  " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                  body);
        if (peer.read_response().body == (i % 2 == 0 ? body : "/p|x|" + body)) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 800);
  EXPECT_EQ(worked, 400);
  EXPECT_EQ(running.server->counters().requests, 800U);
  EXPECT_TRUE(eventually([&] { return running.server->counters().connections_open == 0; }));
}

TEST(Server, BelievesForwardedHeadersFromTrustedProxiesOnly) {
  const auto peer_of = [](const Request& request) {
    return Response{200, {}, request.peer.address + (request.peer.tls ? " tls" : "")};
  };
  const std::string forwarded =
      "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n";
  Running trusting(peer_of, {}, {"api", "127.0.0.1:0", nullptr, nullptr, false, {"127.0.0.0/8"}});
  TestPeer through(trusting.address);
  through.send(forwarded);
  EXPECT_EQ(through.read_response().body, "203.0.113.9 tls");
  through.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(through.read_response().body, "127.0.0.1") << "nothing of the request before";
  Running strict(peer_of);
  TestPeer direct(strict.address);
  direct.send(forwarded);
  EXPECT_EQ(direct.read_response().body, "127.0.0.1");
}

TEST(Server, ServesIpv6) {
  Running running([](const Request& request) { return Response{200, {}, request.peer.address}; }, {},
                  {"api", "[::1]:0", nullptr, nullptr, false, {}});
  if (!running.server) GTEST_SKIP() << "this machine has no IPv6 loopback";
  EXPECT_TRUE(running.address.starts_with("[::1]:"));
  TestPeer peer(running.address);
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(peer.read_response().body, "::1");
}

TEST(Server, RefusesWhatItCannotServe) {
  FunctionHandler handler(describe);
  const auto error_of = [&](Listener listener) {
    listener.handler = &handler;
    auto started = Server::start({}, {listener});
    return started ? std::string() : started.error().message;
  };
  EXPECT_EQ(error_of({"a", "127.0.0.1:0", nullptr, nullptr, false, {}}), "");
  EXPECT_NE(error_of({"a", "localhost:0", nullptr, nullptr, false, {}}), "");
  EXPECT_NE(error_of({"a", "127.0.0.1:0", nullptr, nullptr, true, {}}), "");
  EXPECT_NE(error_of({"a", "127.0.0.1:0", nullptr, nullptr, false, {"nonsense"}}), "");
  EXPECT_NE(error_of({"a", "unix:/nonexistent/dir/s", nullptr, nullptr, false, {}}), "");
  Running running(describe);
  EXPECT_NE(error_of({"a", running.address, nullptr, nullptr, false, {}}), "") << "the address is in use";
  EXPECT_FALSE(Server::start({}, {Listener{"a", "127.0.0.1:0", nullptr, nullptr, false, {}}}))
      << "no handler";
}

TEST(ServerUnixSocket, ServesAndRemovesItsFile) {
  const TestDirectory directory;
  const std::string path = directory.file("s");
  {
    Running running(
        [](const Request& request) { return Response{200, {}, "[" + request.peer.address + "]"}; }, {},
        {"api", "unix:" + path, nullptr, nullptr, false, {}});
    EXPECT_EQ(running.address, "unix:" + path);
    TestPeer peer(running.address);
    peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(peer.read_response().body, "[]");
  }
  struct stat file{};
  EXPECT_NE(::stat(path.c_str(), &file), 0);
}

TEST(ServerUnixSocket, ReplacesADeadServersFileOnly) {
  const TestDirectory directory;
  const Listener listener{"api", "unix:" + directory.file("s"), nullptr, nullptr, false, {}};
  {  // bound and closed without unlinking: what a killed server leaves
    const auto endpoint = Endpoint::parse(listener.address);
    const FileDescriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(::bind(dead.get(), endpoint->address(), endpoint->length), 0);
  }
  Running running(describe, {}, listener);
  ASSERT_TRUE(running.server);
  Listener second = listener;
  second.handler = &running.handler;
  const auto refused = Server::start({}, {second});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("already listening"), std::string::npos);
  TestPeer peer(running.address);
  peer.send("GET /still HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(peer.read_response().body, "/still||");

  second.address = "unix:" + directory.file("plain");
  const FileDescriptor plain(::open(directory.file("plain").c_str(), O_CREAT | O_WRONLY, 0600));
  EXPECT_FALSE(Server::start({}, {second})) << "a file that is no socket is not ours to replace";
  struct stat file{};
  EXPECT_EQ(::stat(directory.file("plain").c_str(), &file), 0);
}

TEST(ServerUnixSocket, AdminSocketIsForItsOwnUserAndRoot) {
  const TestDirectory directory;
  const std::string path = directory.file("admin");
  Server::Settings settings;
  settings.limits.connections = 0;  // the admin socket works while the server is full
  Running running(
      [](const Request& request) { return Response{200, {}, request.peer.admin ? "admin" : "other"}; },
      settings, {"api", "unix:" + path, nullptr, nullptr, true, {}});
  struct stat file{};
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600U);
  TestPeer own(running.address);
  own.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(own.read_response().body, "admin");

  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  bool refused = false;
  std::thread([&] {
    constexpr long nobody = 65534;
    // The bare system call changes this thread alone.
    if (::syscall(SYS_setresuid, nobody, nobody, nobody) != 0) return;
    TestPeer other(running.address);
    other.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    refused = other.connected() && other.closed();
  }).join();
  EXPECT_TRUE(refused);
  EXPECT_EQ(running.server->counters().connections_refused, 1U);
}

}  // namespace
}  // namespace openirsa::http
