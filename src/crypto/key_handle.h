// OpenSSL's key behind PublicKey and PrivateKey, with operation contexts that are kept between calls. Setting
// one up (padding, digest, provider look-ups) costs a good part of an RSA verification. For sources that see
// OpenSSL only.
#pragma once

#include <array>
#include <atomic>

#include "crypto/key.h"
#include "crypto/openssl.h"

namespace openirsa::crypto {

enum class Operation { verify, sign };

// Lends prepared contexts of one key, one algorithm and one operation. A thread finds the context that it
// gave back last; where two threads share a place, the later one makes its own.
class ContextRack {
 public:
  ContextRack() = default;
  ContextRack(const ContextRack&) = delete;
  ContextRack& operator=(const ContextRack&) = delete;
  ~ContextRack();

  KeyContext take();  // nothing when this thread's place is empty
  void give_back(KeyContext context);

 private:
  static constexpr std::size_t places = 16;
  std::array<std::atomic<EVP_PKEY_CTX*>, places> contexts_{};
};

struct PublicKey::Handle {
  Handle(Pkey key_, KeyType type_) : key(std::move(key_)), type(type_) {}

  // A context for `algorithm`, made when none is lying ready.
  KeyContext borrow(Operation operation, Algorithm algorithm) const;
  void give_back(Operation operation, Algorithm algorithm, KeyContext context) const;

  const Pkey key;  // private handles hold both halves
  const KeyType type;

 private:
  ContextRack& rack(Operation operation, Algorithm algorithm) const;

  mutable std::array<std::array<ContextRack, 3>, 2> racks_;  // operation, then digest
};

}  // namespace openirsa::crypto
