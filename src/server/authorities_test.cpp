// Do our authorities speak for our names alone, and does what clients pin survive restarts and renewals?
#include "server/authorities.h"

#include <gtest/gtest.h>

#include "base/test_clock.h"
#include "http/client.h"
#include "http/server.h"
#include "http/test_peer.h"
#include "record/secrets.h"
#include "server/test_store.h"

namespace openirsa::server {
namespace {

using std::chrono::days;

class AuthoritiesTest : public testing::Test {
 protected:
  std::unique_ptr<Authorities> open() {
    auto opened = Authorities::open({store_.mirror(), store_.vault(), clock_, names_});
    if (opened) return std::move(*opened);
    ADD_FAILURE() << opened.error().message;
    return nullptr;
  }
  // The authority that the store holds, with its private key.
  crypto::Authority stored(const std::string& name) {
    const auto record = store_.copy_of<record::AuthorityRecord>(record::authority_key(name));
    return {record.certificate_pem, *crypto::PrivateKey::from_pem(record.key_pem.expose())};
  }
  bool may_speak_for(const crypto::Authority& authority, const std::string& host) {
    const bool address =
        host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == host.npos;
    const crypto::SubjectNames names =
        address ? crypto::SubjectNames{{}, {host}} : crypto::SubjectNames{{host}, {}};
    const auto leaf = crypto::make_leaf(authority, names, clock_.now(), days(1));
    return crypto::verifies(leaf.chain_pem, authority.certificate_pem, host, clock_.now());
  }
  // Whether a real client that trusts `roots` accepts what is shown for `host`.
  static std::string ask(Authorities& authorities, const std::string& host, const std::string& roots) {
    http::FunctionHandler handler([](const http::Request&) { return http::Response{200, {}, "ok"}; });
    const http::TestDirectory directory;
    const auto tls = *http::TlsContext::make([&](std::string_view name) { return authorities.choose(name); });
    const auto server = std::move(
        *http::Server::start({}, {{"api", "unix:" + directory.file("s"), tls, &handler, false, {}}}));
    const auto response =
        http::send({.url = "https://" + host + "/", .unix_socket = directory.file("s"), .ca_pem = roots});
    return response ? response->body : response.error().message;
  }

