// OpenSSL's objects behind tls.h; included by tls.cpp and tls_session.cpp only.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "http/tls.h"

namespace openirsa::http {

struct OpenSslDeleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
};
template <class T>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter>;

struct TlsContext::Native {
  OpenSslPtr<SSL_CTX> context;
  Choose choose;
};

struct LoadedIdentity::Native {
  OpenSslPtr<X509> leaf;
  OpenSslPtr<STACK_OF(X509)> chain;  // above the leaf, up to and with the root
  OpenSslPtr<EVP_PKEY> key;
};

}  // namespace openirsa::http
