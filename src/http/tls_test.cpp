// Is the right chain shown for the name asked for, whole and verifiable, and nothing weaker spoken?
#include "http/tls.h"

#include <gtest/gtest.h>

#include "crypto/certificate.h"
#include "http/client.h"
#include "http/server.h"
#include "http/test_peer.h"
#include "http/test_tls.h"
#include "http/tls_native.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;

class Tls : public testing::Test {
 protected:
  Tls()
      : handler_([](const Request& request) {
          return Response{
              200, {}, std::string(request.host()) + (request.peer.tls ? " tls " : " plain ") + request.body};
        }) {
    auto context = TlsContext::make([this](std::string_view name) -> std::shared_ptr<const LoadedIdentity> {
      if (name == "refused.localhost") return nullptr;
      if (name == "defect.localhost") throw 1;
      return name == "two.localhost" ? two_ : one_;
    });
    Server::Settings settings;
    settings.limits.header_timeout = 300ms;
    auto started = Server::start(settings, {{"api", "127.0.0.1:0", *context, &handler_, false, {}}});
    server_ = *std::move(started);
    address_ = server_->address_of("api");
  }

  // libcurl takes *.localhost for loopback (RFC 6761 §6.3).
  Result<Response, ClientError> call(const std::string& host, const std::string& ca_pem,
                                     std::string body = {}) const {
    Call call;
    call.method = "POST";
    call.url = "https://" + host + address_.substr(address_.find(':')) + "/";
    call.body = std::move(body);
    call.ca_pem = ca_pem;
    return send(call);
  }

  const TestAuthority authority_;
  const TestAuthority other_authority_;
  const std::shared_ptr<const LoadedIdentity> one_ = authority_.load({{"one.localhost"}, {"127.0.0.1"}});
  const std::shared_ptr<const LoadedIdentity> two_ = other_authority_.load({{"two.localhost"}, {}});
  FunctionHandler handler_;
  std::unique_ptr<Server> server_;
  std::string address_;
};

// What a bare handshake shows.
struct Handshake {
  bool done = false;
  int alert = 0;
  std::string protocol;
  std::string alpn;
  std::vector<std::string> chain;  // PEM
  std::string answer;
};

std::string pem_of(X509* certificate) {
  const OpenSslPtr<BIO> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  char* data = nullptr;
  const long length = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

Handshake shake(const std::string& address, const char* name, int version = 0, std::string_view alpn = {}) {
  Handshake result;
  TestPeer peer(address);
  const OpenSslPtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  if (version != 0) {
    SSL_CTX_set_security_level(context.get(), 0);  // this client would offer anything
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
  }
  const OpenSslPtr<SSL> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), peer.descriptor());
  if (name != nullptr)
    SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(name));
  if (!alpn.empty()) {
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
  }
  result.done = SSL_connect(ssl.get()) == 1;
  if (!result.done) {
    result.alert = ERR_GET_REASON(ERR_peek_last_error()) - SSL_AD_REASON_OFFSET;
    ERR_clear_error();
    return result;
  }
  result.protocol = SSL_get_version(ssl.get());
  const unsigned char* chosen = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl.get(), &chosen, &length);
  result.alpn = std::string(reinterpret_cast<const char*>(chosen), length);
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) result.chain.push_back(pem_of(sk_X509_value(chain, i)));
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
  char bytes[4096];
  for (int count = 0; (count = SSL_read(ssl.get(), bytes, sizeof bytes)) > 0;) {
    result.answer.append(bytes, static_cast<std::size_t>(count));
  }
  // The end was told, not just a connection that broke.
  if (SSL_get_shutdown(ssl.get()) != SSL_RECEIVED_SHUTDOWN) result.answer += " (cut off)";
  ERR_clear_error();
  return result;
}

TEST_F(Tls, ShowsTheIdentityOfTheNameAskedFor) {
  const auto one = call("one.localhost", authority_.pem(), "body");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->body, "one.localhost tls body");
  const auto two = call("two.localhost", other_authority_.pem());
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(two->body, "two.localhost tls ");
  const auto upper = shake(address_, "TWO.localhost");
  ASSERT_TRUE(upper.done);
  EXPECT_EQ(upper.chain.back(), other_authority_.pem());
  const auto unnamed = call("127.0.0.1", authority_.pem());
  ASSERT_TRUE(unnamed) << unnamed.error().message;
}

