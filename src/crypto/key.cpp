#include "crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "crypto/key_handle.h"

namespace openirsa::crypto {
namespace {

using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

constexpr int smallest_modulus = 2048;
constexpr int largest_modulus = 8192;
// A longer exponent buys no security and makes each verification as slow as a signature.
constexpr int longest_exponent = 32;

struct Curve {
  KeyType type;
  const char* name;        // OpenSSL's name of the group
  std::size_t coordinate;  // bytes
};
constexpr Curve curves[] = {
    {KeyType::p256, "prime256v1", 32}, {KeyType::p384, "secp384r1", 48}, {KeyType::p521, "secp521r1", 66}};

const Curve& curve_of(KeyType type) {
  const auto* curve = std::ranges::find(curves, type, &Curve::type);
  if (curve == std::end(curves)) throw std::logic_error("not a curve");
  return *curve;
}

KeyError fault(KeyFault code, std::string message) { return {code, std::move(message)}; }

Pkey key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters{OSSL_PARAM_BLD_to_param(builder)};
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* made = nullptr;
  require(parameters != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1,
          "key import");
  (void)succeeded(EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()));
  return Pkey{made};
}

BigNumber number_of(std::string_view bytes) {
  BigNumber number{BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)};
  require(number != nullptr, "number");
  return number;
}

BigNumber number_in(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1, "key component");
  return BigNumber{number};
}

std::string bytes_of_number(const BigNumber& number, std::size_t size) {
  std::string bytes(size, '\0');
  require(BN_bn2binpad(number.get(), bytes_of(bytes), static_cast<int>(size)) >= 0, "number");
  return bytes;
}

std::string minimal_bytes(const BigNumber& number) {
  return bytes_of_number(number, static_cast<std::size_t>(BN_num_bytes(number.get())));
}

std::optional<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return KeyType::rsa;
  if (EVP_PKEY_is_a(key, "EC") != 1) return std::nullopt;
  char name[64] = {};
  if (!succeeded(EVP_PKEY_get_group_name(key, name, sizeof name, nullptr))) return std::nullopt;
  const auto* curve = std::ranges::find(curves, std::string_view{name}, &Curve::name);
  if (curve == std::end(curves)) return std::nullopt;
  return curve->type;
}

PublicKey::Components components_of(const EVP_PKEY* key, KeyType type) {
  if (type == KeyType::rsa) {
    return {minimal_bytes(number_in(key, OSSL_PKEY_PARAM_RSA_N)),
            minimal_bytes(number_in(key, OSSL_PKEY_PARAM_RSA_E))};
  }
  const std::size_t size = curve_of(type).coordinate;
  return {bytes_of_number(number_in(key, OSSL_PKEY_PARAM_EC_PUB_X), size),
          bytes_of_number(number_in(key, OSSL_PKEY_PARAM_EC_PUB_Y), size)};
}

// A foreign key, rebuilt from its components so that every key passes the same checks.
Result<PublicKey, KeyError> rebuilt(const EVP_PKEY* key) {
  const auto type = type_of(key);
  if (!type) return fault(KeyFault::unsupported_type, "only RSA, P-256, P-384 and P-521 keys can be used");
  const auto parts = components_of(key, *type);
  return *type == KeyType::rsa ? PublicKey::from_rsa(parts.first, parts.second)
                               : PublicKey::from_point(*type, parts.first, parts.second);
}

// How long r and s are together, or an RSA signature.
std::size_t signature_size(const PublicKey::Handle& handle) {
  return handle.type == KeyType::rsa ? static_cast<std::size_t>(EVP_PKEY_get_size(handle.key.get()))
                                     : 2 * curve_of(handle.type).coordinate;
}

std::string der_of_halves(std::string_view halves) {
  const EcdsaSignature signature{ECDSA_SIG_new()};
  require(signature != nullptr, "signature");
  BigNumber r = number_of(halves.substr(0, halves.size() / 2));
  BigNumber s = number_of(halves.substr(halves.size() / 2));
  require(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1, "signature");
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  unsigned char* to = bytes_of(der);
  require(i2d_ECDSA_SIG(signature.get(), &to) > 0, "signature");
  return der;
}

std::string halves_of_der(std::string_view der, std::size_t coordinate) {
  const unsigned char* from = bytes_of(der);
  const EcdsaSignature signature{d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size()))};
  require(signature != nullptr, "signature");
  const auto size = static_cast<int>(coordinate);
  std::string halves(2 * coordinate, '\0');
  require(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes_of(halves), size) == size &&
              BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes_of(halves) + coordinate, size) == size,
          "signature");
  return halves;
}

struct MessageDigest {
  std::array<std::uint8_t, 64> bytes;
  std::size_t size;
};

