#include "crypto/certificate.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"

namespace openirsa::crypto {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

const Time now = time_of_seconds(1795521600);
const SubjectNames house{{"openirsa.test"}, {"127.0.0.1", "::1"}};

const Authority& authority() {
  static const Authority made = make_authority("OpenIRSA test", house, now, days{3650});
  return made;
}

bool leaf_verifies(const Authority& issuer, const SubjectNames& names, std::string_view host) {
  return verifies(make_leaf(issuer, names, now, days{30}).chain_pem, issuer.certificate_pem, host, now);
}

// The extension's text as `openssl x509 -text` shows it, with "critical" in front where it is.
std::string extension(std::string_view pem, int kind) {
  const X509Certificate certificate{PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr)};
  const int at = X509_get_ext_by_NID(certificate.get(), kind, -1);
  if (at < 0) return "absent";
  X509_EXTENSION* found = X509_get_ext(certificate.get(), at);
  const Bio bio = writing();
  X509V3_EXT_print(bio.get(), found, 0, 0);
  return (X509_EXTENSION_get_critical(found) == 1 ? "critical, " : "") + written(bio);
}

TEST(Certificate, chains_from_leaf_to_root) {
  const Leaf leaf = make_leaf(authority(), {{"api.openirsa.test"}, {}}, now, days{30});
  const auto chain = inspect_pem(leaf.chain_pem);
  ASSERT_TRUE(chain);
  ASSERT_EQ(chain->size(), 2U);
  EXPECT_EQ((*chain)[0].subject, "CN=api.openirsa.test,O=OpenIRSA");
  EXPECT_EQ((*chain)[0].issuer, "CN=OpenIRSA test,O=OpenIRSA");
  EXPECT_EQ((*chain)[1].subject, (*chain)[1].issuer);
  EXPECT_TRUE(leaf.chain_pem.ends_with(authority().certificate_pem));
}

TEST(Certificate, pins_the_last_certificate_through_renewal) {
  const auto first = inspect_pem(make_leaf(authority(), house, now, days{30}).chain_pem);
  const auto renewed = inspect_pem(make_leaf(authority(), house, now + days{20}, days{30}).chain_pem);
  ASSERT_TRUE(first && renewed);
  EXPECT_EQ(first->back().sha1_thumbprint, renewed->back().sha1_thumbprint);
  EXPECT_NE(first->front().sha1_thumbprint, renewed->front().sha1_thumbprint);

  // The thumbprint is the digest of the DER, which is the PEM's body.
  std::string body;
  for (const auto line : split(authority().certificate_pem, '\n')) {
    if (!line.starts_with("-----")) body += line;
  }
  EXPECT_EQ(first->back().sha1_thumbprint, to_hex(as_view(sha1(*from_base64(body)))));
}

TEST(Certificate, tells_names_and_times) {
  const SubjectNames names{{"a.openirsa.test", "*.b.openirsa.test"}, {"127.0.0.1", "::1"}};
  const auto infos = inspect_pem(make_leaf(authority(), names, now, days{30}).chain_pem);
  ASSERT_TRUE(infos);
  EXPECT_EQ(infos->front().names.dns, names.dns);
  EXPECT_EQ(infos->front().names.addresses, names.addresses);
  EXPECT_EQ(infos->front().not_before, now - minutes{5});
  EXPECT_EQ(infos->front().not_after, now + days{30});
  EXPECT_EQ(infos->back().not_after, now + days{3650});
  EXPECT_TRUE(infos->back().names.dns.empty());
  EXPECT_FALSE(infos->front().authority);
  EXPECT_TRUE(infos->back().authority);
}

TEST(Certificate, never_outlives_its_authority) {
  const auto infos = inspect_pem(make_leaf(authority(), house, now, days{5000}).chain_pem);
  ASSERT_TRUE(infos);
  EXPECT_EQ(infos->front().not_after, infos->back().not_after);
}

TEST(Certificate, states_what_the_authority_may_do) {
  const std::string& pem = authority().certificate_pem;
  EXPECT_EQ(extension(pem, NID_basic_constraints), "critical, CA:TRUE, pathlen:0");
  EXPECT_EQ(extension(pem, NID_key_usage), "critical, Certificate Sign, CRL Sign");
  const std::string constraints = extension(pem, NID_name_constraints);
  EXPECT_TRUE(constraints.starts_with("critical, Permitted:")) << constraints;
  EXPECT_NE(constraints.find("DNS:openirsa.test"), std::string::npos) << constraints;
  EXPECT_NE(constraints.find("IP:127.0.0.1/255.255.255.255"), std::string::npos) << constraints;
  EXPECT_EQ(constraints.find("Excluded"), std::string::npos) << constraints;
}

