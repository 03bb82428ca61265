// Through a CONNECT proxy: we look up and check, it gets a literal address and sees nothing else.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "http/test_outbound.h"
#include "http/test_peer.h"

namespace openirsa::http {
namespace {

using namespace test;

// Takes one CONNECT after the other, answers with `answer`, and joins the two ends when that is 200. Where
// there is an `endless` piece it goes on with that until the client has gone.
class ConnectProxy {
 public:
  explicit ConnectProxy(std::string answer = "HTTP/1.1 200 OK\r\n\r\n", std::string endless = {})
      : answer_(std::move(answer)), endless_(std::move(endless)) {
    auto opened = ListeningSocket::open(*Endpoint::parse("127.0.0.1:0"));
    listening_ = *std::move(opened);
    thread_ = std::thread([this] { run(); });
  }
  ~ConnectProxy() {
    stopping_ = true;
    thread_.join();
  }
  HostPort address(const std::string& host = "127.0.0.1") const {
    return {host, HostPort::parse(listening_->bound().text())->port};
  }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void run() {
    while (!stopping_) {
      pollfd entry{listening_->descriptor(), POLLIN, 0};
      if (::poll(&entry, 1, 20) <= 0) continue;
      int error = 0;
      auto accepted = accept_from(listening_->descriptor(), error);
      if (!accepted) continue;
      const int flags = 0;  // blocking: accept_from makes it otherwise
      ::fcntl(accepted->socket.get(), F_SETFL, flags);
      TestPeer client(std::move(accepted->socket));
      const std::string request = client.read_until("\r\n\r\n");
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      client.send(answer_);
      while (!endless_.empty() && client.send(endless_)) {
      }
      if (endless_.empty() && answer_.starts_with("HTTP/1.1 200")) {
        TestPeer target(request.substr(8, request.find(' ', 8) - 8));
        if (target.connected()) join(client.descriptor(), target.descriptor());
      }
    }
  }
  void join(int a, int b) const {
    pollfd ends[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    char bytes[16 * 1024];
    while (!stopping_) {
      if (::poll(ends, 2, 20) <= 0) continue;
      for (const int i : {0, 1}) {
        if (ends[i].revents == 0) continue;
        const ssize_t count = ::recv(ends[i].fd, bytes, sizeof bytes, 0);
        if (count <= 0) return;
        ::send(ends[1 - i].fd, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL);
      }
    }
  }

  const std::string answer_;
  const std::string endless_;
  std::unique_ptr<ListeningSocket> listening_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

class OutboundProxy : public OutboundTest {};

TEST_F(OutboundProxy, is_asked_for_the_checked_literal_address) {
  const ConnectProxy proxy;
  settings.proxy = proxy.address();
  const auto server = host(always(ok("{}")));
  Fetch fetch = to(*server);
  fetch.bearer_token = "secret";
  EXPECT_EQ(outcome(fetch), "ok {}");
  ASSERT_EQ(proxy.requests().size(), 1u);
  const std::string target = "127.0.0.1:" + std::to_string(server->port());
  EXPECT_TRUE(proxy.requests()[0].starts_with("CONNECT " + target + " HTTP/1.1\r\n")) << proxy.requests()[0];
  EXPECT_EQ(proxy.requests()[0].find("secret"), std::string::npos);
  EXPECT_EQ(proxy.requests()[0].find("issuer.test"), std::string::npos);
  // The host is still verified, and still knows which of its names was meant.
  EXPECT_EQ(server->names(), std::vector<std::string>{"issuer.test"});
  EXPECT_NE(server->requests()[0].find("\r\nHost: issuer.test:"), std::string::npos);
  EXPECT_EQ(verdict(to(*server, "/", "other.test")), "untrusted");
}

TEST_F(OutboundProxy, is_not_asked_for_what_the_guard_refuses) {
  const ConnectProxy proxy;
  settings.proxy = proxy.address();
  names.set("inside.test", {"10.0.0.1"});
  const auto server = host(always(ok("{}")));
  EXPECT_EQ(verdict(to(*server, "/", "inside.test")), "refused");
  EXPECT_EQ(verdict({.url = to(*server).url}), "refused");
  EXPECT_TRUE(proxy.requests().empty());
  EXPECT_EQ(verdict(to(*server)), "ok");
}

// The administrator named it: its own address is not the policy's business.
TEST_F(OutboundProxy, may_have_a_name_and_a_private_address) {
  settings.addresses = *AddressPolicy::parse({"127.0.0.9"});
  names.set("issuer.test", {"127.0.0.9"});
  names.set("proxy.test", {"127.0.0.1"});
  const ConnectProxy proxy;
  settings.proxy = proxy.address("proxy.test");
  const TlsHost server({issue({}, &authority), authority}, always(ok("{}")), "127.0.0.9:0");
  EXPECT_EQ(verdict(to(server)), "ok");
  EXPECT_EQ(proxy.requests().size(), 1u);
}

TEST_F(OutboundProxy, that_refuses_or_is_none_makes_the_host_unreachable) {
  const auto server = host(always(ok("{}")));
  for (const std::string answer :
       {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", ""}) {
    const ConnectProxy proxy(answer);
    settings.proxy = proxy.address();
    const auto fetcher = Outbound::start(settings);
    std::promise<std::string> promise;
    fetcher->get(to(*server), [&](const auto& result) {
      promise.set_value(result ? "ok" : name_of(result.error().fault));
    });
    EXPECT_EQ(promise.get_future().get(), "unreachable") << answer;
  }
  EXPECT_EQ(server->connections(), 0u);
}

// libcurl reads the body of a refused CONNECT to its end and tells nobody of it.
TEST_F(OutboundProxy, whose_refusal_never_ends_is_left_at_once) {
  const auto server = host(always(ok("{}")));
  const auto outcome_by = [&](const ConnectProxy& proxy) {
    settings.proxy = proxy.address();
    const auto fetcher = Outbound::start(settings);
    std::promise<std::string> promise;
    fetcher->get(to(*server), [&](const Result<Fetched, FetchFailure>& result) {
      promise.set_value(result ? "ok" : name_of(result.error().fault) + ": " + result.error().reason);
    });
    return promise.get_future().get();
  };
  const std::string piece(65'536, 'y');
  EXPECT_TRUE(outcome_by(ConnectProxy("HTTP/1.1 407 No\r\nContent-Length: 99999999999\r\n\r\n", piece))
                  .ends_with("the answer to CONNECT is 407"));
  EXPECT_TRUE(outcome_by(ConnectProxy("HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n1;", piece))
                  .ends_with("the answer to CONNECT is 403"));
  EXPECT_TRUE(outcome_by(ConnectProxy("HTTP/1.1 200 OK\r\n", "X: y\r\n"))
                  .ends_with("the header has more than 65536 bytes"));
  EXPECT_TRUE(outcome_by(ConnectProxy("", "HTTP/1.1 103 Early Hints\r\n\r\n")).starts_with("unreachable: "));
  EXPECT_EQ(server->connections(), 0u);
  EXPECT_EQ(outcome_by(ConnectProxy()), "ok");
}

}  // namespace
}  // namespace openirsa::http
