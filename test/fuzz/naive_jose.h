// Second readings for the JOSE targets, on nlohmann-json and OpenSSL alone.
#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openirsa::fuzz {

using Second = nlohmann::json;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// Base64url in its one form: the letters, bit by bit, and no spare bit set.
inline std::optional<std::string> naive_base64url(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = letters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = held << 6U | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits);
    held &= (1U << bits) - 1;
  }
  if (held != 0) return std::nullopt;
  return bytes;
}

struct NaiveObject {
  std::optional<Second> members;  // nothing when the text is no object or is refused
  bool fractional =
      false;  // holds a number with a fraction or an exponent: see json_fuzz for what is left open
};

// An object without duplicate names, at most `deepest` levels deep.
inline NaiveObject naive_object(std::string_view text, int deepest) {
  NaiveObject object;
  if (text.starts_with("\xEF\xBB\xBF") || text.find('\0') != std::string_view::npos) return object;
  using Event = Second::parse_event_t;
  bool refused = false;
  std::vector<std::vector<std::string>> names;
  const auto watch = [&](int depth, Event event, Second& part) {
    if (event == Event::object_start || event == Event::array_start) {
      refused = refused || depth + 1 > deepest;
      names.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      names.pop_back();
    } else if (event == Event::key) {
      const auto name = part.get<std::string>();
      for (const std::string& other : names.back()) refused = refused || other == name;
      names.back().push_back(name);
    } else {
      object.fractional = object.fractional || part.is_number_float();
    }
    return true;
  };
  auto document = Second::parse(text, watch, false);
  if (!refused && document.is_object()) object.members = std::move(document);
  return object;
}

inline Key key_of_pem(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Key key(PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr), EVP_PKEY_free);
  BIO_free(bio);
  return key;
}

// DER of r and s, written by hand (X.690 §8.3): SEQUENCE of two INTEGERs.
inline std::string der_of(std::string_view halves) {
  const auto length = [](std::size_t size) {
    return size < 0x80 ? std::string(1, static_cast<char>(size))
                       : std::string{'\x81', static_cast<char>(size)};
  };
  std::string inside;
  for (std::string_view half : {halves.substr(0, halves.size() / 2), halves.substr(halves.size() / 2)}) {
    while (half.size() > 1 && half.front() == '\0') half.remove_prefix(1);
    const bool high = (static_cast<unsigned char>(half.front()) & 0x80U) != 0;
    inside += '\x02' + length(half.size() + (high ? 1 : 0)) + (high ? std::string(1, '\0') : "");
    inside += half;
  }
  return '\x30' + length(inside.size()) + inside;
}

// RFC 7518 §3.3 and §3.4 by OpenSSL's one call. `algorithm` is one of the six.
inline bool openssl_verifies(EVP_PKEY* key, const std::string& algorithm, std::string_view input,
                             std::string signature) {
  const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
  if (rsa != algorithm.starts_with("RS")) return false;
  if (rsa) {
    if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key))) return false;
  } else {
    const std::size_t coordinate = algorithm == "ES256" ? 32 : algorithm == "ES384" ? 48 : 66;
    if (static_cast<std::size_t>(EVP_PKEY_get_bits(key) + 7) / 8 != coordinate) return false;
    if (signature.size() != 2 * coordinate) return false;
    signature = der_of(signature);
  }
  const EVP_MD* digest = algorithm.ends_with("256")   ? EVP_sha256()
                         : algorithm.ends_with("384") ? EVP_sha384()
                                                      : EVP_sha512();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool held =
      EVP_DigestVerifyInit(context, nullptr, digest, nullptr, key) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(input.data()), input.size()) == 1;
  EVP_MD_CTX_free(context);
  return held;
}

}  // namespace openirsa::fuzz
