// Does the proxy bring each name where it belongs, and say why when it does not?
#include "http/proxy.h"

#include <gtest/gtest.h>

#include <atomic>

#include "http/server.h"
#include "http/test_peer.h"
#include "http/test_tls.h"
#include "http/tls_native.h"
#include "http/tunnel.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;
using Kind = ProxyVerdict::Kind;

TEST(Upstream, IsReadAsTheEnvironmentNamesIt) {
  EXPECT_EQ(Upstream::parse("proxy:3128")->address.text(), "proxy:3128");
  const auto upstream = Upstream::parse("HTTP://us%40er:pass@[::1]:3128/");
  ASSERT_TRUE(upstream);
  EXPECT_EQ(upstream->address.text(), "[::1]:3128");
  EXPECT_EQ(upstream->authorization, "Proxy-Authorization: Basic dXNAZXI6cGFzcw==\r\n");
  for (const char* bad : {"", "proxy", "https://proxy:3128", "http://proxy", "%zz@proxy:1"}) {
    EXPECT_FALSE(Upstream::parse(bad)) << bad;
  }
}

std::unique_ptr<Proxy> start_proxy(ProxySettings settings) {
  settings.address = "127.0.0.1:0";
  auto started = Proxy::start(std::move(settings));
  if (started) return *std::move(started);
  ADD_FAILURE() << started.error().message;
  return nullptr;
}

// Listens and hands each connection to a function on a thread of its own.
class RawServer {
 public:
  explicit RawServer(std::function<void(TestPeer&)> serve, const std::string& address = "127.0.0.1:0")
      : listening_(*ListeningSocket::open(*Endpoint::parse(address))),
        serve_(std::move(serve)),
        thread_([this] { run(); }) {}
  ~RawServer() {
    stopping_ = true;
    thread_.join();
  }
  std::string address() const { return listening_->bound().text(); }

 private:
  void run() {
    while (!stopping_) {
      pollfd entry{listening_->descriptor(), POLLIN, 0};
      if (::poll(&entry, 1, 20) <= 0) continue;
      TestPeer peer(FileDescriptor(::accept4(listening_->descriptor(), nullptr, nullptr, SOCK_CLOEXEC)));
      serve_(peer);
    }
  }