template <std::size_t N>
MessageDigest widened(const std::array<std::uint8_t, N>& digest) {
  MessageDigest wide{{}, N};
  std::ranges::copy(digest, wide.bytes.begin());
  return wide;
}

MessageDigest digest_for(Algorithm algorithm, std::string_view message) {
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::es256:
      return widened(sha256(message));
    case Algorithm::rs384:
    case Algorithm::es384:
      return widened(sha384(message));
    case Algorithm::rs512:
    case Algorithm::es512:
      return widened(sha512(message));
  }
  throw std::logic_error("unknown algorithm");
}

std::optional<std::string> try_sign(const PublicKey::Handle& handle, Algorithm algorithm,
                                    std::string_view message) {
  const MessageDigest digest = digest_for(algorithm, message);
  KeyContext context = handle.borrow(Operation::sign, algorithm);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(handle.key.get())), '\0');
  std::size_t size = signature.size();
  if (!succeeded(
          EVP_PKEY_sign(context.get(), bytes_of(signature), &size, digest.bytes.data(), digest.size))) {
    return std::nullopt;
  }
  handle.give_back(Operation::sign, algorithm, std::move(context));
  signature.resize(size);
  if (handle.type == KeyType::rsa) return signature;
  return halves_of_der(signature, curve_of(handle.type).coordinate);
}

// A file whose halves come from different keys would sign tokens that nobody can verify.
bool halves_belong_together(const PublicKey& as_public, const PublicKey::Handle& both) {
  constexpr std::string_view probe = "openirsa";
  constexpr Algorithm candidates[] = {Algorithm::rs256, Algorithm::es256, Algorithm::es384, Algorithm::es512};
  const auto algorithm = *std::ranges::find_if(candidates, [&](Algorithm a) { return fits(both.type, a); });
  const auto signature = try_sign(both, algorithm, probe);
  return signature && as_public.verify(algorithm, probe, *signature);
}

int refuse_password(char*, int, int, void*) { return -1; }

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  static constexpr std::string_view names[] = {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"};
  return names[static_cast<std::size_t>(algorithm)];
}

bool fits(KeyType type, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::rs384:
    case Algorithm::rs512:
      return type == KeyType::rsa;
    case Algorithm::es256:
      return type == KeyType::p256;
    case Algorithm::es384:
      return type == KeyType::p384;
    case Algorithm::es512:
      return type == KeyType::p521;
  }
  return false;
}

Result<PublicKey, KeyError> PublicKey::from_rsa(std::string_view modulus, std::string_view exponent) {
  // Bounds the work below on input that nobody has looked at.
  if (modulus.size() > 2 * largest_modulus / 8)
    return fault(KeyFault::too_large, "the modulus exceeds 8192 bits");
  if (exponent.size() > 2 * largest_modulus / 8)
    return fault(KeyFault::weak_exponent, "the exponent exceeds 32 bits");
  const BigNumber n = number_of(modulus);
  const BigNumber e = number_of(exponent);
  if (BN_num_bits(n.get()) < smallest_modulus)
    return fault(KeyFault::too_small, "the modulus is below 2048 bits");
  if (BN_num_bits(n.get()) > largest_modulus)
    return fault(KeyFault::too_large, "the modulus exceeds 8192 bits");
  if (BN_is_odd(n.get()) == 0) return fault(KeyFault::malformed, "the modulus is even");
  if (BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1) {
    return fault(KeyFault::weak_exponent, "the exponent is even or one");
  }
  if (BN_num_bits(e.get()) > longest_exponent)
    return fault(KeyFault::weak_exponent, "the exponent exceeds 32 bits");

  const ParameterBuilder builder{OSSL_PARAM_BLD_new()};
  require(builder != nullptr && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
              OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
          "RSA key");
  Pkey key = key_from("RSA", builder.get());
  if (!key) return fault(KeyFault::malformed, "modulus and exponent make no RSA key");
  return PublicKey{std::make_shared<const Handle>(std::move(key), KeyType::rsa)};
}

Result<PublicKey, KeyError> PublicKey::from_point(KeyType type, std::string_view x, std::string_view y) {
  if (type == KeyType::rsa) return fault(KeyFault::unsupported_type, "RSA keys have no curve");
  const Curve& curve = curve_of(type);
  if (x.size() != curve.coordinate || y.size() != curve.coordinate) {
    return fault(KeyFault::malformed, "a coordinate has not the curve's size");
  }
  std::string point = "\x04";  // SEC 1 §2.3.3: uncompressed
  point.append(x).append(y);
  const ParameterBuilder builder{OSSL_PARAM_BLD_new()};
  require(
      builder != nullptr &&
          OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.name, 0) == 1 &&
          OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                           point.size()) == 1,
      "curve key");
  // RFC 8725 §3.4: the import refuses a point off the curve; the three curves have cofactor 1, so no small
  // subgroups.
  Pkey key = key_from("EC", builder.get());
  if (!key) return fault(KeyFault::not_on_curve, "the point does not lie on the curve");
  return PublicKey{std::make_shared<const Handle>(std::move(key), type)};
}

