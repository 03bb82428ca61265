// Certificates with one thing wrong, or nothing. Included by tests only.
#pragma once

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/text.h"
#include "http/tls_native.h"

namespace openirsa::http::test {

struct CertificateSpec {
  std::string name = "issuer.test";  // common name, and DNS name unless `alternative` says otherwise
  std::string alternative{};         // subject alternative names in OpenSSL's form: "DNS:a,IP:127.0.0.1"
  bool authority = false;
  std::string usage = "serverAuth";  // empty: none stated
  int rsa_bits = 0;                  // 0: P-256
  bool sha1 = false;
  std::chrono::seconds from = -std::chrono::hours(1);  // from now
  std::chrono::seconds until = std::chrono::hours(1);
};

struct TestCertificate {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;

  std::string pem() const {
    return written([this](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
  }
  std::string key_pem() const {
    return written([this](BIO* out) {
      return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  std::string thumbprint() const {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    X509_digest(certificate.get(), EVP_sha1(), digest, &size);
    return to_hex({reinterpret_cast<const char*>(digest), size});
  }

 private:
  template <class Write>
  static std::string written(Write write) {
    const OpenSslPtr<BIO> out(BIO_new(BIO_s_mem()));
    if (write(out.get()) != 1) throw std::runtime_error("cannot write PEM");
    char* data = nullptr;
    const long length = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(length)};
  }
};

inline void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Self-signed without an issuer.
inline TestCertificate issue(const CertificateSpec& spec, const TestCertificate* issuer = nullptr) {
  TestCertificate made;
  made.key.reset(spec.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(spec.rsa_bits)),
                 EVP_PKEY_free);
  made.certificate.reset(X509_new(), X509_free);
  X509* const x = made.certificate.get();
  X509* const by = issuer != nullptr ? issuer->certificate.get() : x;
  static long serial = 1000;
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), static_cast<long>(spec.from.count()));
  X509_gmtime_adj(X509_getm_notAfter(x), static_cast<long>(spec.until.count()));
  X509_set_pubkey(x, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(spec.name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(by));
  add_extension(x, by, NID_basic_constraints, spec.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension(x, by, NID_key_usage, spec.authority ? "critical,keyCertSign" : "critical,digitalSignature");
  if (!spec.usage.empty() && !spec.authority) add_extension(x, by, NID_ext_key_usage, spec.usage);
  add_extension(x, by, NID_subject_key_identifier, "hash");
  if (!spec.authority) {
    add_extension(x, by, NID_subject_alt_name,
                  spec.alternative.empty() ? "DNS:" + spec.name : spec.alternative);
  }
  const EVP_MD* digest = spec.sha1 ? EVP_sha1() : EVP_sha256();
  if (X509_sign(x, issuer != nullptr ? issuer->key.get() : made.key.get(), digest) <= 0) {
    throw std::runtime_error("cannot sign a certificate");
  }
  return made;
}

}  // namespace openirsa::http::test
