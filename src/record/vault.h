// Encrypts what must not lie readable in the store, under a key derived from the master key. The record's own
// key is the associated data, so that a sealed secret moved to another record does not open.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace openirsa::record {

class Vault {
 public:
  // REQUIRES: 32 bytes (another size throws: it is a defect of whoever read the key).
  explicit Vault(Secret master_key);

  std::string seal(std::string_view record_key, const Secret& secret) const;  // base64
  std::optional<Secret> open(std::string_view record_key, std::string_view sealed) const;

 private:
  Secret key_;
};

}  // namespace openirsa::record
