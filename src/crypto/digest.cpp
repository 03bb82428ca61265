#include "crypto/digest.h"

#include <openssl/crypto.h>

#include <initializer_list>
#include <memory>
#include <stdexcept>

#include "base/bytes.h"
#include "crypto/openssl.h"

namespace openirsa::crypto {
namespace {

template <class Digest>
Digest digest_with(EVP_MD* algorithm, EVP_MD_CTX* context, std::initializer_list<std::string_view> parts) {
  Digest digest{};
  require(algorithm != nullptr && context != nullptr && EVP_DigestInit_ex2(context, algorithm, nullptr) == 1,
          "digest");
  for (const std::string_view part : parts) {
    require(EVP_DigestUpdate(context, part.data(), part.size()) == 1, "digest");
  }
  require(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1, "digest");
  return digest;
}

// One context per thread for each digest: switching the algorithm of a context would free and allocate its
// state.
template <class Digest>
Digest digest_of(const char* name, std::initializer_list<std::string_view> parts) {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  thread_local const DigestContext context{EVP_MD_CTX_new()};
  return digest_with<Digest>(algorithm, context.get(), parts);
}

// The key of one pass of HMAC: padded to a block and marked (RFC 2104 §2).
class MarkedKey {
 public:
  MarkedKey(std::string_view key, std::uint8_t mark) {
    for (std::size_t i = 0; i < key.size(); ++i) block_[i] = static_cast<std::uint8_t>(key[i]);
    for (std::uint8_t& byte : block_) byte ^= mark;
  }
  ~MarkedKey() { OPENSSL_cleanse(block_.data(), block_.size()); }
  MarkedKey(const MarkedKey&) = delete;
  MarkedKey& operator=(const MarkedKey&) = delete;
  std::string_view bytes() const { return as_view(block_); }
  static constexpr std::size_t size = 64;  // SHA-256's block

 private:
  std::array<std::uint8_t, size> block_{};
};

// By hand: through OpenSSL's own HMAC each key costs three contexts that are copied and wiped, which is more
// than the four blocks of a short message. REQUIRES: the key is not longer than a block.
Sha256 hmac_of(std::string_view key, std::string_view first, std::string_view second = {},
               std::string_view third = {}) {
  const Sha256 inner = digest_of<Sha256>("SHA256", {MarkedKey(key, 0x36).bytes(), first, second, third});
  return digest_of<Sha256>("SHA256", {MarkedKey(key, 0x5c).bytes(), as_view(inner)});
}

}  // namespace

Sha256 sha256(std::string_view bytes) { return digest_of<Sha256>("SHA256", {bytes}); }
Sha384 sha384(std::string_view bytes) { return digest_of<Sha384>("SHA384", {bytes}); }
Sha512 sha512(std::string_view bytes) { return digest_of<Sha512>("SHA512", {bytes}); }
Sha1 sha1(std::string_view bytes) { return digest_of<Sha1>("SHA1", {bytes}); }

Sha256 hmac_sha256(std::string_view key, std::string_view message) {
  if (key.size() > MarkedKey::size) return hmac_of(as_view(sha256(key)), message);
  return hmac_of(key, message);
}

Sha256 hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info) {
  return hkdf_expand_sha256(as_view(hmac_sha256(salt, key)), info);  // RFC 5869 §2.2
}

Sha256 hkdf_expand_sha256(std::string_view key, std::string_view label, std::string_view salt) {
  if (key.size() != Sha256{}.size()) throw std::invalid_argument("a pseudorandom key of HKDF has 32 bytes");
  return hmac_of(key, label, salt, "\x01");  // RFC 5869 §2.3: T(1)
}

}  // namespace openirsa::crypto
