#include "base/secret.h"

#include <cstring>

namespace openirsa {

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  }
  return difference == 0;
}

void wipe(std::string& bytes) {
  // Unlike memset it is not dropped by the compiler where the memory is about to be freed.
  ::explicit_bzero(bytes.data(), bytes.size());
  bytes.clear();
}

}  // namespace openirsa
