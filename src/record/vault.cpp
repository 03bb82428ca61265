#include "record/vault.h"

#include <stdexcept>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/digest.h"

namespace openirsa::record {

// The master key itself encrypts nothing: each purpose has a key of its own (RFC 5869 §3.2).
Vault::Vault(Secret master_key) {
  if (master_key.expose().size() != 32) throw std::logic_error("a master key is 32 bytes");
  key_ = Secret(std::string(as_view(crypto::hkdf_sha256(master_key.expose(), "", "openirsa/record/v1"))));
}

std::string Vault::seal(std::string_view record_key, const Secret& secret) const {
  return to_base64(crypto::aead_seal(key_.expose(), secret.expose(), record_key));
}

std::optional<Secret> Vault::open(std::string_view record_key, std::string_view sealed) const {
  const auto bytes = from_base64(sealed);
  if (!bytes) return std::nullopt;
  auto plain = crypto::aead_open(key_.expose(), *bytes, record_key);
  if (!plain) return std::nullopt;
  return Secret(std::move(*plain));
}

}  // namespace openirsa::record
