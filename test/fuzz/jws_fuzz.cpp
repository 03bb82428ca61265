// Is a signed token accepted exactly when a second reading (nlohmann-json, OpenSSL's own verification)
// accepts the same bytes? Input: a line that says how the token is made, a line with its header, and its
// payload. The first line:
// `-` takes the rest as the token itself; else a digit chooses the key that signs, a digit the algorithm, `1`
// or `m` the key set that verifies, and pairs of letters change the signature (see `spoil`).
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "fuzz.h"
#include "naive_jose.h"
#include "token/signer.h"
#include "token/verifier.h"

namespace {

using namespace openirsa;
using fuzz::require;
using fuzz::Second;
using token::Jwk;
using token::JwkSet;

constexpr std::int64_t now = 1795521600;
const std::string issuer = "https://a.example";
const std::vector<std::string> client_ids{"sts.amazonaws.com", "b"};

struct World {
  // By the digit that chooses them.
  const std::array<crypto::PrivateKey, 5> signers{crypto::PrivateKey::generate(crypto::KeyType::rsa),
                                                  crypto::PrivateKey::generate(crypto::KeyType::rsa),
                                                  crypto::PrivateKey::generate(crypto::KeyType::p256),
                                                  crypto::PrivateKey::generate(crypto::KeyType::p384),
                                                  crypto::PrivateKey::generate(crypto::KeyType::p521)};
  const JwkSet one{{Jwk{std::nullopt, std::nullopt, signers[2].public_key()}}};
  // `a` twice with different types, `r` bound to RS512, `x` without a known id.
  const JwkSet many{{Jwk{"a", std::nullopt, signers[0].public_key()},
                     Jwk{"r", crypto::Algorithm::rs512, signers[1].public_key()},
                     Jwk{"a", std::nullopt, signers[2].public_key()},
                     Jwk{"c", crypto::Algorithm::es384, signers[3].public_key()},
                     Jwk{std::nullopt, std::nullopt, signers[4].public_key()},
                     Jwk{"e", std::nullopt, signers[4].public_key()}}};
};
const World& world() {
  static const World made;
  return made;
}

constexpr crypto::Algorithm of_rsa[] = {crypto::Algorithm::rs256, crypto::Algorithm::rs384,
                                        crypto::Algorithm::rs512};

void spoil(std::string& signature, std::string_view ways) {
  for (; ways.size() >= 2; ways.remove_prefix(2)) {
    const auto amount = static_cast<unsigned char>(ways[1]);
    switch (ways[0]) {
      case 'f':
        if (!signature.empty()) {
          char& byte = signature[amount * 7U % signature.size()];
          byte = static_cast<char>(byte ^ (1 << amount % 8));
        }
        break;
      case 't':
        signature.resize(signature.size() - std::min<std::size_t>(amount % 16, signature.size()));
        break;
      case 'z':  // the front half is zero
        std::fill_n(signature.begin(), signature.size() / 2, '\0');
        break;
      case 's':  // the halves change places
        std::rotate(signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(signature.size() / 2),
                    signature.end());
        break;
      case 'p':
        signature.insert(0, 1, '\0');
        break;
      case 'a':
        signature += static_cast<char>(amount);
        break;
      case 'd':
        if (signature.size() >= 2) signature = fuzz::der_of(signature);
        break;
      default:
        break;
    }
  }
}

struct Made {
  std::string text;
  const JwkSet* keys;
};

Made make_token(std::string_view input) {
  fuzz::Lines lines(input);
  std::string_view recipe = lines.next();
  if (recipe.size() < 3 || recipe.front() == '-') return {std::string(lines.rest()), &world().many};
  const crypto::PrivateKey& signer = world().signers[static_cast<unsigned char>(recipe[0]) % 5];
  const auto digit = static_cast<unsigned char>(recipe[1]);
  crypto::Algorithm algorithm = of_rsa[digit % 3];
  if (signer.type() == crypto::KeyType::p256) algorithm = crypto::Algorithm::es256;
  if (signer.type() == crypto::KeyType::p384) algorithm = crypto::Algorithm::es384;
  if (signer.type() == crypto::KeyType::p521) algorithm = crypto::Algorithm::es512;
  const JwkSet* keys = recipe[2] == '1' ? &world().one : &world().many;
  const std::string_view header = lines.next();
  std::string text = to_base64url(header) + '.' + to_base64url(lines.rest());
  std::string signature = signer.sign(algorithm, text);
  spoil(signature, recipe.substr(3));
  text += '.' + to_base64url(signature);
  return {std::move(text), keys};
}

std::optional<std::array<std::string, 3>> segments_of(const std::string& text) {
  if (text.size() > 20000 || std::ranges::count(text, '.') != 2) return std::nullopt;
  const std::size_t first = text.find('.');
  const std::size_t second = text.rfind('.');
  return std::array{text.substr(0, first), text.substr(first + 1, second - first - 1),
                    text.substr(second + 1)};
}

bool is_text(const Second& object, const char* name) {
  return object.contains(name) && object[name].is_string();
}

// RFC 7515 §4 and RFC 8725 §3, and what the header of signed_token.h adds.
bool header_is_good(const Second& header) {
  if (!is_text(header, "alg") || header.contains("crit") || header.contains("enc")) return false;
  if (header.contains("kid") && !header["kid"].is_string()) return false;
  if (header.contains("b64") && header["b64"] != Second(true)) return false;
  if (!header.contains("typ")) return true;
  if (!header["typ"].is_string()) return false;
  const std::string type = to_lower(header["typ"].get<std::string>());
  return type == "jwt" || type == "application/jwt";
}

bool some_key_verifies(const Second& header, const std::string& input, const std::string& signature,
                       const JwkSet& keys) {
  const std::string algorithm = header["alg"];
  if (!std::ranges::count(std::array{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}, algorithm))
    return false;
  if (!header.contains("kid") && keys.keys().size() > 1) return false;
  return std::ranges::any_of(keys.keys(), [&](const Jwk& key) {
    if (header.contains("kid") && (!key.key_id || *key.key_id != header["kid"].get<std::string>()))
      return false;
    if (key.algorithm && crypto::name_of(*key.algorithm) != algorithm) return false;
    static std::map<const Jwk*, fuzz::Key> loaded;
    auto at = loaded.find(&key);
    if (at == loaded.end()) at = loaded.emplace(&key, fuzz::key_of_pem(key.key.to_pem())).first;
    return fuzz::openssl_verifies(at->second.get(), algorithm, input, signature);
  });
}

bool is_date(const Second& claims, const char* name) {
  const Second& value = claims[name];
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > 253402300799U) return false;
  return value.get<std::int64_t>() >= 0 && value.get<std::int64_t>() <= 253402300799;
}

