// Public JOSE vectors as documents and key sets. Included by tests only.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/test_vectors.h"
#include "token/jwk.h"

namespace openirsa::token::test {

inline json::value read_document(const std::filesystem::path& path) {
  auto document = parse_json(read_bytes(path));
  if (!document) throw std::runtime_error(path.string() + ": " + document.error().message);
  return *std::move(document);
}

inline json::value read_wycheproof(const std::string& name) {
  return read_document(vectors_directory() / "jose/wycheproof" / (name + "_test.json"));
}

// What an issuer publishing these keys would be understood to have: unusable ones drop out.
inline JwkSet usable(const json::array& entries) {
  std::vector<Jwk> keys;
  for (const json::value& entry : entries) {
    if (auto key = parse_jwk(entry.as_object())) keys.push_back(*std::move(key));
  }
  return JwkSet{std::move(keys)};
}

}  // namespace openirsa::token::test
