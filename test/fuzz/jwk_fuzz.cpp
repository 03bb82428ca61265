// Are the keys of a key set exactly those that a second reading of RFC 7517 and RFC 7518 on nlohmann-json and
// OpenSSL finds usable, and do keys survive every form in which we write them?
#include <openssl/bn.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "fuzz.h"
#include "naive_jose.h"
#include "token/jwk.h"
#include "token/signer.h"

namespace {

using namespace openirsa;
using fuzz::require;
using fuzz::Second;

std::optional<std::string> bytes_at(const Second& key, const char* name) {
  if (!key.contains(name) || !key[name].is_string()) return std::nullopt;
  return fuzz::naive_base64url(key[name].get<std::string>());
}

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
Number number_of(const std::string& bytes) {
  return {BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()),
                    nullptr),
          BN_free};
}

// RFC 7518 §6.3.1, with the bounds of crypto/key.h.
bool is_rsa_key(const Second& key) {
  const auto n = bytes_at(key, "n");
  const auto e = bytes_at(key, "e");
  if (!n || !e || n->starts_with('\0') || e->starts_with('\0')) return false;
  const Number modulus = number_of(*n);
  const Number exponent = number_of(*e);
  const int bits = BN_num_bits(modulus.get());
  return bits >= 2048 && bits <= 8192 && BN_is_odd(modulus.get()) == 1 && BN_is_odd(exponent.get()) == 1 &&
         BN_is_one(exponent.get()) == 0 && BN_num_bits(exponent.get()) <= 32;
}

// RFC 7518 §6.2.1: y² = x³ + ax + b below the prime, by big-number arithmetic alone.
bool is_point(const std::string& x_bytes, const std::string& y_bytes, int group) {
  EC_GROUP* curve = EC_GROUP_new_by_curve_name(group);
  BN_CTX* scratch = BN_CTX_new();
  const Number x = number_of(x_bytes);
  const Number y = number_of(y_bytes);
  const Number p(BN_new(), BN_free);
  const Number a(BN_new(), BN_free);
  const Number b(BN_new(), BN_free);
  const Number left(BN_new(), BN_free);
  const Number right(BN_new(), BN_free);
  EC_GROUP_get_curve(curve, p.get(), a.get(), b.get(), scratch);
  BN_mod_sqr(left.get(), y.get(), p.get(), scratch);
  BN_mod_sqr(right.get(), x.get(), p.get(), scratch);
  BN_mod_add(right.get(), right.get(), a.get(), p.get(), scratch);
  BN_mod_mul(right.get(), right.get(), x.get(), p.get(), scratch);
  BN_mod_add(right.get(), right.get(), b.get(), p.get(), scratch);
  const bool on =
      BN_cmp(x.get(), p.get()) < 0 && BN_cmp(y.get(), p.get()) < 0 && BN_cmp(left.get(), right.get()) == 0;
  BN_CTX_free(scratch);
  EC_GROUP_free(curve);
  return on;
}

struct Curve {
  std::string_view name;
  std::size_t size;
  int group;
  std::string_view algorithm;
};
constexpr std::array<Curve, 3> curves{{{"P-256", 32, NID_X9_62_prime256v1, "ES256"},
                                       {"P-384", 48, NID_secp384r1, "ES384"},
                                       {"P-521", 66, NID_secp521r1, "ES512"}}};

bool algorithm_fits(const Second& key, std::initializer_list<std::string_view> allowed) {
  if (!key.contains("alg")) return true;
  return key["alg"].is_string() && std::ranges::count(allowed, key["alg"].get_ref<const std::string&>()) == 1;
}

bool is_curve_key(const Second& key) {
  if (!key.contains("crv") || !key["crv"].is_string()) return false;
  const auto* curve = std::ranges::find(curves, key["crv"].get_ref<const std::string&>(), &Curve::name);
  if (curve == curves.end()) return false;
  const auto x = bytes_at(key, "x");
  const auto y = bytes_at(key, "y");
  return x && y && x->size() == curve->size && y->size() == curve->size && is_point(*x, *y, curve->group) &&
         algorithm_fits(key, {curve->algorithm});
}

