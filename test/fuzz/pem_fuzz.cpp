// Can any certificate or key break what reads them, is a certificate believed only when OpenSSL itself
// believes it, and do we name each by the right thumbprint?
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/key.h"
#include "http/tls.h"
#include "pem_mutator.h"

namespace {

using namespace openirsa;
using fuzz::require;

constexpr std::int64_t now = 1795780800;  // 2026-11-27, when the seeds' certificates are valid

std::vector<X509*> read_all(std::string_view pem) {
  std::vector<X509*> all;
  if (pem.empty()) return all;
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  while (X509* one = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) all.push_back(one);
  BIO_free(bio);
  return all;
}

// RFC 5280 §6 by OpenSSL with nothing of ours between: the first certificate to any of the text's as root.
bool openssl_verifies(const std::vector<X509*>& all, const char* host) {
  X509_STORE* roots = X509_STORE_new();
  STACK_OF(X509)* others = sk_X509_new_null();
  for (X509* one : all) {
    X509_STORE_add_cert(roots, one);
    sk_X509_push(others, one);
  }
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, roots, all.front(), others);
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(rules, now);
  X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set1_host(rules, host, 0);
  const bool held = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  sk_X509_free(others);
  X509_STORE_free(roots);
  return held;
}

// Our own authorities and leaves, as a measure: what we make must be read, believed, and nothing else be
// taken for it.
void check_own() {
  const Time at = time_of_seconds(now);
  const crypto::SubjectNames names{{"oidc.openirsa.internal", "*.b.example"}, {"10.0.0.1", "2001:db8::1"}};
  for (const auto& constrained :
       {names, crypto::SubjectNames{{}, {"10.0.0.1"}}, crypto::SubjectNames{{"b.example"}, {}}}) {
    const auto authority = crypto::make_authority("fuzz", constrained, at, std::chrono::days{10});
    const auto leaf = crypto::make_leaf(authority, names, at, std::chrono::days{20});
    const auto infos = crypto::inspect_pem(leaf.chain_pem);
    require(infos && infos->size() == 2 && infos->front().names.dns == names.dns, "what we make we read");
    const bool believed =
        crypto::verifies(leaf.chain_pem, authority.certificate_pem, "oidc.openirsa.internal", at);
    require(believed == (constrained.dns == names.dns), "and believe within its constraints");
    require(!crypto::verifies(leaf.chain_pem, authority.certificate_pem, "other.example", at),
            "for its names alone");
  }
  for (const auto type : {crypto::KeyType::rsa, crypto::KeyType::p384, crypto::KeyType::p521}) {
    const auto key = crypto::PrivateKey::generate(type);
    const auto algorithm = type == crypto::KeyType::rsa    ? crypto::Algorithm::rs384
                           : type == crypto::KeyType::p384 ? crypto::Algorithm::es384
                                                           : crypto::Algorithm::es512;
    const std::string signature = key.sign(algorithm, "text");
    require(key.public_key().verify(algorithm, "text", signature), "what a key signs it verifies");
    require(!key.public_key().verify(algorithm, "test", signature), "and nothing else");
    const auto parts = key.public_key().components();
    const auto again = type == crypto::KeyType::rsa
                           ? crypto::PublicKey::from_rsa(parts.first, parts.second)
                           : crypto::PublicKey::from_point(type, parts.first, parts.second);
    require(again && again->to_der() == key.public_key().to_der(), "components make the key");
  }
}

void check_certificates(std::string_view pem) {
  const auto infos = crypto::inspect_pem(pem);
  require(infos || !infos.error().message.empty(), "a refusal says why");
  const auto all = read_all(pem);
  if (infos) {
    require(infos->size() == all.size(), "every certificate is shown");
    for (std::size_t i = 0; i < all.size(); ++i) {
      unsigned char digest[20];
      X509_digest(all[i], EVP_sha1(), digest, nullptr);
      require((*infos)[i].sha1_thumbprint == to_hex({reinterpret_cast<char*>(digest), 20}),
              "by its thumbprint");
      require((*infos)[i].sha1_thumbprint.size() == 40, "forty digits");
    }
  }
  for (const char* host : {"oidc.openirsa.internal", "10.0.0.1", "a.b.example"}) {
    const bool ours = crypto::verifies(pem, pem, host, time_of_seconds(now));
    // What we believe OpenSSL's defaults must believe: we add rules and drop none.
    if (ours && *host != '1')
      require(openssl_verifies(all, host), "no certificate is believed that OpenSSL refuses");
  }
  require(!crypto::verifies(pem, pem, "", time_of_seconds(now)), "no name is nobody's");
  for (X509* one : all) X509_free(one);
}

void check_keys(std::string_view pem) {
  const auto key = crypto::PublicKey::from_pem(pem);
  if (key) {
    const auto again = crypto::PublicKey::from_pem(key->to_pem());
    require(again && again->to_der() == key->to_der(), "a public key is written as it is");
  } else {
    require(!key.error().message.empty(), "a refusal says why");
  }
  const auto pair = crypto::PrivateKey::from_pem(pem);
  if (!pair) return;
  const auto again = crypto::PrivateKey::from_pem(pair->to_pem().expose());
  require(again && again->public_key().to_der() == pair->public_key().to_der(),
          "a private key is written as it is");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool once = (check_own(), true);
  (void)once;
  const std::string_view text = fuzz::text_of(data, size);
  check_certificates(text);
  check_keys(text);
  (void)http::LoadedIdentity::load({std::string(text), Secret(std::string(text))});
  for (const auto& block : fuzz::pem_blocks(text)) {
    if (const auto der = fuzz::der_inside(text, block)) (void)crypto::PublicKey::from_der(*der);
  }
  return 0;
}
