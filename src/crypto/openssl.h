// Owners for OpenSSL's objects, for this room's own sources. Every algorithm is fetched once for the life of
// the process: a fetch walks OpenSSL's provider tables and would cost more than a short digest.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace openirsa::crypto {

template <auto free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

using BigNumber = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using Pkey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Freer<X509_free>>;

// For calls that fail only when memory or OpenSSL itself is broken.
inline void require(bool held, const char* what) {
  if (held) return;
  ERR_clear_error();
  throw std::runtime_error(std::string{"OpenSSL failed: "} + what);
}

// A refusal leaves notes in the thread's error queue, where TLS on the same thread would take them for its
// own.
inline bool succeeded(int answer) {
  if (answer == 1) return true;
  ERR_clear_error();
  return false;
}

inline const unsigned char* bytes_of(std::string_view bytes) {
  // Never null: OpenSSL takes a null key or signature for "keep the last one".
  return reinterpret_cast<const unsigned char*>(bytes.data() == nullptr ? "" : bytes.data());
}
inline unsigned char* bytes_of(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

inline Bio reading(std::string_view text) {
  Bio bio{BIO_new_mem_buf(bytes_of(text), static_cast<int>(text.size()))};
  require(bio != nullptr, "memory reader");
  return bio;
}
inline Bio writing() {
  Bio bio{BIO_new(BIO_s_mem())};
  require(bio != nullptr, "memory writer");
  return bio;
}
inline std::string written(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace openirsa::crypto
