#include "crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <string>

#include "base/bytes.h"
#include "crypto/openssl.h"

namespace openirsa::crypto {
namespace {

using MacContext = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;

template <class Digest>
Digest digest_with(EVP_MD* algorithm, EVP_MD_CTX* context, std::string_view bytes) {
  Digest digest{};
  require(algorithm != nullptr && context != nullptr &&
              EVP_DigestInit_ex2(context, algorithm, nullptr) == 1 &&
              EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
              EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1,
          "digest");
  return digest;
}

// One context per thread for each digest: switching the algorithm of a context would free and allocate its
// state.
template <class Digest>
Digest digest_of(const char* name, std::string_view bytes) {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  thread_local const DigestContext context{EVP_MD_CTX_new()};
  return digest_with<Digest>(algorithm, context.get(), bytes);
}

MacContext make_hmac_context() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  MacContext context{EVP_MAC_CTX_new(algorithm)};
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_end()};
  require(context != nullptr && EVP_MAC_CTX_set_params(context.get(), parameters) == 1, "HMAC");
  return context;
}

}  // namespace

Sha256 sha256(std::string_view bytes) { return digest_of<Sha256>("SHA256", bytes); }
Sha384 sha384(std::string_view bytes) { return digest_of<Sha384>("SHA384", bytes); }
Sha512 sha512(std::string_view bytes) { return digest_of<Sha512>("SHA512", bytes); }
Sha1 sha1(std::string_view bytes) { return digest_of<Sha1>("SHA1", bytes); }

Sha256 hmac_sha256(std::string_view key, std::string_view message) {
  thread_local const MacContext context = make_hmac_context();
  Sha256 tag{};
  std::size_t size = 0;
  require(EVP_MAC_init(context.get(), bytes_of(key), key.size(), nullptr) == 1 &&
              EVP_MAC_update(context.get(), bytes_of(message), message.size()) == 1 &&
              EVP_MAC_final(context.get(), tag.data(), &size, tag.size()) == 1 && size == tag.size(),
          "HMAC");
  return tag;
}

Sha256 hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info) {
  const Sha256 extracted = hmac_sha256(salt, key);  // RFC 5869 §2.2
  std::string block{info};
  block.push_back('\x01');  // RFC 5869 §2.3: T(1)
  return hmac_sha256(as_view(extracted), block);
}

}  // namespace openirsa::crypto