TEST(Certificate, states_what_the_leaf_may_do) {
  const Leaf leaf = make_leaf(authority(), house, now, days{30});
  EXPECT_EQ(extension(leaf.chain_pem, NID_basic_constraints), "critical, CA:FALSE");
  EXPECT_EQ(extension(leaf.chain_pem, NID_key_usage), "critical, Digital Signature");
  EXPECT_EQ(extension(leaf.chain_pem, NID_ext_key_usage), "TLS Web Server Authentication");
  EXPECT_EQ(leaf.key.type(), KeyType::p256);
  const X509Certificate certificate{
      PEM_read_bio_X509(reading(leaf.chain_pem).get(), nullptr, nullptr, nullptr)};
  const Pkey key{
      PEM_read_bio_PrivateKey(reading(leaf.key.to_pem().expose()).get(), nullptr, nullptr, nullptr)};
  EXPECT_EQ(X509_check_private_key(certificate.get(), key.get()), 1);
}

TEST(Constraint, covers_a_name_and_its_subdomains) {
  EXPECT_TRUE(leaf_verifies(authority(), {{"openirsa.test"}, {}}, "openirsa.test"));
  EXPECT_TRUE(leaf_verifies(authority(), {{"a.b.openirsa.test"}, {}}, "a.b.openirsa.test"));
  EXPECT_TRUE(leaf_verifies(authority(), {{"*.openirsa.test"}, {}}, "x.openirsa.test"));
}

TEST(Constraint, refuses_other_names) {
  EXPECT_FALSE(leaf_verifies(authority(), {{"example.com"}, {}}, "example.com"));
  EXPECT_FALSE(leaf_verifies(authority(), {{"notopenirsa.test"}, {}}, "notopenirsa.test"));
  EXPECT_FALSE(leaf_verifies(authority(), {{"openirsa.test.example.com"}, {}}, "openirsa.test.example.com"));
  // One foreign name spoils the certificate for its good names too.
  EXPECT_FALSE(leaf_verifies(authority(), {{"openirsa.test", "example.com"}, {}}, "openirsa.test"));
  EXPECT_TRUE(leaf_verifies(authority(), {{"openirsa.test"}, {}}, "openirsa.test"));
}

TEST(Constraint, covers_single_addresses) {
  EXPECT_TRUE(leaf_verifies(authority(), {{}, {"127.0.0.1"}}, "127.0.0.1"));
  EXPECT_TRUE(leaf_verifies(authority(), {{}, {"::1"}}, "::1"));
  EXPECT_FALSE(leaf_verifies(authority(), {{}, {"127.0.0.2"}}, "127.0.0.2"));
  EXPECT_FALSE(leaf_verifies(authority(), {{}, {"::2"}}, "::2"));
}

TEST(Constraint, excludes_a_kind_of_name_that_is_not_listed) {
  const Authority names_only = make_authority("names", {{"openirsa.test"}, {}}, now, days{30});
  EXPECT_TRUE(leaf_verifies(names_only, {{"openirsa.test"}, {}}, "openirsa.test"));
  EXPECT_FALSE(leaf_verifies(names_only, {{}, {"127.0.0.1"}}, "127.0.0.1"));
  EXPECT_FALSE(leaf_verifies(names_only, {{}, {"2001:db8::1"}}, "2001:db8::1"));

  const Authority addresses_only = make_authority("addresses", {{}, {"127.0.0.1"}}, now, days{30});
  EXPECT_TRUE(leaf_verifies(addresses_only, {{}, {"127.0.0.1"}}, "127.0.0.1"));
  EXPECT_FALSE(leaf_verifies(addresses_only, {{"openirsa.test"}, {}}, "openirsa.test"));
}

TEST(Constraint, stops_a_second_authority_below_ours) {
  // Path length 0: a leaf must not act as an authority.
  const Leaf leaf = make_leaf(authority(), house, now, days{30});
  const Authority forged{leaf.chain_pem, leaf.key};
  const Leaf below = make_leaf(forged, house, now, days{30});
  EXPECT_TRUE(verifies(leaf.chain_pem, authority().certificate_pem, "openirsa.test", now));
  EXPECT_FALSE(verifies(below.chain_pem, authority().certificate_pem, "openirsa.test", now));
}

