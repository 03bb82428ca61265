#include "own/key_material.h"

#include <algorithm>

#include "base/time_text.h"
#include "crypto/certificate.h"
#include "token/jwk.h"

namespace openirsa::own {
namespace {

std::optional<std::string> fault_of_size(std::string_view text) {
  if (text.size() <= longest_key_material) return std::nullopt;
  return "is longer than " + std::to_string(longest_key_material) + " bytes";
}

Result<token::Jwk, token::JwkError> read_key(const json::value& entry) {
  if (const auto* members = entry.if_object()) return token::parse_jwk(*members);
  return token::JwkError{token::JwkFault::malformed, "a key is not an object"};
}

std::string place_of(std::size_t index) { return "keys[" + std::to_string(index) + "]"; }

// The first few are enough to go on with.
std::string reasons_of(const json::array& entries) {
  constexpr std::size_t enough = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(entries.size(), enough); ++i) {
    const auto key = read_key(entries[i]);
    if (!key) text += "; " + place_of(i) + ": " + key.error().message;
  }
  return text;
}

json::object facts_of_key(const token::Jwk& key) {
  const json::object members = token::to_json(key);
  json::object facts;
  if (key.key_id) facts["keyId"] = *key.key_id;
  facts["keyType"] = members.at("kty");
  if (const auto* curve = find_member(members, "crv")) facts["curve"] = *curve;
  if (const auto* algorithm = find_member(members, "alg")) facts["algorithm"] = *algorithm;
  return facts;
}

json::object facts_of_unusable(std::size_t index, const json::value& entry, std::string_view reason) {
  json::object facts{{"index", index}};
  const auto* members = entry.if_object();
  if (const auto key_id = members == nullptr ? std::nullopt : find_string(*members, "kid"))
    facts["keyId"] = *key_id;
  facts["reason"] = reason;
  return facts;
}

}  // namespace

std::optional<std::string> fault_of_key_set(std::string_view jwks) {
  if (auto fault = fault_of_size(jwks)) return fault;
  const auto set = token::JwkSet::parse(jwks);
  const bool nothing_usable = !set && set.error().code == token::JwkFault::no_keys;
  if (!set && set.error().code == token::JwkFault::too_many_keys) return "holds " + set.error().message;
  if (!set && !nothing_usable) return "is not a key set: " + set.error().message;
  const json::object document = *parse_json_object(jwks);
  const json::array& entries = *find_array(document, "keys");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto key = read_key(entries[i]);
    if (key || key.error().code != token::JwkFault::private_key) continue;
    return "holds a private or symmetric key: in " + place_of(i) + ", " + key.error().message +
           "; give public keys alone, and replace that key";
  }
  if (nothing_usable) return "has no key that can verify a token" + reasons_of(entries);
  return std::nullopt;
}

std::optional<std::string> fault_of_authority(std::string_view pem, Time now) {
  if (auto fault = fault_of_size(pem)) return fault;
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos)
    return "holds a private key; give certificates alone, and replace that key";
  const auto certificates = crypto::inspect_pem(pem);
  if (!certificates) return "is not certificates in PEM: " + certificates.error().message;
  for (const auto& certificate : *certificates) {
    const std::string name = "certificate `" + certificate.subject + "`, which ";
    if (!certificate.authority)
      return "holds " + name + "is not an authority's; give the certificate of the authority that signed it";
    if (certificate.not_after <= now)
      return "holds " + name + "expired on " + to_iso8601(certificate.not_after);
    if (certificate.not_before > now)
      return "holds " + name + "is not valid before " + to_iso8601(certificate.not_before);
  }
  return std::nullopt;
}

KeySetFacts facts_of_key_set(std::string_view jwks) {
  KeySetFacts facts;
  const auto document = parse_json_object(jwks);
  const json::array* entries = document ? find_array(*document, "keys") : nullptr;
  for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
    const auto key = read_key((*entries)[i]);
    if (key)
      facts.keys.push_back(facts_of_key(*key));
    else
      facts.unusable.push_back(facts_of_unusable(i, (*entries)[i], key.error().message));
  }
  return facts;
}

}  // namespace openirsa::own
