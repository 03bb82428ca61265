#include "token/signer.h"

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "token/jwk.h"

namespace openirsa::token {

std::string sign_token(const json::object& claims, std::string_view key_id, crypto::Algorithm algorithm,
                       const crypto::PrivateKey& key) {
  const json::object header{{"alg", crypto::name_of(algorithm)}, {"kid", key_id}, {"typ", "JWT"}};
  std::string token = to_base64url(json::serialize(header)) + '.' + to_base64url(json::serialize(claims));
  const std::string signature = key.sign(algorithm, token);
  return token.append(1, '.').append(to_base64url(signature));
}

std::string key_id_of(const crypto::PublicKey& key) {
  // RFC 7638 §3.2: the required members alone, in the order of their names, without white space.
  const json::object members = to_json({std::nullopt, std::nullopt, key});
  json::object required;
  for (const std::string_view name : {"crv", "e", "kty", "n", "x", "y"}) {
    if (const auto text = find_string(members, name)) required.emplace(name, *text);
  }
  return to_base64url(as_view(crypto::sha256(json::serialize(required))));
}

}  // namespace openirsa::token
