// Asymmetric keys: RSA 2048–8192 bits and the NIST curves P-256, P-384 and P-521. A key object is immutable,
// cheap to copy (shared) and safe to use from several threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace openirsa::crypto {

enum class KeyFault { malformed, unsupported_type, too_small, too_large, not_on_curve, weak_exponent };
struct KeyError {
  KeyFault code;
  std::string message;
};

enum class KeyType { rsa, p256, p384, p521 };

// JWS signature algorithms (RFC 7518 §3.1) that AWS takes. There is no `none` and no HMAC on purpose.
enum class Algorithm { rs256, rs384, rs512, es256, es384, es512 };
std::string_view name_of(Algorithm algorithm);  // "RS256"
// Whether keys of the type can make signatures of the algorithm.
bool fits(KeyType type, Algorithm algorithm);

class PublicKey {
 public:
  struct Handle;  // OpenSSL's key

  // Big-endian unsigned integers as in RFC 7518 §6.3.1, leading zeros refused elsewhere. Refuses moduli below
  // 2048 or above 8192 bits, even or tiny exponents (e < 3), and exponents above 32 bits: each bit costs
  // whoever verifies one or two multiplications of the modulus's size. Providers use 3, 17 or 65537.
  static Result<PublicKey, KeyError> from_rsa(std::string_view modulus, std::string_view exponent);
  // RFC 7518 §6.2.1: coordinates of exactly the curve's size; the point must lie on the curve.
  static Result<PublicKey, KeyError> from_point(KeyType curve, std::string_view x, std::string_view y);
  static Result<PublicKey, KeyError> from_pem(std::string_view pem);  // SubjectPublicKeyInfo
  static Result<PublicKey, KeyError> from_der(std::string_view der);

  KeyType type() const;
  // The components a JWK shows: (n, e) for RSA, (x, y) for curves, each without leading zeros for RSA and
  // full-size for curves.
  struct Components {
    std::string first;
    std::string second;
  };
  Components components() const;
  std::string to_pem() const;
  std::string to_der() const;

  // RSASSA-PKCS1-v1_5 or ECDSA with the signature as r‖s (RFC 7518 §3.4), which must have exactly the curve's
  // length. False on any mismatch, wrong length, or an algorithm that does not fit the key.
  bool verify(Algorithm algorithm, std::string_view message, std::string_view signature) const;

  explicit PublicKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}
  const Handle& handle() const { return *handle_; }

 private:
  std::shared_ptr<const Handle> handle_;
};

class PrivateKey {
 public:
  static PrivateKey generate(KeyType type, int rsa_bits = 2048);
  static Result<PrivateKey, KeyError> from_pem(
      std::string_view pem);  // PKCS #8, PKCS #1 or SEC 1, unencrypted

  KeyType type() const { return public_.type(); }
  const PublicKey& public_key() const { return public_; }
  Secret to_pem() const;  // PKCS #8

  // REQUIRES: fits(type(), algorithm). The signature in the form that PublicKey::verify takes.
  std::string sign(Algorithm algorithm, std::string_view message) const;

  explicit PrivateKey(std::shared_ptr<const PublicKey::Handle> handle) : public_(std::move(handle)) {}

 private:
  PublicKey public_;  // the handle holds both halves
};

}  // namespace openirsa::crypto
