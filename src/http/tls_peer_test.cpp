// Which certificates a server may show, by roots, by a private authority and by a pinned thumbprint; each
// wrong one beside a right one that differs in that point alone.
#include "http/tls_peer.h"

#include <gtest/gtest.h>

#include "http/test_outbound.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;
using namespace test;

class TlsPeer : public OutboundTest {
 protected:
  // What a fetch from a server with this chain comes to.
  std::string verdict_on(const std::vector<TestCertificate>& chain,
                         const std::vector<std::string>& thumbprints = {},
                         const std::string& name = "issuer.test",
                         std::optional<std::string> authority_pem = {}) {
    const TlsHost server(chain, always(ok("{}")));
    Fetch fetch = to(server, "/", name);
    fetch.thumbprints = thumbprints;
    fetch.authority_pem = std::move(authority_pem);
    const std::string result = verdict(fetch);
    // A server that is not trusted learns nothing, not even the path.
    EXPECT_EQ(server.requests().size(), result == "ok" ? 1u : 0u);
    return result;
  }
  std::string leaf_verdict(const CertificateSpec& leaf, const std::string& name = "issuer.test") {
    return verdict_on({issue(leaf, &authority), authority}, {}, name);
  }

  const TestCertificate foreign =
      issue({.name = "foreign authority", .authority = true});  // trusted by nobody
};

TEST_F(TlsPeer, a_leaf_must_verify_to_a_root_by_name_time_and_usage) {
  EXPECT_EQ(leaf_verdict({}), "ok");
  EXPECT_EQ(leaf_verdict({.name = "other.test"}), "untrusted");
  EXPECT_EQ(leaf_verdict({.name = "other.test"}, "other.test"), "ok");
  EXPECT_EQ(leaf_verdict({.from = -2h, .until = -1h}), "untrusted");
  EXPECT_EQ(leaf_verdict({.from = 1h, .until = 2h}), "untrusted");
  EXPECT_EQ(leaf_verdict({.usage = "clientAuth"}), "untrusted");
  EXPECT_EQ(leaf_verdict({.usage = "codeSigning"}), "untrusted");
  EXPECT_EQ(leaf_verdict({.usage = ""}), "ok");
  EXPECT_EQ(leaf_verdict({.usage = "clientAuth,serverAuth"}), "ok");
}

TEST_F(TlsPeer, names_are_those_of_the_certificate_and_not_of_its_subject) {
  EXPECT_EQ(leaf_verdict({.name = "issuer.test", .alternative = "DNS:other.test"}), "untrusted");
  EXPECT_EQ(leaf_verdict({.name = "issuer.test", .alternative = "email:a@b.test"}), "untrusted");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "DNS:other.test,DNS:issuer.test"}), "ok");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "DNS:*.issuer.test"}, "a.issuer.test"), "ok");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "DNS:*.issuer.test"}, "a.b.issuer.test"), "untrusted");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "DNS:*.issuer.test"}), "untrusted");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "DNS:a*.issuer.test"}, "ab.issuer.test"), "untrusted");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "IP:127.0.0.1"}, "127.0.0.1"), "ok");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "IP:127.0.0.2"}, "127.0.0.1"), "untrusted");
  EXPECT_EQ(leaf_verdict({.name = "x", .alternative = "DNS:127.0.0.1"}, "127.0.0.1"), "untrusted");
}