TEST_F(Tls, AClientThatPinsOneAuthorityRefusesAnother) {
  EXPECT_FALSE(call("two.localhost", authority_.pem()));
  EXPECT_FALSE(call("one.localhost", other_authority_.pem()));
  EXPECT_FALSE(call("other.localhost", authority_.pem())) << "the certificate names another host";
}

TEST_F(Tls, SendsTheChainUpToAndWithTheRoot) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto shown = shake(address_, "one.localhost", version);
    ASSERT_TRUE(shown.done);
    ASSERT_EQ(shown.chain.size(), 2U);
    EXPECT_EQ(shown.chain.back(), authority_.pem()) << "clients pin the last certificate";
    EXPECT_EQ(shown.protocol, version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    EXPECT_TRUE(shown.answer.ends_with("\r\n\r\nh tls ")) << shown.answer;
  }
}

TEST_F(Tls, SpeaksNothingBelow12) {
  EXPECT_TRUE(shake(address_, "one.localhost", TLS1_2_VERSION).done);
  EXPECT_FALSE(shake(address_, "one.localhost", TLS1_1_VERSION).done);
  EXPECT_FALSE(shake(address_, "one.localhost", TLS1_VERSION).done);
}

TEST_F(Tls, AnUnknownNameIsRefusedByAnAlert) {
  EXPECT_EQ(shake(address_, "refused.localhost").alert, SSL_AD_UNRECOGNIZED_NAME);
  EXPECT_EQ(shake(address_, "defect.localhost").alert, SSL_AD_UNRECOGNIZED_NAME);
  EXPECT_TRUE(shake(address_, nullptr).done);
}

TEST_F(Tls, NegotiatesHttp11) {
  EXPECT_EQ(shake(address_, "one.localhost", 0, "\x02h2\x08http/1.1").alpn, "http/1.1");
  EXPECT_EQ(shake(address_, "one.localhost").alpn, "");
  EXPECT_EQ(shake(address_, "one.localhost", 0, "\x02h2").alert, SSL_AD_NO_APPLICATION_PROTOCOL);
}

TEST_F(Tls, MovesLargeBodies) {
  const std::string body(900'000, 'x');
  const auto response = call("one.localhost", authority_.pem(), body);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "one.localhost tls " + body);
}

TEST_F(Tls, PlainBytesAndStallingClientsAreLetGo) {
  TestPeer plain(address_);
  plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.read_response().body, "this port speaks TLS: use https\n");
  EXPECT_TRUE(plain.closed());
  TestPeer broken(address_);
  broken.send(std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10));
  EXPECT_EQ(broken.read_to_end().substr(0, 1), "\x15") << "an alert";
  TestPeer silent(address_);
  EXPECT_TRUE(silent.closed()) << "a handshake has the time of a header";
  EXPECT_TRUE(shake(address_, "one.localhost").done);
}

TEST_F(Tls, StopsWithAnOpenConnection) {
  TestPeer peer(address_);
  const OpenSslPtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  const OpenSslPtr<SSL> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), peer.descriptor());
  ASSERT_EQ(SSL_connect(ssl.get()), 1);
  server_->stop(10s);
  char byte = 0;
  EXPECT_LE(SSL_read(ssl.get(), &byte, 1), 0);
  EXPECT_EQ(SSL_get_shutdown(ssl.get()), SSL_RECEIVED_SHUTDOWN);
  ERR_clear_error();
}

TEST(LoadedIdentity, RefusesWhatCannotBeServed) {
  const TestAuthority authority;
  const Identity good = authority.make({{"a.test"}, {}});
  const Identity other = authority.make({{"a.test"}, {}});
  EXPECT_TRUE(LoadedIdentity::load(good));
  EXPECT_FALSE(LoadedIdentity::load({"", good.key_pem}));
  EXPECT_FALSE(LoadedIdentity::load({"junk", good.key_pem}));
  EXPECT_FALSE(LoadedIdentity::load({good.chain_pem, Secret("")}));
  EXPECT_FALSE(LoadedIdentity::load({good.chain_pem, other.key_pem})) << "another certificate's key";
  std::string broken = good.chain_pem;
  broken.insert(broken.rfind("-----END") - 20, "!");
  EXPECT_FALSE(LoadedIdentity::load({broken, good.key_pem})) << "the second certificate is malformed";
}

}  // namespace
}  // namespace openirsa::http
