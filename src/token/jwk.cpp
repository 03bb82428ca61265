#include "token/jwk.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::token {
namespace {

constexpr std::size_t most_keys_of_a_type = 100;  // AWS: 100 RSA and 100 EC keys

constexpr std::string_view private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

struct CurveName {
  crypto::KeyType type;
  std::string_view name;
};
constexpr CurveName curve_names[] = {
    {crypto::KeyType::p256, "P-256"}, {crypto::KeyType::p384, "P-384"}, {crypto::KeyType::p521, "P-521"}};

constexpr crypto::Algorithm every_algorithm[] = {crypto::Algorithm::rs256, crypto::Algorithm::rs384,
                                                 crypto::Algorithm::rs512, crypto::Algorithm::es256,
                                                 crypto::Algorithm::es384, crypto::Algorithm::es512};

JwkError malformed(std::string message) { return {JwkFault::malformed, std::move(message)}; }
JwkError unsupported(std::string message) { return {JwkFault::unsupported, std::move(message)}; }

Result<std::string, JwkError> bytes_of(const json::object& members, std::string_view name) {
  const auto text = find_string(members, name);
  auto bytes = text ? from_base64url(*text) : std::nullopt;
  if (!bytes) return malformed("`" + std::string{name} + "` is not canonical base64url");
  return *std::move(bytes);
}

Result<crypto::PublicKey, JwkError> checked(Result<crypto::PublicKey, crypto::KeyError> key) {
  if (!key) return malformed(key.error().message);
  return *std::move(key);
}

Result<crypto::PublicKey, JwkError> parse_rsa(const json::object& members) {
  auto n = bytes_of(members, "n");
  if (!n) return std::move(n).error();
  auto e = bytes_of(members, "e");
  if (!e) return std::move(e).error();
  // RFC 7518 §2, Base64urlUInt: the least number of octets, so that one key has one text.
  if (n->starts_with('\0') || e->starts_with('\0')) return malformed("`n` or `e` has leading zeros");
  return checked(crypto::PublicKey::from_rsa(*n, *e));
}

Result<crypto::PublicKey, JwkError> parse_curve(const json::object& members) {
  const auto name = find_string(members, "crv");
  if (!name) return malformed("`crv` is missing");
  const auto* curve = std::ranges::find(curve_names, *name, &CurveName::name);
  if (curve == std::end(curve_names)) return unsupported("curve `" + std::string{*name} + "` cannot be used");
  auto x = bytes_of(members, "x");
  if (!x) return std::move(x).error();
  auto y = bytes_of(members, "y");
  if (!y) return std::move(y).error();
  return checked(crypto::PublicKey::from_point(curve->type, *x, *y));
}

// What the key may be used for: nothing when that is verifying signatures.
std::optional<JwkError> judge_purpose(const json::object& members) {
  // RFC 7517 §4.2.
  if (find_member(members, "use") != nullptr && find_string(members, "use") != "sig") {
    return unsupported("`use` is not sig");
  }
  // RFC 7517 §4.3.
  if (find_member(members, "key_ops") != nullptr) {
    const json::array* operations = find_array(members, "key_ops");
    if (operations == nullptr || std::ranges::count(*operations, json::value("verify")) == 0) {
      return unsupported("`key_ops` has no verify");
    }
  }
  return std::nullopt;
}

// `alg`, which must be one that the key can make.
Result<std::optional<crypto::Algorithm>, JwkError> parse_algorithm(const json::object& members,
                                                                   crypto::KeyType type) {
  if (find_member(members, "alg") == nullptr) return std::optional<crypto::Algorithm>{};
  const auto name = find_string(members, "alg");
  if (!name) return malformed("`alg` is not a string");
  const auto* algorithm = std::ranges::find(every_algorithm, *name, crypto::name_of);
  if (algorithm == std::end(every_algorithm) || !crypto::fits(type, *algorithm)) {
    return unsupported("algorithm `" + std::string{*name} + "` cannot be used with this key");
  }
  return std::optional{*algorithm};
}

// The id that too many keys share which one token could be tried with, if there is one.
std::optional<std::string> crowded_id(const std::vector<Jwk>& keys) {
  for (const crypto::Algorithm algorithm : every_algorithm) {
    std::vector<std::string_view> ids;
    for (const Jwk& key : keys) {
      if (key.key_id && crypto::fits(key.key.type(), algorithm) &&
          (!key.algorithm || *key.algorithm == algorithm)) {
        ids.push_back(*key.key_id);
      }
    }
    std::ranges::sort(ids);
    for (std::size_t i = JwkSet::most_keys_of_an_id; i < ids.size(); ++i) {
      if (ids[i - JwkSet::most_keys_of_an_id] == ids[i]) return std::string(utf8_prefix(ids[i], 64));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Jwk, JwkError> parse_jwk(const json::object& members) {
  // Before everything else: a private key is called one, whatever else is wrong with it.
  for (const auto name : private_members) {
    if (find_member(members, name) != nullptr) {
      return JwkError{JwkFault::private_key, "member `" + std::string{name} + "` belongs to a private key"};
    }
  }
  const auto type = find_string(members, "kty");
  if (!type) return malformed("`kty` is missing");  // RFC 7517 §4.1
  if (*type != "RSA" && *type != "EC") return unsupported("type `" + std::string{*type} + "` cannot be used");
  if (auto error = judge_purpose(members)) return *std::move(error);
  const auto key_id = find_string(members, "kid");
  if (!key_id && find_member(members, "kid") != nullptr) return malformed("`kid` is not a string");

  auto key = *type == "RSA" ? parse_rsa(members) : parse_curve(members);
  if (!key) return std::move(key).error();
  auto algorithm = parse_algorithm(members, key->type());
  if (!algorithm) return std::move(algorithm).error();
  return Jwk{key_id ? std::optional<std::string>{*key_id} : std::nullopt, *algorithm, *std::move(key)};
}

json::object to_json(const Jwk& key) {
  const bool rsa = key.key.type() == crypto::KeyType::rsa;
  json::object members{{"kty", rsa ? "RSA" : "EC"}, {"use", "sig"}};
  if (key.key_id) members.emplace("kid", *key.key_id);
  if (key.algorithm) members.emplace("alg", crypto::name_of(*key.algorithm));
  if (!rsa) members.emplace("crv", std::ranges::find(curve_names, key.key.type(), &CurveName::type)->name);
  const auto parts = key.key.components();
  members.emplace(rsa ? "n" : "x", to_base64url(parts.first));
  members.emplace(rsa ? "e" : "y", to_base64url(parts.second));
  return members;
}

Result<JwkSet, JwkError> JwkSet::parse(std::string_view text) {
  const auto document = parse_json_object(text);
  if (!document) return malformed(document.error().message);
  const json::array* entries = find_array(*document, "keys");
  if (entries == nullptr) return malformed("`keys` is not an array");  // RFC 7517 §5.1

  for (const std::string_view type : {"RSA", "EC"}) {
    const auto of_type = std::ranges::count_if(*entries, [&](const json::value& entry) {
      return entry.is_object() && find_string(entry.get_object(), "kty") == type;
    });
    if (static_cast<std::size_t>(of_type) > most_keys_of_a_type) {
      return JwkError{JwkFault::too_many_keys, "more than 100 keys of type " + std::string{type}};
    }
  }
  JwkSet set{{}};
  for (const json::value& entry : *entries) {
    auto key = entry.is_object() ? parse_jwk(entry.get_object()) : malformed("a key is not an object");
    if (key) {
      set.keys_.push_back(*std::move(key));
    } else {
      ++set.unusable_;  // RFC 7517 §5: unknown and odd keys do not hide the others
    }
  }
  if (set.keys_.empty()) return JwkError{JwkFault::no_keys, "no key of the set can be used"};
  if (const auto id = crowded_id(set.keys_)) {
    return JwkError{JwkFault::too_many_keys, "more than " + std::to_string(most_keys_of_an_id) +
                                                 " keys of one `kid` (`" + *id +
                                                 "`) for one algorithm; give each key an id of its own"};
  }
  return set;
}

std::string JwkSet::to_text() const {
  json::array keys;
  for (const Jwk& key : keys_) keys.push_back(to_json(key));
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

}  // namespace openirsa::token