TEST_F(TlsPeer, weak_keys_and_signatures_are_refused) {
  EXPECT_EQ(leaf_verdict({.rsa_bits = 2048}), "ok");
  EXPECT_EQ(leaf_verdict({.rsa_bits = 1024}), "untrusted");
  EXPECT_EQ(leaf_verdict({.sha1 = true}), "untrusted");
  const auto weak = issue({.name = "weak authority", .authority = true, .rsa_bits = 1024});
  const auto strong = issue({.name = "weak authority", .authority = true, .rsa_bits = 2048});
  EXPECT_EQ(verdict_on({issue({}, &weak), weak}, {}, "issuer.test", weak.pem()), "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &strong), strong}, {}, "issuer.test", strong.pem()), "ok");
}

TEST_F(TlsPeer, what_no_root_knows_is_refused) {
  EXPECT_EQ(verdict_on({issue({})}), "untrusted");  // self-signed
  EXPECT_EQ(verdict_on({issue({}, &foreign), foreign}), "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &foreign), authority}), "untrusted");
  const auto same_name = issue({.name = "test authority", .authority = true});
  EXPECT_EQ(verdict_on({issue({}, &same_name), same_name}), "untrusted");
  const auto not_an_authority = issue({.name = "issuer.test"}, &authority);
  EXPECT_EQ(verdict_on({issue({}, &not_an_authority), not_an_authority, authority}), "untrusted");
  const auto intermediate = issue({.name = "intermediate", .authority = true}, &authority);
  EXPECT_EQ(verdict_on({issue({}, &intermediate), intermediate}), "ok");
  EXPECT_EQ(verdict_on({issue({}, &intermediate)}), "untrusted");  // the middle of the chain is missing
  const auto expired =
      issue({.name = "intermediate", .authority = true, .from = -2h, .until = -1h}, &authority);
  EXPECT_EQ(verdict_on({issue({}, &expired), expired}), "untrusted");
}

TEST_F(TlsPeer, a_private_authority_replaces_the_roots) {
  const std::vector<TestCertificate> chain{issue({}, &foreign), foreign};
  EXPECT_EQ(verdict_on(chain, {}, "issuer.test", foreign.pem()), "ok");
  EXPECT_EQ(verdict_on(chain, {}, "issuer.test", authority.pem() + foreign.pem()), "ok");
  EXPECT_EQ(verdict_on(chain, {}, "issuer.test", authority.pem()), "untrusted");
  const std::vector<TestCertificate> known{issue({}, &authority), authority};
  EXPECT_EQ(verdict_on(known), "ok");
  EXPECT_EQ(verdict_on(known, {}, "issuer.test", foreign.pem()), "untrusted");
  // A thumbprint says less than the authority that was given.
  EXPECT_EQ(verdict_on(known, {authority.thumbprint()}, "issuer.test", foreign.pem()), "untrusted");
  EXPECT_EQ(verdict_on(chain, {}, "other.test", foreign.pem()), "untrusted");
  const auto intermediate = issue({.name = "intermediate", .authority = true}, &foreign);
  EXPECT_EQ(verdict_on({issue({}, &intermediate), intermediate}, {}, "issuer.test", intermediate.pem()),
            "ok");
  for (const std::string wrong :
       {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    EXPECT_EQ(verdict_on(chain, {}, "issuer.test", wrong), "untrusted") << wrong;
  }
}

TEST_F(TlsPeer, a_pinned_certificate_is_the_anchor_that_the_leaf_must_verify_to) {
  const auto leaf = issue({}, &foreign);
  const std::string pinned = foreign.thumbprint();
  EXPECT_EQ(verdict_on({leaf, foreign}), "untrusted");
  EXPECT_EQ(verdict_on({leaf, foreign}, {pinned}), "ok");
  EXPECT_EQ(verdict_on({leaf, foreign}, {std::string(40, 'f'), pinned}), "ok");
  EXPECT_EQ(verdict_on({leaf, foreign}, {std::string(40, 'f')}), "untrusted");
  EXPECT_EQ(verdict_on({leaf}, {pinned}), "untrusted");  // it must be served
  EXPECT_EQ(verdict_on({leaf, foreign}, {pinned}, "other.test"), "untrusted");
  EXPECT_EQ(verdict_on({issue({.from = -2h, .until = -1h}, &foreign), foreign}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({.usage = "clientAuth"}, &foreign), foreign}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({.rsa_bits = 1024}, &foreign), foreign}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({.sha1 = true}, &foreign), foreign}, {pinned}), "untrusted");
  const auto intermediate = issue({.name = "intermediate", .authority = true}, &foreign);
  const auto below = issue({}, &intermediate);
  EXPECT_EQ(verdict_on({below, intermediate, foreign}, {pinned}), "ok");
  EXPECT_EQ(verdict_on({below, intermediate}, {intermediate.thumbprint()}), "ok");
}

TEST_F(TlsPeer, a_pinned_certificate_that_signed_nothing_here_anchors_nothing) {
  const std::string pinned = foreign.thumbprint();
  const auto attacker = issue({.name = "attacker", .authority = true});
  const auto namesake = issue({.name = "foreign authority", .authority = true});
  EXPECT_EQ(verdict_on({issue({}, &attacker), attacker, foreign}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &attacker), foreign, attacker}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &namesake), foreign}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &namesake), namesake, foreign}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({}), foreign}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &foreign), foreign}, {pinned}), "ok");
}

