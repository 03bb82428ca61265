#include "record/key_pair.h"

#include <mutex>
#include <optional>
#include <stdexcept>

namespace openirsa::record {

struct KeyPair::Private {
  std::mutex mutex;
  std::optional<crypto::PrivateKey> opened;

  // Empty for a pair that was never sealed.
  std::optional<Vault> vault;
  std::string record_key;
  std::string sealed;
};

KeyPair::KeyPair(crypto::PrivateKey key) : public_(key.public_key()), private_(std::make_shared<Private>()) {
  private_->opened = std::move(key);
}

KeyPair::KeyPair(crypto::PublicKey public_key, const Vault& vault, std::string_view record_key,
                 std::string sealed_private)
    : public_(std::move(public_key)), private_(std::make_shared<Private>()) {
  private_->vault = vault;
  private_->record_key = record_key;
  private_->sealed = std::move(sealed_private);
}

Result<crypto::PrivateKey, RecordError> KeyPair::private_key() const {
  const std::lock_guard lock(private_->mutex);
  if (private_->opened) return *private_->opened;
  const std::string place = "the private key in record `" + private_->record_key + "` ";
  const auto pem = private_->vault->open(private_->record_key, private_->sealed);
  if (!pem) {
    return RecordError{
        place + "does not open: it was altered, or sealed under another master key or for another record"};
  }
  auto key = crypto::PrivateKey::from_pem(pem->expose());
  if (!key) return RecordError{place + "is not a private key: " + key.error().message};
  // Tokens that the key set cannot verify would be worse than none.
  if (key->public_key().to_der() != public_.to_der()) {
    return RecordError{place + "does not belong to the public key beside it"};
  }
  private_->opened = *key;
  return *std::move(key);
}

std::string KeyPair::seal(const Vault& vault, std::string_view record_key) const {
  // Whether it lies there already is asked of the seal itself: a vault with another master key does not open
  // it.
  if (!private_->sealed.empty() && vault.open(record_key, private_->sealed)) return private_->sealed;
  const auto key = private_key();
  if (!key) throw std::runtime_error(key.error().message);
  return vault.seal(record_key, key->to_pem());
}

}  // namespace openirsa::record