  // Real time, because libcurl judges by it; the past, so that leaves can be renewed up to now.
  const std::int64_t now_ = seconds_of(SystemClock().now());
  static constexpr std::int64_t day = 86'400;
  TestClock clock_{now_ - 61 * day};
  crypto::SubjectNames names_{{"oidc.openirsa.internal", "localhost"}, {"127.0.0.1", "::1"}};
  TestStore store_;
};

TEST_F(AuthoritiesTest, the_product_authority_speaks_for_the_configured_names_alone) {
  const auto authorities = open();
  const auto authority = stored("product");
  EXPECT_EQ(authority.certificate_pem, authorities->product_pem());
  for (const std::string host : {"oidc.openirsa.internal", "localhost", "127.0.0.1", "::1"}) {
    EXPECT_TRUE(may_speak_for(authority, host)) << host;
  }
  for (const std::string host :
       {"example.com", "iam.amazonaws.com", "openirsa.internal", "10.0.0.1", "2001:db8::1"}) {
    EXPECT_FALSE(may_speak_for(authority, host)) << host;
  }
}

TEST_F(AuthoritiesTest, are_kept_over_a_restart) {
  auto authorities = open();
  const std::string product = authorities->product_thumbprint();
  const std::string verbatim = *authorities->verbatim_pem();
  EXPECT_EQ(product.size(), 40U);
  EXPECT_EQ(crypto::inspect_pem(authorities->product_pem())->back().sha1_thumbprint, product);
  store_.open('m');
  authorities = open();
  EXPECT_EQ(authorities->product_thumbprint(), product);
  EXPECT_EQ(*authorities->verbatim_pem(), verbatim);
  names_.dns.pop_back();
  EXPECT_EQ(open()->product_thumbprint(), product) << "fewer names are still covered";
}

TEST_F(AuthoritiesTest, the_product_authority_is_replaced_when_names_are_no_longer_covered) {
  const std::string first = open()->product_thumbprint();
  names_.dns.push_back("iam.example.com");
  const std::string second = open()->product_thumbprint();
  EXPECT_NE(second, first);
  EXPECT_TRUE(may_speak_for(stored("product"), "iam.example.com"));
  names_.addresses.push_back("10.0.0.1");
  EXPECT_NE(open()->product_thumbprint(), second);
}

TEST_F(AuthoritiesTest, an_authority_near_its_end_is_replaced) {
  auto authorities = open();
  const std::string product = authorities->product_thumbprint();
  const std::string verbatim = *authorities->verbatim_pem();
  clock_.advance((3650 - 91) * day);
  EXPECT_EQ(open()->product_thumbprint(), product);
  clock_.advance(2 * day);
  authorities = open();
  EXPECT_NE(authorities->product_thumbprint(), product);
  EXPECT_FALSE(authorities->has_verbatim());
  EXPECT_NE(*authorities->verbatim_pem(), verbatim);
}

TEST_F(AuthoritiesTest, a_leaf_is_renewed_near_its_end_under_the_same_authority) {
  const auto authorities = open();
  const std::string product = authorities->product_pem();
  const auto first = authorities->choose("localhost");
  EXPECT_EQ(ask(*authorities, "localhost", product), "ok");
  clock_.advance(60 * day - 1);
  EXPECT_EQ(authorities->choose("localhost"), first);
  clock_.advance(2);
  EXPECT_NE(authorities->choose("localhost"), first);
  EXPECT_EQ(authorities->product_pem(), product);
  EXPECT_EQ(ask(*authorities, "localhost", product), "ok");
}

TEST_F(AuthoritiesTest, one_leaf_serves_all_product_names_and_unknown_ones) {
  const auto authorities = open();
  for (const std::string name : {"", "oidc.openirsa.internal", "example.com", "notamazonaws.com"}) {
    EXPECT_EQ(authorities->choose(name), authorities->choose("localhost")) << name;
  }
  EXPECT_EQ(ask(*authorities, "oidc.openirsa.internal", authorities->product_pem()), "ok");
  EXPECT_EQ(ask(*authorities, "127.0.0.1", authorities->product_pem()), "ok");
  EXPECT_NE(ask(*authorities, "example.com", authorities->product_pem()), "ok");
}

TEST_F(AuthoritiesTest, the_verbatim_authority_is_made_on_first_use_and_only_for_names_of_aws) {
  const auto authorities = open();
  EXPECT_FALSE(authorities->has_verbatim());
  EXPECT_EQ(store_.mirror().snapshot()->find(record::authority_key("verbatim")), nullptr);
  EXPECT_EQ(authorities->choose("iam.amazonaws.com"), nullptr);
  const std::string verbatim = *authorities->verbatim_pem();
  EXPECT_TRUE(authorities->has_verbatim());
  EXPECT_EQ(*authorities->verbatim_pem(), verbatim);
  EXPECT_NE(verbatim, authorities->product_pem());
  EXPECT_EQ(ask(*authorities, "iam.amazonaws.com", verbatim), "ok");
  EXPECT_NE(ask(*authorities, "iam.amazonaws.com", authorities->product_pem()), "ok");
  EXPECT_FALSE(may_speak_for(stored("verbatim"), "example.com"));
  EXPECT_FALSE(may_speak_for(stored("verbatim"), "127.0.0.1"));
}

TEST_F(AuthoritiesTest, names_of_aws_that_nothing_answers_for_are_refused) {
  const auto authorities = open();
  ASSERT_TRUE(authorities->verbatim_pem());
  for (const std::string name : {"s3.us-west-2.amazonaws.com", "amazonaws.com", "sts.moon-1.amazonaws.com",
                                 "x.iam.amazonaws.com", "sts.us-west-2.api.aws"}) {
    EXPECT_EQ(authorities->choose(name), nullptr) << name;
  }
  EXPECT_NE(ask(*authorities, "s3.us-west-2.amazonaws.com", *authorities->verbatim_pem()), "ok");
  for (const std::string name :
       {"sts.amazonaws.com", "sts.us-west-2.amazonaws.com", "eks.us-gov-west-1.amazonaws.com"}) {
    EXPECT_NE(authorities->choose(name), nullptr) << name;
    EXPECT_EQ(authorities->choose(name), authorities->choose(name));
  }
}

TEST_F(AuthoritiesTest, another_master_key_is_not_taken_for_a_first_start) {
  const std::string before = open()->product_pem();
  store_.open('x');
  const auto opened = Authorities::open({store_.mirror(), store_.vault(), clock_, names_});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message,
            "the product authority in the store cannot be read; is the master key right?");
  store_.open('m');
  EXPECT_EQ(open()->product_pem(), before);
}

}  // namespace
}  // namespace openirsa::server