  std::unique_ptr<ListeningSocket> listening_;
  std::function<void(TestPeer&)> serve_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

void echo_until_end(TestPeer& peer) {
  const std::string all = peer.read_to_end();
  peer.send("echo " + all);
}

std::string connect_line(const std::string& target) {
  return "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
}

// Through a tunnel of each kind: both halves, and the half-close.
void expect_echo(const Proxy& proxy, const std::string& target) {
  TestPeer peer(proxy.address());
  peer.send(connect_line(target) + "early ");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 200 Connection established\r\n\r\n") << target;
  peer.send("late");
  peer.half_close();
  EXPECT_EQ(peer.read_to_end(), "echo early late") << target;
}

Response refusal(const Proxy& proxy, const std::string& bytes) {
  TestPeer peer(proxy.address());
  peer.send(bytes);
  auto response = peer.read_response();
  EXPECT_TRUE(peer.closed());
  return response;
}

TEST(Proxy, PassesBringsAndRefuses) {
  const TestDirectory directory;
  RawServer direct(echo_until_end);
  RawServer ours(echo_until_end);
  RawServer local(echo_until_end, "unix:" + directory.file("s"));
  std::vector<std::string> asked;
  ProxySettings settings;
  settings.decide = [&](std::string_view host, int port) -> ProxyVerdict {
    asked.push_back(std::string(host) + " " + std::to_string(port));
    if (host == "issuer.test") return {Kind::to, ours.address(), ""};
    if (host == "local.test") return {Kind::to, local.address(), ""};
    if (host == "2001:db8::1") return {Kind::refuse, "", ""};
    if (host == "sqs.amazonaws.com") return {Kind::refuse, "", "this server has no SQS"};
    return {};
  };
  const auto proxy = start_proxy(std::move(settings));
  expect_echo(*proxy, direct.address());
  expect_echo(*proxy, "ISSUER.test:443");
  expect_echo(*proxy, "local.test:443");
  const auto refused = refusal(*proxy, connect_line("sqs.amazonaws.com:443"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, "this server has no SQS\n");
  refusal(*proxy, connect_line("[2001:DB8::1]:1"));
  ASSERT_EQ(asked.size(), 5U);
  EXPECT_EQ(asked[1], "issuer.test 443");
  EXPECT_EQ(asked[4], "2001:db8::1 1") << "without brackets";
}

TEST(Proxy, ReachesNamesAndIpv6) {
  RawServer v4(echo_until_end);
  ProxySettings settings;
  settings.decide = [](std::string_view, int) { return ProxyVerdict{}; };
  const auto proxy = start_proxy(std::move(settings));
  expect_echo(*proxy, "localhost:" + v4.address().substr(v4.address().find(':') + 1));
  if (!ListeningSocket::open(*Endpoint::parse("[::1]:0")))
    GTEST_SKIP() << "this machine has no IPv6 loopback";
  RawServer v6(echo_until_end, "[::1]:0");
  expect_echo(*proxy, v6.address());
}

TEST(Proxy, ExplainsWhatItDoesNotDo) {
  RawServer target(echo_until_end);
  ProxySettings settings;
  settings.decide = [](std::string_view, int) { return ProxyVerdict{}; };
  const auto proxy = start_proxy(std::move(settings));
  const auto plain = refusal(*proxy, "GET http://example.test/ HTTP/1.1\r\nHost: example.test\r\n\r\n");
  EXPECT_EQ(plain.status, 405);
  EXPECT_EQ(plain.body, "this is a proxy for CONNECT only\n");
  EXPECT_EQ(*TestPeer::header(plain, "Allow"), "CONNECT");
  EXPECT_EQ(refusal(*proxy, "junk\r\n\r\n").status, 400);
  EXPECT_EQ(refusal(*proxy, connect_line("h")).status, 400);
  EXPECT_EQ(refusal(*proxy, "CONNECT h:1 HTTP/1.1\r\nHost: h\r\nA: " + std::string(20'000, 'a')).status, 431);
  expect_echo(*proxy, target.address());
}

TEST(Proxy, SaysWhyItCannotConnect) {
  std::string dead;
  {
    const auto listening = *ListeningSocket::open(*Endpoint::parse("127.0.0.1:0"));
    dead = listening->bound().text();
  }
  ProxySettings settings;
  settings.decide = [&](std::string_view host, int) -> ProxyVerdict {
    if (host == "ours.test") return {Kind::to, dead, ""};
    if (host == "wrong.test") return {Kind::to, "nowhere", ""};
    if (host == "defect.test") throw 1;
    return {};
  };
  const auto proxy = start_proxy(std::move(settings));
  for (const std::string& target : {dead, std::string("ours.test:443")}) {
    const auto answer = refusal(*proxy, connect_line(target));
    EXPECT_EQ(answer.status, 502);
    EXPECT_EQ(answer.body, "cannot connect to " + dead + ": Connection refused\n");
  }
  const auto unknown = refusal(*proxy, connect_line("no-such-name.invalid:443"));
  EXPECT_EQ(unknown.status, 502);
  EXPECT_TRUE(unknown.body.starts_with("`no-such-name.invalid` has no address: ")) << unknown.body;
  EXPECT_EQ(refusal(*proxy, connect_line("wrong.test:443")).status, 500);
  EXPECT_EQ(refusal(*proxy, connect_line("defect.test:443")).status, 500);
}

TEST(Proxy, GoesThroughAnEarlierProxy) {
  RawServer target(echo_until_end);
  std::vector<std::string> asked;
  ProxySettings outer;
  outer.decide = [&](std::string_view host, int port) -> ProxyVerdict {
    asked.push_back(std::string(host) + " " + std::to_string(port));
    if (host == "forbidden.test") return {Kind::refuse, "", "not here"};
    if (host == "name.test" || host == "2001:db8::1") return {Kind::to, target.address(), ""};
    return {};
  };
  const auto upstream = start_proxy(std::move(outer));
  ProxySettings inner;
  inner.decide = [&](std::string_view host, int) -> ProxyVerdict {
    return host == "ours.test" ? ProxyVerdict{Kind::to, target.address(), ""} : ProxyVerdict{};
  };
  inner.upstream = "http://" + upstream->address();
  const auto proxy = start_proxy(std::move(inner));
  expect_echo(*proxy, "name.test:443");
  expect_echo(*proxy, "[2001:db8::1]:443");
  expect_echo(*proxy, "ours.test:443");
  ASSERT_EQ(asked.size(), 2U) << "our own names do not leave";
  EXPECT_EQ(asked[0], "name.test 443");
  EXPECT_EQ(asked[1], "2001:db8::1 443");
  const auto refused = refusal(*proxy, connect_line("forbidden.test:443"));
  EXPECT_EQ(refused.status, 502);
  EXPECT_EQ(refused.body, "the upstream proxy refused `forbidden.test:443`: HTTP/1.1 403 Forbidden\n");
}

TEST(Proxy, SpeaksToAnEarlierProxyWithCredentials) {
  std::string seen;
  RawServer upstream([&](TestPeer& peer) {
    seen = peer.read_until("\r\n\r\n");
    // In pieces, an interim answer first, and the tunnel's first bytes behind the head.
    peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 20");
    peer.send("0 OK\r\nVia: x\r\n\r\nhello ");
    echo_until_end(peer);
  });
  ProxySettings settings;
  settings.decide = [](std::string_view, int) { return ProxyVerdict{}; };
  settings.upstream = "http://user:pass@" + upstream.address();
  const auto proxy = start_proxy(std::move(settings));
  TestPeer peer(proxy->address());
  peer.send(connect_line("name.test:443"));
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 200 Connection established\r\n\r\n");
  peer.send("x");
  peer.half_close();
  EXPECT_EQ(peer.read_to_end(), "hello echo x");
  EXPECT_EQ(seen,
            "CONNECT name.test:443 HTTP/1.1\r\nHost: name.test:443\r\nProxy-Authorization: Basic "
            "dXNlcjpwYXNz\r\n\r\n");
}

TEST(Proxy, AnUpstreamThatIsNoProxyIsNamed) {
  RawServer upstream([](TestPeer& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("SSH-2.0-x\r\n\r\n");
  });
  ProxySettings settings;
  settings.decide = [](std::string_view, int) { return ProxyVerdict{}; };
  settings.upstream = upstream.address();
  const auto proxy = start_proxy(std::move(settings));
  const auto answer = refusal(*proxy, connect_line("name.test:443"));
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.body, "the upstream proxy does not answer in HTTP/1.1\n");
}

TEST(Proxy, CarriesTlsUntouched) {
  const TestAuthority authority;
  FunctionHandler handler(
      [](const Request& request) { return Response{200, {}, std::string(request.host()) + request.body}; });
  auto server = *Server::start(
      {}, {{"api", "127.0.0.1:0", authority.context({{"issuer.test"}, {}}), &handler, false, {}}});
  ProxySettings settings;
  settings.decide = [&](std::string_view, int) {
    return ProxyVerdict{Kind::to, server->address_of("api"), ""};
  };
  const auto proxy = start_proxy(std::move(settings));
  TestPeer peer(proxy->address());
  peer.send(connect_line("issuer.test:443"));
  EXPECT_TRUE(peer.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  const OpenSslPtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  const OpenSslPtr<BIO> pem(
      BIO_new_mem_buf(authority.pem().data(), static_cast<int>(authority.pem().size())));
  const OpenSslPtr<X509> root(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const OpenSslPtr<SSL> ssl(SSL_new(context.get()));
  SSL_set1_host(ssl.get(), "issuer.test");
  SSL_set_fd(ssl.get(), peer.descriptor());
  ASSERT_EQ(SSL_connect(ssl.get()), 1);
  const std::string body(700'000, 'b');
  const std::string request =
      "POST / HTTP/1.1\r\nHost: issuer.test\r\nConnection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  ASSERT_EQ(SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())),
            static_cast<int>(request.size()));
  std::string answer;
  char bytes[4096];
  for (int count = 0; (count = SSL_read(ssl.get(), bytes, sizeof bytes)) > 0;)
    answer.append(bytes, static_cast<std::size_t>(count));
  EXPECT_TRUE(answer.ends_with("issuer.test" + body));
}

TEST(Proxy, RelaysMuchMoreThanItHolds) {
  constexpr std::size_t total = 20 * 1024 * 1024;
  RawServer target([](TestPeer& peer) {
    peer.send(std::string(total, 'd'));
    peer.read_to_end();
  });
  ProxySettings settings;
  settings.decide = [](std::string_view, int) { return ProxyVerdict{}; };
  const auto proxy = start_proxy(std::move(settings));
  TestPeer peer(proxy->address());
  peer.send(connect_line(target.address()));
  peer.read_until("\r\n\r\n");
  EXPECT_EQ(peer.read_bytes(total).size(), total);
}

TEST(Proxy, TimesOut) {
  RawServer target([](TestPeer& peer) { peer.read_to_end(); });
  RawServer mute([](TestPeer& peer) { peer.read_to_end(); });
  ProxySettings settings;
  settings.header_timeout = 60ms;
  settings.connect_timeout = 60ms;
  settings.idle_timeout = 60ms;
  settings.decide = [&](std::string_view host, int) -> ProxyVerdict {
    return host == "ours.test" ? ProxyVerdict{Kind::to, target.address(), ""} : ProxyVerdict{};
  };
  settings.upstream = mute.address();
  const auto proxy = start_proxy(std::move(settings));
  EXPECT_EQ(refusal(*proxy, "CONNECT ").status, 408);
  const auto slow = refusal(*proxy, connect_line("name.test:443"));
  EXPECT_EQ(slow.status, 502);
  EXPECT_EQ(slow.body, "the way to `name.test:443` took too long\n");
  TestPeer idle(proxy->address());
  idle.send(connect_line("ours.test:443"));
  EXPECT_TRUE(idle.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(idle.closed());
}

TEST(Proxy, CapsConnections) {
  RawServer target(echo_until_end);
  ProxySettings settings;
  settings.connections = 1;
  settings.decide = [](std::string_view, int) { return ProxyVerdict{}; };
  const auto proxy = start_proxy(std::move(settings));
  {
    TestPeer first(proxy->address());
    first.send(connect_line(target.address()));
    EXPECT_TRUE(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(TestPeer(proxy->address()).closed());
  }
  EXPECT_TRUE(eventually([&] {
    TestPeer next(proxy->address());
    next.send("CONNECT h HTTP/1.1\r\n\r\n");
    return next.read_response().status == 400;
  }));
}

TEST(Proxy, StopsWithTunnelsAndLookupsOpen) {
  RawServer target([](TestPeer& peer) { peer.read_to_end(); });
  ProxySettings settings;
  settings.decide = [](std::string_view, int) { return ProxyVerdict{}; };
  auto proxy = start_proxy(std::move(settings));
  TestPeer open(proxy->address());
  open.send(connect_line(target.address()));
  open.read_until("\r\n\r\n");
  std::vector<std::unique_ptr<TestPeer>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<TestPeer>(proxy->address()));
    waiting.back()->send(connect_line("no-such-name-" + std::to_string(i) + ".invalid:443"));
  }
  proxy->stop();
  proxy->stop();
  EXPECT_TRUE(open.closed());
  proxy.reset();
}

TEST(Proxy, RefusesSettingsThatCannotWork) {
  const auto decide = [](std::string_view, int) { return ProxyVerdict{}; };
  const auto starts = [](ProxySettings settings) {
    return static_cast<bool>(Proxy::start(std::move(settings)));
  };
  ProxySettings settings;
  settings.address = "127.0.0.1:0";
  EXPECT_FALSE(starts(settings)) << "nothing decides";
  settings.decide = decide;
  EXPECT_TRUE(starts(settings));
  settings.upstream = "https://user:secret@proxy:1";
  const auto refused = Proxy::start(settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
  settings.upstream.reset();
  settings.address = "localhost:0";
  EXPECT_FALSE(starts(settings));
}

}  // namespace
}  // namespace openirsa::http
