#include "crypto/aead.h"

#include <array>

#include "base/secret.h"
#include "crypto/openssl.h"
#include "crypto/random.h"

namespace openirsa::crypto {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
static_assert(aead_overhead == nonce_size + tag_size);

constexpr std::array<char, nonce_size> zeros{};
constexpr std::string_view zero_nonce{zeros.data(), zeros.size()};

// The cipher is set once per context: setting it again would free and allocate its state on every message.
CipherContext make_context(bool sealing) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CipherContext context{EVP_CIPHER_CTX_new()};
  require(cipher != nullptr && context != nullptr &&
              EVP_CipherInit_ex2(context.get(), cipher, nullptr, nullptr, sealing ? 1 : 0, nullptr) == 1,
          "AES-256-GCM");
  return context;
}

int length_of(std::string_view bytes) {
  require(bytes.size() < (std::size_t{1} << 30), "AES-256-GCM: the message is too long");
  return static_cast<int>(bytes.size());
}

void begin(EVP_CIPHER_CTX* context, std::string_view key, std::string_view nonce,
           std::string_view associated) {
  if (key.size() != key_size) throw std::invalid_argument("an AES-256-GCM key has 32 bytes");
  int used = 0;
  require(EVP_CipherInit_ex2(context, nullptr, bytes_of(key), bytes_of(nonce), -1, nullptr) == 1,
          "AES-256-GCM key");
  require(associated.empty() ||
              EVP_CipherUpdate(context, nullptr, &used, bytes_of(associated), length_of(associated)) == 1,
          "AES-256-GCM associated data");
}

// Appends ciphertext ‖ tag.
void seal_into(std::string& out, std::string_view key, std::string_view nonce, std::string_view plain,
               std::string_view associated) {
  thread_local const CipherContext context = make_context(true);
  begin(context.get(), key, nonce, associated);
  const std::size_t start = out.size();
  out.resize(start + plain.size() + tag_size);
  unsigned char* to = bytes_of(out) + start;
  int used = 0;
  int rest = 0;
  require(EVP_EncryptUpdate(context.get(), to, &used, bytes_of(plain), length_of(plain)) == 1 &&
              EVP_EncryptFinal_ex(context.get(), to + used, &rest) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, to + plain.size()) == 1,
          "AES-256-GCM");
}

std::optional<std::string> open_with(std::string_view key, std::string_view nonce, std::string_view sealed,
                                     std::string_view associated) {
  if (sealed.size() < tag_size) return std::nullopt;
  thread_local const CipherContext context = make_context(false);
  begin(context.get(), key, nonce, associated);
  const std::string_view cipher_text = sealed.substr(0, sealed.size() - tag_size);
  std::string tag{sealed.substr(cipher_text.size())};
  std::string plain(cipher_text.size(), '\0');
  int used = 0;
  int rest = 0;
  require(EVP_DecryptUpdate(context.get(), bytes_of(plain), &used, bytes_of(cipher_text),
                            length_of(cipher_text)) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1,
          "AES-256-GCM");
  if (!succeeded(EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + used, &rest))) {
    wipe(plain);
    return std::nullopt;
  }
  return plain;
}

}  // namespace

std::string aead_seal(std::string_view key, std::string_view plain, std::string_view associated) {
  std::string sealed = random_bytes(nonce_size);
  sealed.reserve(plain.size() + aead_overhead);
  const std::string nonce = sealed;
  seal_into(sealed, key, nonce, plain, associated);
  return sealed;
}

std::optional<std::string> aead_open(std::string_view key, std::string_view sealed,
                                     std::string_view associated) {
  if (sealed.size() < aead_overhead) return std::nullopt;
  return open_with(key, sealed.substr(0, nonce_size), sealed.substr(nonce_size), associated);
}

std::string aead_seal_once(std::string_view key, std::string_view plain, std::string_view associated) {
  std::string sealed;
  seal_into(sealed, key, zero_nonce, plain, associated);
  return sealed;
}

void aead_append_once(std::string& out, std::string_view key, std::string_view plain,
                      std::string_view associated) {
  seal_into(out, key, zero_nonce, plain, associated);
}

std::optional<std::string> aead_open_once(std::string_view key, std::string_view sealed,
                                          std::string_view associated) {
  return open_with(key, zero_nonce, sealed, associated);
}

}  // namespace openirsa::crypto