Result<PublicKey, KeyError> PublicKey::from_der(std::string_view der) {
  const unsigned char* from = bytes_of(der);
  const Pkey key{d2i_PUBKEY(nullptr, &from, static_cast<long>(der.size()))};
  ERR_clear_error();
  if (!key) return fault(KeyFault::malformed, "not a DER public key");
  if (from != bytes_of(der) + der.size()) return fault(KeyFault::malformed, "bytes follow the public key");
  return rebuilt(key.get());
}

Result<PublicKey, KeyError> PublicKey::from_pem(std::string_view pem) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (!succeeded(PEM_read_bio(reading(pem).get(), &name, &header, &data, &size))) {
    return fault(KeyFault::malformed, "not a PEM text");
  }
  const std::string label{name};
  const std::string der{reinterpret_cast<char*>(data), static_cast<std::size_t>(size)};
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  if (label != PEM_STRING_PUBLIC)
    return fault(KeyFault::malformed, "the PEM text holds `" + label + "`, not PUBLIC KEY");
  return from_der(der);
}

KeyType PublicKey::type() const { return handle_->type; }
PublicKey::Components PublicKey::components() const {
  return components_of(handle_->key.get(), handle_->type);
}

std::string PublicKey::to_pem() const {
  const Bio bio = writing();
  require(PEM_write_bio_PUBKEY(bio.get(), handle_->key.get()) == 1, "public key to PEM");
  return written(bio);
}

std::string PublicKey::to_der() const {
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(handle_->key.get(), &data);
  require(size > 0, "public key to DER");
  std::string der{reinterpret_cast<char*>(data), static_cast<std::size_t>(size)};
  OPENSSL_free(data);
  return der;
}

bool PublicKey::verify(Algorithm algorithm, std::string_view message, std::string_view signature) const {
  if (!fits(handle_->type, algorithm)) return false;
  if (signature.size() != signature_size(*handle_)) return false;
  const MessageDigest digest = digest_for(algorithm, message);
  KeyContext context = handle_->borrow(Operation::verify, algorithm);
  std::string der;
  if (handle_->type != KeyType::rsa) signature = der = der_of_halves(signature);
  const bool held = succeeded(EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(),
                                              digest.bytes.data(), digest.size));
  handle_->give_back(Operation::verify, algorithm, std::move(context));
  return held;
}

PrivateKey PrivateKey::generate(KeyType type, int rsa_bits) {
  if (type == KeyType::rsa && (rsa_bits < smallest_modulus || rsa_bits > largest_modulus)) {
    throw std::invalid_argument("RSA keys have 2048 to 8192 bits");
  }
  Pkey key{type == KeyType::rsa ? EVP_RSA_gen(static_cast<unsigned int>(rsa_bits))
                                // EVP_EC_gen() without its cast of the name, which clang refuses
                                : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_of(type).name)};
  require(key != nullptr, "key generation");
  return PrivateKey{std::make_shared<const PublicKey::Handle>(std::move(key), type)};
}

Result<PrivateKey, KeyError> PrivateKey::from_pem(std::string_view pem) {
  Pkey key{PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, refuse_password, nullptr)};
  ERR_clear_error();
  if (!key) return fault(KeyFault::malformed, "not an unencrypted private key in PEM");
  const auto type = type_of(key.get());
  if (!type) return fault(KeyFault::unsupported_type, "only RSA, P-256, P-384 and P-521 keys can be used");
  auto as_public = rebuilt(key.get());
  if (!as_public) return std::move(as_public).error();
  PrivateKey made{std::make_shared<const PublicKey::Handle>(std::move(key), *type)};
  if (!halves_belong_together(*as_public, made.public_key().handle())) {
    return fault(KeyFault::malformed, "the private half does not belong to the public half");
  }
  return made;
}

Secret PrivateKey::to_pem() const {
  const Bio bio = writing();
  require(PEM_write_bio_PKCS8PrivateKey(bio.get(), public_.handle().key.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr) == 1,
          "private key to PEM");
  Secret pem{written(bio)};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  OPENSSL_cleanse(data, static_cast<std::size_t>(size));
  return pem;
}

std::string PrivateKey::sign(Algorithm algorithm, std::string_view message) const {
  if (!fits(type(), algorithm)) throw std::invalid_argument("the key does not make such signatures");
  auto signature = try_sign(public_.handle(), algorithm, message);
  require(signature.has_value(), "signature");
  return *std::move(signature);
}

}  // namespace openirsa::crypto