bool is_filled_text(const Second& claims, const char* name) {
  return is_text(claims, name) && !claims[name].get_ref<const std::string&>().empty();
}

// OpenID Connect Core §3.1.3.7 and RFC 7519 §4.1, as verifier.h promises it.
bool claims_are_good(const Second& claims) {
  if (!is_filled_text(claims, "iss") || claims["iss"] != Second(issuer) || !is_filled_text(claims, "sub"))
    return false;
  if (!claims.contains("aud")) return false;
  std::vector<std::string> audiences;
  if (claims["aud"].is_string()) {
    audiences.push_back(claims["aud"]);
  } else {
    if (!claims["aud"].is_array() || claims["aud"].empty()) return false;
    for (const Second& one : claims["aud"]) {
      if (!one.is_string()) return false;
      audiences.push_back(one);
    }
  }
  if (claims.contains("azp") && !claims["azp"].is_string()) return false;
  if (!claims.contains("azp") && audiences.size() > 1) return false;
  const std::string audience = claims.contains("azp") ? claims["azp"].get<std::string>() : audiences.front();
  if (std::ranges::count(client_ids, audience) == 0) return false;
  for (const char* name : {"exp", "iat"}) {
    if (!claims.contains(name) || !is_date(claims, name)) return false;
  }
  if (claims["exp"].get<std::int64_t>() <= now - 300 || claims["iat"].get<std::int64_t>() > now + 300)
    return false;
  return !claims.contains("nbf") ||
         (is_date(claims, "nbf") && claims["nbf"].get<std::int64_t>() <= now + 300);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Made made = make_token(fuzz::text_of(data, size));
  const auto verified = token::TokenVerifier::verify_jws(made.text, *made.keys);
  const auto parsed = token::SignedToken::parse(made.text);
  const token::Expectation expected{issuer, &client_ids};
  const bool believed =
      parsed && token::TokenVerifier::verify(*parsed, expected, *made.keys, time_of_seconds(now));
  require(verified || !verified.error().detail.empty(), "a refusal says why");

  const auto segments = segments_of(made.text);
  const auto header_text = segments ? fuzz::naive_base64url((*segments)[0]) : std::nullopt;
  const auto payload = segments ? fuzz::naive_base64url((*segments)[1]) : std::nullopt;
  const auto signature = segments ? fuzz::naive_base64url((*segments)[2]) : std::nullopt;
  if (!header_text || !payload || !signature) {
    require(!verified && !parsed, "three segments of canonical base64url");
    return 0;
  }
  const auto [header, header_fractional] = fuzz::naive_object(*header_text, 8);
  if (header_fractional) return 0;
  const bool good = header && header_is_good(*header);
  const bool held =
      good && some_key_verifies(*header, (*segments)[0] + '.' + (*segments)[1], *signature, *made.keys);
  require(bool(verified) == held, "a signature is believed exactly when OpenSSL believes it");
  require(!verified || *verified == *payload, "the payload is what was signed");
  const auto [claims, claims_fractional] = fuzz::naive_object(*payload, 64);
  if (claims_fractional) return 0;
  require(bool(parsed) == (good && claims), "a token is parsed exactly when both readers can");
  const token::Expectation young{issuer, &client_ids, std::chrono::seconds{300}, std::chrono::seconds{600}};
  const bool fresh = parsed && token::TokenVerifier::verify(*parsed, young, *made.keys, time_of_seconds(now));
  require(fresh == (believed && (*claims)["iat"].get<std::int64_t>() >= now - 900),
          "and only while it is young");
  require(believed == (held && claims && claims_are_good(*claims)),
          "an identity is believed exactly when it may be");
  if (parsed && is_text(*claims, "iss")) {
    require(parsed->unverified_issuer() == (*claims)["iss"].get<std::string>(),
            "both readers see the same issuer");
  }
  return 0;
}
