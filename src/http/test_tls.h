// Authorities and identities for tests. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "crypto/certificate.h"
#include "http/tls.h"

namespace openirsa::http {

class TestAuthority {
 public:
  explicit TestAuthority(const crypto::SubjectNames& names = {{"localhost", "test"}, {"127.0.0.1"}})
      : authority_(
            crypto::make_authority("test authority", names, SystemClock().now(), std::chrono::days(2))) {}

  const std::string& pem() const { return authority_.certificate_pem; }

  Identity make(const crypto::SubjectNames& names) const {
    const auto leaf = crypto::make_leaf(authority_, names, SystemClock().now(), std::chrono::days(1));
    return {leaf.chain_pem, leaf.key.to_pem()};
  }
  std::shared_ptr<const LoadedIdentity> load(const crypto::SubjectNames& names) const {
    auto loaded = LoadedIdentity::load(make(names));
    if (loaded) return *loaded;
    ADD_FAILURE() << loaded.error().message;
    return nullptr;
  }
  // A context that shows one identity whatever the name.
  std::shared_ptr<const TlsContext> context(const crypto::SubjectNames& names) const {
    return *TlsContext::make([identity = load(names)](std::string_view) { return identity; });
  }

 private:
  crypto::Authority authority_;
};

}  // namespace openirsa::http
