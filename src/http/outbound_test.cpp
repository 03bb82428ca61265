// Does the guarded fetcher go where it may, nowhere else, and end every fetch exactly once?
#include "http/outbound.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>

#include "base/json.h"
#include "base/test_vectors.h"
#include "http/test_outbound.h"
#include "http/test_peer.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;
using namespace test;

class Outbounds : public OutboundTest {};

using Future = std::future<Result<Fetched, FetchFailure>>;

Future begin(Outbound& outbound, const Fetch& fetch) {
  auto promise = std::make_shared<std::promise<Result<Fetched, FetchFailure>>>();
  auto future = promise->get_future();
  // A second call would throw and end the test program.
  outbound.get(fetch,
               [promise](Result<Fetched, FetchFailure> result) { promise->set_value(std::move(result)); });
  return future;
}
std::string verdict_of(Future& future) {
  const auto result = future.get();
  return result ? "ok" : name_of(result.error().fault);
}

TEST_F(Outbounds, fetches_a_document_and_asks_for_nothing_else) {
  const auto server = host(always(ok("{}")));
  const auto result = get(to(*server, "/a/b?c=d"));
  ASSERT_TRUE(result) << result.error().reason;
  EXPECT_EQ(result->body, "{}");
  EXPECT_EQ(result->content_type, "application/json");
  EXPECT_EQ(result->url, "https://issuer.test:" + std::to_string(server->port()) + "/a/b?c=d");
  ASSERT_EQ(server->requests().size(), 1u);
  EXPECT_EQ(server->requests()[0],
            "GET /a/b?c=d HTTP/1.1\r\nHost: issuer.test:" + std::to_string(server->port()) +
                "\r\nUser-Agent: openirsa\r\nAccept: application/json\r\n\r\n");
  EXPECT_EQ(server->names(), std::vector<std::string>{"issuer.test"});
}

TEST_F(Outbounds, a_cookie_is_not_brought_back) {
  const auto server = host(
      always(ok("{}", "Set-Cookie: a=b\r\nAlt-Svc: h2=\":1\"\r\nStrict-Transport-Security: max-age=9\r\n")));
  EXPECT_EQ(verdict(to(*server)), "ok");
  EXPECT_EQ(verdict(to(*server)), "ok");
  ASSERT_EQ(server->requests().size(), 2u);
  EXPECT_EQ(server->requests()[0], server->requests()[1]);
}

TEST_F(Outbounds, a_bearer_token_is_sent_when_it_can_be) {
  const auto server = host(always(ok("{}")));
  Fetch fetch = to(*server);
  fetch.bearer_token = "ab.cd";
  EXPECT_EQ(verdict(fetch), "ok");
  EXPECT_NE(server->requests()[0].find("\r\nAuthorization: Bearer ab.cd\r\n"), std::string::npos);
  for (const std::string wrong : {"", "a\r\nX: y", "a\nb"}) {
    fetch.bearer_token = wrong;
    EXPECT_EQ(verdict(fetch), "refused") << wrong;
  }
  EXPECT_EQ(server->connections(), 1u);
}

TEST_F(Outbounds, only_named_ports_are_connected_to) {
  const auto server = host(always(ok("{}")));
  Fetch fetch = to(*server);
  fetch.ports = {static_cast<std::uint16_t>(server->port() ^ 1)};
  EXPECT_EQ(verdict(fetch), "refused");
  fetch.ports.clear();
  EXPECT_EQ(outcome(fetch), "refused: `" + fetch.url + "`: the URL is refused: port " +
                                std::to_string(server->port()) + " is not allowed");
  EXPECT_EQ(server->connections(), 0u);
  EXPECT_EQ(verdict(to(*server)), "ok");
  EXPECT_NE(verdict({.url = "https://issuer.test/"}), "refused");  // 443 needs no leave
}

TEST_F(Outbounds, a_url_that_two_readers_could_read_differently_is_refused) {
  const auto server = host(always(ok("{}")));
  const std::string port = std::to_string(server->port());
  for (const std::string& url :
       {"http://issuer.test:" + port, "https://user@issuer.test:" + port, "https://2130706433:" + port,
        "https://0x7f000001:" + port, "https://0177.0.0.1:" + port, "https://127.1:" + port,
        "https://issuer.test:" + port + "/#x", "https://issuer.test:" + port + "\\@127.0.0.1/",
        "https://issuer.test:" + port + "/\r\nX: y"}) {
    EXPECT_EQ(verdict({.url = url, .ports = {server->port()}}), "refused") << url;
  }
  EXPECT_EQ(server->connections(), 0u);
  EXPECT_TRUE(names.asked().empty());
  EXPECT_EQ(verdict(to(*server)), "ok");
}

