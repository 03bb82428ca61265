#include "crypto/key_handle.h"

#include <openssl/rsa.h>

namespace openirsa::crypto {
namespace {

std::size_t place_of_this_thread() {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t place = threads++;
  return place;
}

const EVP_MD* digest_for(Algorithm algorithm) {
  static EVP_MD* const digests[] = {EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                    EVP_MD_fetch(nullptr, "SHA384", nullptr),
                                    EVP_MD_fetch(nullptr, "SHA512", nullptr)};
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::es256:
      return digests[0];
    case Algorithm::rs384:
    case Algorithm::es384:
      return digests[1];
    case Algorithm::rs512:
    case Algorithm::es512:
      return digests[2];
  }
  throw std::logic_error("unknown algorithm");
}

std::size_t digest_index(Algorithm algorithm) { return static_cast<std::size_t>(algorithm) % 3; }
static_assert(static_cast<int>(Algorithm::es256) == 3, "digest_index relies on the order of the algorithms");

}  // namespace

ContextRack::~ContextRack() {
  for (auto& context : contexts_) EVP_PKEY_CTX_free(context.load());
}

KeyContext ContextRack::take() {
  return KeyContext{contexts_[place_of_this_thread() % places].exchange(nullptr, std::memory_order_acquire)};
}

void ContextRack::give_back(KeyContext context) {
  EVP_PKEY_CTX* empty = nullptr;
  auto& place = contexts_[place_of_this_thread() % places];
  if (place.compare_exchange_strong(empty, context.get(), std::memory_order_release,
                                    std::memory_order_relaxed)) {
    (void)context.release();  // NOLINT(bugprone-unused-return-value): the rack owns it now
  }
}

ContextRack& PublicKey::Handle::rack(Operation operation, Algorithm algorithm) const {
  return racks_[static_cast<std::size_t>(operation)][digest_index(algorithm)];
}

KeyContext PublicKey::Handle::borrow(Operation operation, Algorithm algorithm) const {
  if (KeyContext ready = rack(operation, algorithm).take()) return ready;
  KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
  require(context != nullptr, "key context");
  const int begun = operation == Operation::verify ? EVP_PKEY_verify_init(context.get())
                                                   : EVP_PKEY_sign_init(context.get());
  require(begun == 1, "key operation");
  require(type != KeyType::rsa || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1,
          "RSA padding");
  require(EVP_PKEY_CTX_set_signature_md(context.get(), digest_for(algorithm)) == 1, "signature digest");
  return context;
}

void PublicKey::Handle::give_back(Operation operation, Algorithm algorithm, KeyContext context) const {
  rack(operation, algorithm).give_back(std::move(context));
}

}  // namespace openirsa::crypto
