#include "crypto/random.h"

#include <openssl/rand.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/secret.h"
#include "crypto/openssl.h"

namespace openirsa::crypto {
namespace {

// OpenSSL's generator of the thread, seeded by the system's and seeded anew after a fork.
void fill(char* to, std::size_t count) {
  require(RAND_priv_bytes(reinterpret_cast<unsigned char*>(to), static_cast<int>(count)) == 1,
          "random bytes");
}

// What one call brings, a thread for itself: an exchange draws five times, and each call costs as much as
// sealing the session. Bytes are wiped as they are handed out, so that none is handed out twice or
// stays behind.
class Pool {
 public:
  ~Pool() { wipe(bytes_); }
  // REQUIRES: count <= size
  void take(char* to, std::size_t count) {
    if (count > bytes_.size() - used_) refill();
    std::memcpy(to, bytes_.data() + used_, count);
    ::explicit_bzero(bytes_.data() + used_, count);
    used_ += count;
  }
  static constexpr std::size_t size = 1024;

 private:
  void refill() {
    bytes_.resize(size);
    fill(bytes_.data(), size);
    used_ = 0;
  }
  std::string bytes_;
  std::size_t used_ = 0;
};

void draw(char* to, std::size_t count) {
  if (count > Pool::size / 4) return fill(to, count);
  thread_local Pool pool;
  pool.take(to, count);
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  draw(bytes.data(), count);
  return bytes;
}

std::string random_text(std::size_t length, std::string_view alphabet) {
  std::string text(length, '\0');
  if (std::has_single_bit(
          alphabet.size())) {  // every byte has its letter, and no letter has more than another
    draw(text.data(), length);
    const std::size_t mask = alphabet.size() - 1;
    for (char& c : text) c = alphabet[static_cast<std::uint8_t>(c) & mask];
    return text;
  }
  // Bytes at or above the last multiple of the alphabet's size are thrown away: a plain remainder would
  // favour the first letters.
  const std::size_t fair = 256 / alphabet.size() * alphabet.size();
  // A byte is read and then made into its letter in the same place; what is thrown away is drawn anew.
  for (std::size_t done = 0; done < length;) {
    const std::size_t from = done;
    draw(text.data() + from, length - from);
    for (std::size_t i = from; i < length; ++i) {
      const std::size_t value = static_cast<std::uint8_t>(text[i]);
      if (value < fair) text[done++] = alphabet[value % alphabet.size()];
    }
  }
  return text;
}

std::string random_uuid() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 16> bytes{};
  draw(bytes.data(), bytes.size());
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);  // RFC 9562 §5.4: version
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);  // and variant
  std::string text(36, '-');
  std::size_t at = 0;
  for (const char c : bytes) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    text[at++] = digits[static_cast<std::uint8_t>(c) >> 4];
    text[at++] = digits[static_cast<std::uint8_t>(c) & 15];
  }
  return text;
}

}  // namespace openirsa::crypto
