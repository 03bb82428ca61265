// JSON Web Keys (RFC 7517) that can verify the six algorithms AWS takes. Private members, symmetric keys,
// encryption keys and unknown types are refused one by one, so that one odd key in a set does not hide the
// others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "crypto/key.h"

namespace openirsa::token {

enum class JwkFault { malformed, private_key, unsupported, too_many_keys, no_keys };
struct JwkError {
  JwkFault code;
  std::string message;
};

struct Jwk {
  std::optional<std::string> key_id;
  std::optional<crypto::Algorithm> algorithm;  // `alg`: binds the key to it when published
  crypto::PublicKey key;
};

// `use` must be "sig" and `key_ops` hold "verify" where they are there (RFC 7517 §4.2, §4.3).
Result<Jwk, JwkError> parse_jwk(const json::object& members);
// `use` is "sig"; `alg` as given.
json::object to_json(const Jwk& key);

// RFC 7517 §5. At most 100 keys of each type (`kty`), unusable ones included; unusable keys are left out and
// counted. A text without any usable key is an error, and so is one in which a token would have to be tried
// with more than most_keys_of_an_id keys.
class JwkSet {
 public:
  // RFC 7517 §4.5: different keys should have different ids. Two bridge a rotation that kept the id; whoever
  // publishes more makes every token, forged ones too, cost as many verifications. With crypto's limits on
  // keys, the dearest token costs two verifications with 8192 bits and an exponent of 32 bits.
  static constexpr std::size_t most_keys_of_an_id = 2;

  static Result<JwkSet, JwkError> parse(std::string_view text);
  explicit JwkSet(std::vector<Jwk> keys) : keys_(std::move(keys)) {}

  const std::vector<Jwk>& keys() const { return keys_; }
  std::size_t unusable() const { return unusable_; }
  std::string to_text() const;  // {"keys":[…]}

 private:
  std::vector<Jwk> keys_;
  std::size_t unusable_ = 0;
};

}  // namespace openirsa::token