TEST_F(Outbounds, every_address_of_a_name_is_checked) {
  const auto server = host(always(ok("{}")));
  names.set("loopback.test", {"127.0.0.2"});
  names.set("mixed.test", {"10.0.0.1", "fd00::1", "127.0.0.1"});
  names.set("nothing.test", {});
  EXPECT_EQ(outcome(to(*server, "/keys", "loopback.test")),
            "refused: `https://loopback.test:" + std::to_string(server->port()) +
                "/keys`: 127.0.0.2 is a loopback address; the server's administrator can allow it: "
                "outbound.allow_networks");
  EXPECT_EQ(verdict(to(*server, "/", "nothing.test")), "unresolved");
  EXPECT_EQ(server->connections(), 0u);
  const auto mixed = host(always(ok("{}")), {.name = "mixed.test"});
  EXPECT_EQ(verdict(to(*mixed, "/", "mixed.test")), "ok");
  EXPECT_EQ(verdict(to(*server)), "ok");
}

TEST_F(Outbounds, the_public_list_is_refused_as_literal_and_as_a_names_answer) {
  OPENIRSA_NEED_VECTORS("ssrf");
  const auto list = parse_json(read_bytes(vectors_directory() / "ssrf" / "addresses.json"));
  ASSERT_TRUE(list);
  settings.addresses = *AddressPolicy::parse({"127.0.0.9"});  // for the control; not in the list
  const TlsHost server({issue({}, &authority), authority}, always(ok("{}")), "127.0.0.9:0");
  names.set("issuer.test", {"127.0.0.9"});
  int cases = 0;
  for (const auto& row : list->get_array()) {
    if (row.at("allowed_by_default").get_bool()) continue;  // a test does not call the world
    const auto address = *IpAddress::parse(std::string_view(row.at("address").get_string()));
    names.set("listed.test", {address.text()});
    const std::string literal = HostPort{address.text(), server.port()}.text();
    EXPECT_EQ(verdict({.url = "https://" + literal, .ports = {server.port()}}), "refused") << literal;
    EXPECT_EQ(verdict(to(server, "/", "listed.test")), "refused") << literal;
    if (++cases % 9 != 0) continue;
    EXPECT_EQ(outcome(to(server)), "ok {}");
  }
  EXPECT_EQ(cases, 27);
  EXPECT_EQ(server.connections(), 3u);
}

TEST_F(Outbounds, a_literal_address_is_taken_when_it_is_allowed) {
  const auto server = host(always(ok("{}")), {.alternative = "IP:127.0.0.1"});
  EXPECT_EQ(verdict(to(*server, "/", "127.0.0.1")), "ok");
  EXPECT_EQ(verdict(to(*server, "/", "127.0.0.2")), "refused");
  EXPECT_EQ(verdict(to(*server, "/", "[::ffff:127.0.0.1]")), "ok");  // the same address
  EXPECT_EQ(verdict(to(*server, "/", "[::1]")), "refused");
  EXPECT_TRUE(names.asked().empty());
}

TEST_F(Outbounds, what_was_checked_is_what_is_connected_to) {
  names.set_each("issuer.test", {{"127.0.0.1"}, {"169.254.169.254"}});
  const auto server = host(always(ok("{}")));
  EXPECT_EQ(verdict(to(*server)), "ok");
  EXPECT_EQ(names.asked(), std::vector<std::string>{"issuer.test"});  // once, by us
  EXPECT_EQ(verdict(to(*server)), "refused");                         // nothing of the first answer is kept
  EXPECT_EQ(server->connections(), 1u);
}

TEST_F(Outbounds, an_address_that_does_not_answer_gives_way_to_the_next) {
  settings.addresses = *AddressPolicy::parse({"127.0.0.0/8"});
  names.set("issuer.test", {"127.0.0.8", "127.0.0.9", "127.0.0.1"});
  const auto server = host(always(ok("{}")));
  EXPECT_EQ(verdict(to(*server)), "ok");
  names.set("issuer.test", {"127.0.0.8", "127.0.0.9"});
  EXPECT_EQ(verdict(to(*server)), "unreachable");
}

// A listener whose backlog nobody empties: TCP stands, TLS never does.
TEST_F(Outbounds, a_silent_address_costs_its_share_of_the_time_only) {
  settings.addresses = *AddressPolicy::parse({"127.0.0.0/8"});
  settings.timeout = 6s;
  const auto server = host(always(ok("{}")));
  const auto silent = ListeningSocket::open(*Endpoint::parse("127.0.0.8:" + std::to_string(server->port())));
  ASSERT_TRUE(silent);
  names.set("issuer.test", {"127.0.0.8", "127.0.0.1"});
  EXPECT_EQ(verdict(to(*server)), "ok");
  names.set("issuer.test", {"127.0.0.8"});
  Fetch fetch = to(*server);
  fetch.deadline = std::chrono::steady_clock::now() + 300ms;
  EXPECT_EQ(verdict(fetch), "timed_out");
}

