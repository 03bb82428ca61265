#include "crypto/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

#include "base/secret.h"
#include "base/text.h"

namespace openirsa::crypto {
namespace {

void fill(char* to, std::size_t count) {
  while (count > 0) {
    const ssize_t got = getrandom(to, count, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    to += got;
    count -= static_cast<std::size_t>(got);
  }
}

// What one call to the system brings, a thread for itself: an exchange draws five times, and each call costs
// as much as sealing the session. Bytes are wiped as they are handed out, so that none is handed out twice or
// stays behind.
class Pool {
 public:
  ~Pool() { wipe(bytes_); }
  void take(std::string& to) {
    if (to.size() > bytes_.size() - used_) refill();
    std::memcpy(to.data(), bytes_.data() + used_, to.size());
    volatile char* at = bytes_.data() + used_;
    for (std::size_t i = 0; i < to.size(); ++i) at[i] = 0;
    used_ += to.size();
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

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (count > Pool::size / 4) {
    fill(bytes.data(), count);
    return bytes;
  }
  thread_local Pool pool;
  pool.take(bytes);
  return bytes;
}

std::string random_text(std::size_t length, std::string_view alphabet) {
  // Bytes at or above the last multiple of the alphabet's size are thrown away: a plain remainder would
  // favour the first letters.
  const std::size_t fair = 256 / alphabet.size() * alphabet.size();
  std::string text;
  text.reserve(length);
  while (text.size() < length) {
    for (const char c : random_bytes(length - text.size())) {
      const std::size_t value = static_cast<std::uint8_t>(c);
      if (value < fair) text.push_back(alphabet[value % alphabet.size()]);
    }
  }
  return text;
}

std::string random_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);  // RFC 9562 §5.4: version
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);  // and variant
  std::string text = to_hex(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace openirsa::crypto
