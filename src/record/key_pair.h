// The two halves of an issuer's key. What a server needs at once is the public one; the private one stays
// sealed until somebody signs with it: parsing and checking a private key takes a hundred times as long as
// reading the rest of a record, and holding it in the clear is for those that are used.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/key.h"
#include "record/record.h"
#include "record/vault.h"

namespace openirsa::record {

class KeyPair {
 public:
  KeyPair(crypto::PrivateKey key);  // both halves at hand

  // A pair as it lies in a record: `sealed_private` is a private key in PEM under `vault`, for `record_key`.
  // REQUIRES: the public half was authenticated.
  KeyPair(crypto::PublicKey public_key, const Vault& vault, std::string_view record_key,
          std::string sealed_private);

  const crypto::PublicKey& public_key() const { return public_; }

  // Opened, parsed, checked against the public half on first use and then kept, also by copies of this pair.
  // May be called from any thread.
  Result<crypto::PrivateKey, RecordError> private_key() const;

  // For the record under that key; what is sealed for it already is left as it is. REQUIRES: a pair that is
  // not left as it is opens.
  std::string seal(const Vault& vault, std::string_view record_key) const;

 private:
  struct Private;
  crypto::PublicKey public_;
  std::shared_ptr<Private> private_;
};

}  // namespace openirsa::record