TEST(Verifies, compares_the_host) {
  const Leaf leaf = make_leaf(authority(), {{"api.openirsa.test"}, {"127.0.0.1"}}, now, days{30});
  const auto verified_for = [&](std::string_view host) {
    return verifies(leaf.chain_pem, authority().certificate_pem, host, now);
  };
  EXPECT_TRUE(verified_for("api.openirsa.test"));
  EXPECT_TRUE(verified_for("API.openirsa.test"));
  EXPECT_TRUE(verified_for("127.0.0.1"));
  EXPECT_FALSE(verified_for("openirsa.test"));
  EXPECT_FALSE(verified_for("x.api.openirsa.test"));
  EXPECT_FALSE(verified_for("127.0.0.2"));
  EXPECT_FALSE(verified_for(""));
  EXPECT_FALSE(verified_for(std::string_view{"api.openirsa.test\0.example.com", 30}));
}

TEST(Verifies, minds_the_time_to_the_second) {
  const Leaf leaf = make_leaf(authority(), house, now, days{30});
  const auto verified_at = [&](Time t) {
    return verifies(leaf.chain_pem, authority().certificate_pem, "openirsa.test", t);
  };
  EXPECT_TRUE(verified_at(now - minutes{5}));
  EXPECT_FALSE(verified_at(now - minutes{5} - seconds{1}));
  EXPECT_TRUE(verified_at(now + days{30} - seconds{1}));
  EXPECT_FALSE(verified_at(now + days{30} + seconds{1}));
}

TEST(Verifies, refuses_another_root_and_broken_texts) {
  const Authority other = make_authority("OpenIRSA test", house, now, days{30});
  const Leaf leaf = make_leaf(authority(), house, now, days{30});
  EXPECT_TRUE(
      verifies(leaf.chain_pem, other.certificate_pem + authority().certificate_pem, "openirsa.test", now));
  EXPECT_FALSE(verifies(leaf.chain_pem, other.certificate_pem, "openirsa.test", now));
  EXPECT_FALSE(verifies(leaf.chain_pem, "", "openirsa.test", now));
  EXPECT_FALSE(verifies("", authority().certificate_pem, "openirsa.test", now));
  EXPECT_FALSE(verifies("hello", authority().certificate_pem, "openirsa.test", now));
}

TEST(InspectPem, refuses_what_is_broken_or_empty) {
  const std::string& pem = authority().certificate_pem;
  EXPECT_TRUE(inspect_pem("some words before\n" + pem));
  EXPECT_FALSE(inspect_pem(""));
  EXPECT_FALSE(inspect_pem("hello"));
  EXPECT_FALSE(inspect_pem(authority().key.to_pem().expose()));
  std::string broken = pem;
  broken[broken.size() / 2] = '!';
  EXPECT_FALSE(inspect_pem(broken));
  EXPECT_FALSE(inspect_pem(pem + broken));
  EXPECT_FALSE(inspect_pem(pem + pem.substr(0, pem.size() / 2)));
}

// A certificate is read without a look at its times, and whoever uploads one chooses what stands there.
TEST(InspectPem, refuses_times_that_are_none) {
  const std::string& pem = authority().certificate_pem;
  const std::size_t begin = pem.find('\n') + 1;
  const std::size_t end = pem.find("-----END");
  std::string letters = pem.substr(begin, end - begin);
  std::erase(letters, '\n');
  std::string der = *from_base64(letters);
  const auto with = [&](std::string_view time) {
    std::string changed = der;
    changed.replace(changed.find("\x17\x0d") + 2, time.size(), time);  // UTCTime of 13 letters
    return pem.substr(0, begin) + to_base64(changed) + "\n" + pem.substr(end);
  };
  EXPECT_TRUE(inspect_pem(with("261124115500Z")));
  const auto refused = inspect_pem(with("26112411550xZ"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "a certificate of the PEM text has a name or a time that cannot be read");
  EXPECT_FALSE(inspect_pem(std::string_view{})) << "no bytes at all";
}

TEST(Names, that_are_no_addresses_are_a_defect) {
  EXPECT_THROW(make_authority("x", {{}, {"127.0.0.256"}}, now, days{1}), std::invalid_argument);
  EXPECT_THROW(make_authority("x", {{}, {"localhost"}}, now, days{1}), std::invalid_argument);
  EXPECT_THROW(make_leaf(authority(), {}, now, days{1}), std::invalid_argument);
}

}  // namespace
}  // namespace openirsa::crypto
