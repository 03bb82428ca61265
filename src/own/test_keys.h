// Key sets and an authority as owners of providers have them. Included by tests only.
#pragma once

#include <string>
#include <utility>

#include "crypto/certificate.h"
#include "token/jwk.h"
#include "wire/test_house.h"

namespace openirsa::own::test {

inline json::object public_key(std::string key_id) {
  static const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  return token::to_json({std::move(key_id), crypto::Algorithm::es256, key});
}

inline std::string key_set_of(json::array keys) {
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

// Valid for 30 days from the tests' noon.
inline const crypto::Authority& authority() {
  static const crypto::Authority made =
      crypto::make_authority("Private", {.dns = {"a.test"}, .addresses = {}},
                             time_of_seconds(wire::test::noon), std::chrono::days{30});
  return made;
}

}  // namespace openirsa::own::test