bool is_usable(const Second& key) {
  if (!key.is_object() || !key.contains("kty") || !key["kty"].is_string()) return false;
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    if (key.contains(name)) return false;
  }
  if (key.contains("use") && key["use"] != Second("sig")) return false;
  if (key.contains("key_ops")) {
    const Second& uses = key["key_ops"];
    if (!uses.is_array() || std::ranges::count(uses, Second("verify")) == 0) return false;
  }
  if (key.contains("kid") && !key["kid"].is_string()) return false;
  if (key["kty"] == Second("RSA")) return is_rsa_key(key) && algorithm_fits(key, {"RS256", "RS384", "RS512"});
  return key["kty"] == Second("EC") && is_curve_key(key);
}

// Whether a token of the algorithm may have to be tried with the key.
bool may_sign(const Second& key, const std::string& algorithm) {
  if (!is_usable(key)) return false;
  if (key.contains("alg")) return key["alg"] == Second(algorithm);
  if (key["kty"] == Second("RSA")) return algorithm.starts_with("RS");
  const auto* curve = std::ranges::find(curves, key["crv"].get_ref<const std::string&>(), &Curve::name);
  return curve->algorithm == algorithm;
}

// Whether some token would have to be tried with more than two keys (token/jwk.h).
bool is_crowded(const Second& keys) {
  for (const char* algorithm : {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}) {
    std::map<std::string, int> tried;
    for (const Second& key : keys) {
      if (!may_sign(key, algorithm) || !key.contains("kid")) continue;
      if (++tried[key["kid"].get<std::string>()] > 2) return true;
    }
  }
  return false;
}

bool same(const token::Jwk& a, const token::Jwk& b) {
  return a.key_id == b.key_id && a.algorithm == b.algorithm && a.key.to_der() == b.key.to_der();
}

void check_forms(const token::Jwk& key) {
  const auto pem = crypto::PublicKey::from_pem(key.key.to_pem());
  const auto der = crypto::PublicKey::from_der(key.key.to_der());
  require(pem && der && pem->to_der() == key.key.to_der() && der->to_pem() == key.key.to_pem(),
          "PEM and DER hold it");
  require(crypto::PublicKey::from_der(key.key.to_der() + '\0').error().code == crypto::KeyFault::malformed,
          "nothing follows a key");
  const auto again = token::parse_jwk(token::to_json(key));
  require(again && same(*again, key), "a JWK holds it");
  require(token::key_id_of(key.key).size() == 43, "a thumbprint is SHA-256 in base64url");
  require(!key.key.verify(crypto::Algorithm::rs256, "x", "") &&
              !key.key.verify(crypto::Algorithm::es256, "x", ""),
          "an empty signature is none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto set = token::JwkSet::parse(text);
  require(set || !set.error().message.empty(), "a refusal says why");
  if (set) {
    require(!set->keys().empty() && set->keys().size() <= 200, "some keys, and not too many");
    for (const token::Jwk& key : set->keys()) check_forms(key);
    const auto again = token::JwkSet::parse(set->to_text());
    require(again && again->unusable() == 0 && std::ranges::equal(again->keys(), set->keys(), same),
            "a written set is read back");
  }
  const auto [document, fractional] = fuzz::naive_object(text, 64);
  if (fractional) return 0;
  if (!document || !document->contains("keys") || !(*document)["keys"].is_array()) {
    require(!set, "a set is an object with keys");
    return 0;
  }
  const Second& keys = (*document)["keys"];
  for (const char* type : {"RSA", "EC"}) {
    const auto of_type = [&](const Second& key) {
      return key.is_object() && key.contains("kty") && key["kty"] == Second(type);
    };
    if (std::ranges::count_if(keys, of_type) > 100) {
      require(!set, "at most a hundred keys of a type");
      return 0;
    }
  }
  if (is_crowded(keys)) {
    require(!set, "at most two keys of an id for an algorithm");
    return 0;
  }
  const auto usable = static_cast<std::size_t>(std::ranges::count_if(keys, is_usable));
  require(set ? set->keys().size() == usable && set->unusable() == keys.size() - usable : usable == 0,
          "both readers find the same keys usable");
  return 0;
}
