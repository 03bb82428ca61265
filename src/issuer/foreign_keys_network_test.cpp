// Do the keys arrive through the real fetcher, from a real issuer on loopback?
#include <chrono>
#include <future>

#include "base/test_clock.h"
#include "http/test_outbound.h"
#include "issuer/foreign_keys.h"
#include "issuer/test_house.h"
#include "issuer/test_outbound.h"

namespace openirsa::issuer {
namespace {

using http::test::TlsHost;
using http::test::TlsStream;

class ForeignKeysNetwork : public http::test::OutboundTest {
 protected:
  void TearDown() override { keys_.reset(); }

  // An issuer whose key set is what `set` writes.
  std::unique_ptr<TlsHost> issuer(TlsHost::Script set) {
    return host([this, set = std::move(set)](TlsStream& stream) {
      if (!stream.request.starts_with("GET /.well-known/openid-configuration ")) return set(stream);
      stream.write(http::test::ok(json::serialize(discovery_document("https://" + url_))));
    });
  }
  static TlsHost::Script keys(const std::string& key_id) {
    return http::test::always(http::test::ok(key_set(key_id)));
  }

  record::OpenIdConnectProvider trust(const TlsHost& server) {
    url_ = "issuer.test:" + std::to_string(server.port());
    record::OpenIdConnectProvider provider{.account = "123456789012", .url = url_, .created = clock_.now()};
    house_.put(provider);
    return provider;
  }

  ForeignKeys& foreign(std::uint16_t port) {
    if (!keys_) {
      keys_ = std::make_unique<ForeignKeys>(
          http::Outbound::start(settings),
          ForeignKeys::Seams{house_.mirror(), clock_,
                             [port](const std::string&) { return std::vector{port}; }});
    }
    return *keys_;
  }
  // What keys_of says after a wait.
  wire::Outside::Keys learn(const TlsHost& server, const record::OpenIdConnectProvider& provider) {
    ForeignKeys& foreign_keys = foreign(server.port());
    EXPECT_TRUE(foreign_keys.keys_of(provider, "k1", clock_.now()).must_wait);
    std::promise<void> settled;
    foreign_keys.when_keys_settle(provider, [&] { settled.set_value(); });
    settled.get_future().wait();
    return foreign_keys.keys_of(provider, "k1", clock_.now());
  }

  TestHouse house_;
  TestClock clock_{1'795'521'600};
  std::string url_;  // of the issuer that was trusted last, before it is asked
  std::unique_ptr<ForeignKeys> keys_;
};

TEST_F(ForeignKeysNetwork, keys_and_thumbprint_of_an_issuer_arrive) {
  const auto server = issuer(keys("k1"));
  const auto provider = trust(*server);
  const auto known = learn(*server, provider);
  ASSERT_TRUE(known.keys) << (known.failure ? known.failure->reason : "waits");
  EXPECT_EQ(known.keys->keys().front().key_id, "k1");
  EXPECT_EQ(server->requests().size(), 2U);

  std::promise<std::string> thumbprint;
  foreign(server->port())
      .fetch_thumbprint(provider.account, "https://" + provider.url, [&](wire::OutsideText text) {
        thumbprint.set_value(text ? *text : text.error().reason);
      });
  EXPECT_EQ(thumbprint.get_future().get(), authority.thumbprint());
}

TEST_F(ForeignKeysNetwork, an_authority_of_its_own_or_a_thumbprint_is_enough) {
  settings.roots_pem.clear();
  const auto server = issuer(keys("k1"));
  auto provider = trust(*server);
  const auto untrusted = learn(*server, provider);
  ASSERT_TRUE(untrusted.failure);
  EXPECT_FALSE(untrusted.failure->retryable) << untrusted.failure->reason;
  provider.authority_pem = authority.pem();
  house_.put(provider);
  EXPECT_TRUE(learn(*server, provider).keys);
  provider.authority_pem.clear();
  provider.thumbprints = {authority.thumbprint()};
  house_.put(provider);
  EXPECT_TRUE(learn(*server, provider).keys);
  provider.thumbprints = {std::string(40, 'a')};
  house_.put(provider);
  EXPECT_TRUE(learn(*server, provider).failure);
}

TEST_F(ForeignKeysNetwork, both_documents_together_have_five_seconds) {
  const auto server = issuer([](TlsStream& stream) { stream.wait_for_close(); });
  const auto provider = trust(*server);
  const auto begun = std::chrono::steady_clock::now();
  const auto late = learn(*server, provider);  // the fetcher alone would wait for 10 s
  const auto taken = std::chrono::steady_clock::now() - begun;
  ASSERT_TRUE(late.failure);
  EXPECT_TRUE(late.failure->retryable) << late.failure->reason;
  EXPECT_GE(taken, std::chrono::seconds(4));
  EXPECT_LT(taken, std::chrono::seconds(9));
}

TEST_F(ForeignKeysNetwork, nobody_waits_for_a_server_that_stops) {
  std::promise<void> asked;
  const auto server = issuer([&](TlsStream& stream) {
    asked.set_value();
    stream.wait_for_close();
  });
  const auto provider = trust(*server);
  std::promise<void> settled;
  foreign(server->port()).when_keys_settle(provider, [&] { settled.set_value(); });
  asked.get_future().wait();
  keys_->stop();
  settled.get_future().wait();
  const auto stopped = keys_->keys_of(provider, "k1", clock_.now());
  ASSERT_TRUE(stopped.failure);
  EXPECT_TRUE(stopped.failure->retryable);
}

}  // namespace
}  // namespace openirsa::issuer