TEST_F(TlsPeer, a_pinned_leaf_is_good_for_itself_alone) {
  const auto leaf = issue({});
  EXPECT_EQ(verdict_on({leaf}, {leaf.thumbprint()}), "ok");
  EXPECT_EQ(verdict_on({leaf}, {leaf.thumbprint()}, "other.test"), "untrusted");
  const auto expired = issue({.from = -2h, .until = -1h});
  EXPECT_EQ(verdict_on({expired}, {expired.thumbprint()}), "untrusted");
  const auto client = issue({.usage = "clientAuth"});
  EXPECT_EQ(verdict_on({client}, {client.thumbprint()}), "untrusted");
  const auto weak = issue({.rsa_bits = 1024});
  EXPECT_EQ(verdict_on({weak}, {weak.thumbprint()}), "untrusted");
  // The holder of a pinned leaf's key is no authority, and showing the leaf proves nothing without the key.
  EXPECT_EQ(verdict_on({issue({.name = "other.test"}, &leaf), leaf}, {leaf.thumbprint()}, "other.test"),
            "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &leaf), leaf}, {leaf.thumbprint()}), "untrusted");
  const auto signed_leaf = issue({}, &foreign);
  EXPECT_EQ(verdict_on({signed_leaf}, {signed_leaf.thumbprint()}), "ok");
}

TEST_F(TlsPeer, an_anchor_that_is_expired_or_weak_anchors_nothing) {
  const auto expired = issue({.name = "old", .authority = true, .from = -2h, .until = -1h});
  EXPECT_EQ(verdict_on({issue({}, &expired), expired}, {expired.thumbprint()}), "untrusted");
  const auto middle = issue({.name = "old", .authority = true, .from = -2h, .until = -1h}, &foreign);
  EXPECT_EQ(verdict_on({issue({}, &middle), middle}, {middle.thumbprint()}), "untrusted");
  const auto weak = issue({.name = "weak", .authority = true, .rsa_bits = 1024});
  EXPECT_EQ(verdict_on({issue({}, &weak), weak}, {weak.thumbprint()}), "untrusted");
  const auto good = issue({.name = "good", .authority = true, .rsa_bits = 2048});
  EXPECT_EQ(verdict_on({issue({}, &good), good}, {good.thumbprint()}), "ok");
}

// What the roots know and reject is not saved by a pin above it.
TEST_F(TlsPeer, a_pin_does_not_outweigh_a_known_root) {
  const std::string pinned = authority.thumbprint();
  EXPECT_EQ(verdict_on({issue({.from = -2h, .until = -1h}, &authority), authority}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({.name = "other.test"}, &authority), authority}, {pinned}), "untrusted");
  EXPECT_EQ(verdict_on({issue({}, &authority), authority}, {std::string(40, 'f')}),
            "ok");  // the roots suffice
}

TEST_F(TlsPeer, no_handshake_profits_from_an_earlier_one) {
  const TlsHost server({issue({}, &authority), authority}, always(ok("{}")));
  Fetch strict = to(server);
  strict.authority_pem = foreign.pem();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(verdict(to(server)), "ok");
    EXPECT_EQ(verdict(strict), "untrusted");
  }
  EXPECT_EQ(server.connections(), 6u);
}

TEST_F(TlsPeer, the_reason_tells_what_is_wrong) {
  const TlsHost server({issue({.from = -2h, .until = -1h}, &authority), authority}, always(ok("{}")));
  const std::string where = "untrusted: `https://issuer.test:" + std::to_string(server.port()) + "/keys`: ";
  EXPECT_EQ(outcome(to(server)), where + "the certificate is not trusted: certificate has expired");
  Fetch other = to(server);
  other.url = "https://other.test:" + std::to_string(server.port()) + "/keys";
  EXPECT_NE(outcome(other).find("hostname mismatch"), std::string::npos) << outcome(other);
}

// libcurl writes them to the file that SSLKEYLOGFILE names.
TEST_F(TlsPeer, has_its_secrets_logged_nowhere) {
  const OpenSslPtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_keylog_callback(context.get(), [](const SSL*, const char*) {});
  PeerCheck check{.roots = {}, .host = "issuer.test", .thumbprints = {}};
  ASSERT_TRUE(expect_peer(context.get(), check));
  EXPECT_EQ(SSL_CTX_get_keylog_callback(context.get()), nullptr);
}

class TlsChain : public TlsPeer {
 protected:
  Result<std::vector<std::string>, FetchFailure> chain(const Fetch& fetch) {
    std::promise<Result<std::vector<std::string>, FetchFailure>> promise;
    outbound().chain(fetch, [&](Result<std::vector<std::string>, FetchFailure> result) {
      promise.set_value(std::move(result));
    });
    return promise.get_future().get();
  }
};

TEST_F(TlsChain, is_told_whatever_it_is_worth) {
  const auto intermediate = issue({.name = "intermediate", .authority = true}, &foreign);
  const auto expired =
      issue({.name = "wrong.test", .rsa_bits = 1024, .sha1 = true, .from = -2h, .until = -1h}, &intermediate);
  const TlsHost server({expired, intermediate, foreign}, always(ok("{}")));
  const auto told = chain(to(server));
  ASSERT_TRUE(told) << told.error().reason;
  EXPECT_EQ(*told, (std::vector<std::string>{expired.pem(), intermediate.pem(), foreign.pem()}));
  EXPECT_TRUE(server.requests().empty());  // no request was made
  EXPECT_EQ(verdict(to(server)), "untrusted");
}

TEST_F(TlsChain, is_asked_through_the_guard) {
  const TlsHost server({issue({})}, always(ok("{}")));
  names.set("inside.test", {"10.0.0.1"});
  const auto fault = [&](const Fetch& fetch) {
    const auto told = chain(fetch);
    return told ? "ok" : name_of(told.error().fault);
  };
  EXPECT_EQ(fault(to(server)), "ok");
  EXPECT_EQ(fault({.url = to(server).url}), "refused");  // the port
  EXPECT_EQ(fault(to(server, "/", "inside.test")), "refused");
  EXPECT_EQ(fault({.url = "http://issuer.test/"}), "refused");
  EXPECT_EQ(server.connections(), 1u);
}

}  // namespace
}  // namespace openirsa::http
