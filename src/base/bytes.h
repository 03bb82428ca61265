// Bytes are std::string / std::string_view everywhere: what arrives from the network is text or opaque, and
// one type keeps every seam the same. Fixed-size digests and keys are std::array.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace openirsa {

template <std::size_t N>
std::string_view as_view(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

}  // namespace openirsa
