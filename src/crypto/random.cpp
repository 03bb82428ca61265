#include "crypto/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

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

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  fill(bytes.data(), count);
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