TEST_F(Outbounds, what_is_no_tls_is_unreachable) {
  auto opened = ListeningSocket::open(*Endpoint::parse("127.0.0.1:0"));
  ASSERT_TRUE(opened);
  std::thread plain([&] {
    pollfd entry{(*opened)->descriptor(), POLLIN, 0};
    ::poll(&entry, 1, 10'000);
    int error = 0;
    auto accepted = accept_from((*opened)->descriptor(), error);
    if (!accepted) return;
    TestPeer peer(std::move(accepted->socket));
    peer.send(ok("{}"));
    peer.half_close();
    peer.read_to_end();
  });
  const std::uint16_t port = HostPort::parse((*opened)->bound().text())->port;
  EXPECT_EQ(verdict({.url = "https://issuer.test:" + std::to_string(port), .ports = {port}}), "unreachable");
  plain.join();
}

// Variables that libcurl and other clients obey.
TEST_F(Outbounds, no_proxy_variable_is_read) {
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"})
    ::setenv(name, "http://127.0.0.1:1", 1);  // NOLINT(concurrency-mt-unsafe)
  const auto server = host(always(ok("{}")));
  EXPECT_EQ(verdict(to(*server)), "ok");
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"})
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
}

// Blocks whoever asks for a name that begins with "dead" until it goes.
class DeadResolver {
 public:
  ~DeadResolver() { release(); }
  void release() {
    const std::lock_guard lock(shared_->mutex);
    shared_->released = true;
    shared_->changed.notify_all();
  }
  std::function<std::vector<IpAddress>(const std::string&)> resolver() const {
    return [shared = shared_](const std::string& host) {
      std::unique_lock lock(shared->mutex);
      if (host.starts_with("dead")) {
        ++shared->asked;
        shared->changed.wait(lock, [&] { return shared->released; });
      }
      return std::vector{*IpAddress::parse("127.0.0.1")};
    };
  }
  int asked() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->asked;
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool released = false;
    int asked = 0;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

TEST_F(Outbounds, a_dead_resolver_holds_up_nobody_and_no_shutdown) {
  const DeadResolver dead;
  settings.resolve = dead.resolver();
  const auto server = host(always(ok("{}")));
  const auto fetcher = Outbound::start(settings);
  std::vector<Future> pending;
  Fetch fetch = to(*server, "/", "dead.test");
  fetch.deadline = std::chrono::steady_clock::now() + 300ms;
  for (int i = 0; i < 40; ++i) pending.push_back(begin(*fetcher, fetch));
  for (auto& future : pending) EXPECT_EQ(verdict_of(future), "timed_out");
  EXPECT_EQ(dead.asked(), 1);  // one name, one thread
  for (int i = 0; i < 60; ++i) {
    fetch = to(*server, "/", "dead" + std::to_string(i) + ".test");
    fetch.deadline = std::chrono::steady_clock::now() + 100ms;
    pending.push_back(begin(*fetcher, fetch));
  }
  for (std::size_t i = 40; i < pending.size(); ++i) EXPECT_EQ(verdict_of(pending[i]), "timed_out");
  fetch = to(*server);
  fetch.payer = "another";
  auto living = begin(*fetcher, fetch);
  EXPECT_EQ(verdict_of(living), "ok");
}

// A lookup outlives its fetch, and counts until it ends; what nobody waits for any more is not looked up.
TEST_F(Outbounds, a_payer_with_dead_names_takes_its_own_share_of_lookups_only) {
  DeadResolver dead;
  settings.resolve = dead.resolver();
  const auto server = host(always(ok("{}")));
  const auto fetcher = Outbound::start(settings);
  const auto fetch_of = [&](const std::string& payer, const std::string& name,
                            std::chrono::milliseconds time) {
    Fetch fetch = to(*server, "/", name);
    fetch.payer = payer;
    fetch.deadline = std::chrono::steady_clock::now() + time;
    return begin(*fetcher, fetch);
  };
  std::vector<Future> pending;
  for (int i = 0; i < 20; ++i) {
    for (const char* payer : {"one", "two"})
      pending.push_back(fetch_of(payer, "dead" + std::to_string(i) + ".test", 3s));
  }
  EXPECT_TRUE(eventually([&] { return dead.asked() == 32; })) << dead.asked();
  for (auto& future : pending) EXPECT_EQ(verdict_of(future), "timed_out");
  EXPECT_EQ(dead.asked(), 32);
  auto same_payer = fetch_of("one", "issuer.test", 200ms);
  EXPECT_EQ(verdict_of(same_payer), "timed_out");
  auto another = fetch_of("three", "issuer.test", 10s);
  EXPECT_EQ(verdict_of(another), "ok");

  dead.release();
  auto freed = fetch_of("one", "issuer.test", 10s);
  EXPECT_EQ(verdict_of(freed), "ok");
  EXPECT_EQ(dead.asked(), 32);
}

TEST_F(Outbounds, pending_fetches_end_when_the_fetcher_does) {
  settings.parallel = 2;
  const DeadResolver dead;
  settings.resolve = dead.resolver();
  const auto server = host([](TlsStream& stream) { stream.wait_for_close(); });
  auto fetcher = Outbound::start(settings);
  std::vector<Future> pending;
  pending.push_back(begin(*fetcher, to(*server)));
  ASSERT_TRUE(eventually([&] { return server->requests().size() == 1; }));
  pending.push_back(begin(*fetcher, to(*server, "/", "dead.test")));
  for (int i = 0; i < 3; ++i) pending.push_back(begin(*fetcher, to(*server)));  // these wait for a place
  auto again = std::make_shared<std::promise<std::string>>();
  fetcher->get(to(*server), [&fetcher, again, fetch = to(*server), raw = fetcher.get()](const auto& result) {
    if (result) return;
    raw->get(fetch,
             [again](const auto& late) { again->set_value(late ? "ok" : name_of(late.error().fault)); });
  });
  fetcher.reset();
  for (auto& future : pending) {
    ASSERT_EQ(future.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(verdict_of(future), "unreachable");
  }
  auto late = again->get_future();
  ASSERT_EQ(late.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(late.get(), "unreachable");
}

TEST_F(Outbounds, fetches_beyond_the_limit_wait_within_their_time) {
  settings.parallel = 1;
  std::promise<void> release;
  const auto released = release.get_future().share();
  const auto server = host([&](TlsStream& stream) {
    if (stream.request.starts_with("GET /slow ")) released.wait();
    stream.write(ok("{}"));
  });
  auto slow = begin(outbound(), to(*server, "/slow"));
  auto patient = begin(outbound(), to(*server, "/patient"));
  Fetch hasty = to(*server, "/hasty");
  hasty.deadline = std::chrono::steady_clock::now() + 200ms;
  auto given_up = begin(outbound(), hasty);
  EXPECT_EQ(verdict_of(given_up), "timed_out");
  EXPECT_EQ(patient.wait_for(0s), std::future_status::timeout);
  release.set_value();
  EXPECT_EQ(verdict_of(slow), "ok");
  EXPECT_EQ(verdict_of(patient), "ok");
  EXPECT_EQ(server->connections(), 2u);
}

TEST_F(Outbounds, a_callback_may_fetch_and_comes_from_another_thread) {
  const auto server = host(always(ok("{}")));
  std::promise<std::string> second;
  outbound().get(to(*server), [&, caller = std::this_thread::get_id()](const auto& first) {
    if (!first || std::this_thread::get_id() == caller) return second.set_value("the first failed");
    outbound().get(to(*server),
                   [&](const auto& result) { second.set_value(result ? result->body : "failed"); });
  });
  EXPECT_EQ(second.get_future().get(), "{}");
}

TEST_F(Outbounds, many_at_once_from_many_threads) {
  const auto server = host(always(ok("{}")));
  std::vector<std::thread> threads;
  std::atomic<int> fetched{0};
  outbound();
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) fetched += verdict(to(*server)) == "ok" ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fetched, 40);
}

TEST(FetchFailure, only_trouble_that_may_pass_is_worth_another_try) {
  for (const auto fault : {FetchFault::unresolved, FetchFault::unreachable, FetchFault::timed_out})
    EXPECT_TRUE((FetchFailure{fault, 0, {}}.retryable())) << test::name_of(fault);
  for (const auto fault : {FetchFault::refused, FetchFault::untrusted, FetchFault::too_large,
                           FetchFault::too_many_redirects, FetchFault::bad_content}) {
    EXPECT_FALSE((FetchFailure{fault, 0, {}}.retryable())) << test::name_of(fault);
  }
}

TEST(Outbound, malformed_roots_are_a_defect_of_the_caller) {
  OutboundSettings settings;
  settings.roots_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_THROW(Outbound::start(settings), std::invalid_argument);
  settings.roots_pem.clear();
  EXPECT_TRUE(Outbound::start(settings));
}

}  // namespace
}  // namespace openirsa::http
