// Public test vectors lie beside the repository and are not part of it. Included by tests only.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#ifndef OPENIRSA_SOURCE_DIR  // given to tests by cmake/rooms.cmake
#define OPENIRSA_SOURCE_DIR "."
#endif

namespace openirsa {

inline std::filesystem::path vectors_directory() {
  const char* named = std::getenv("OPENIRSA_VECTORS");  // NOLINT(concurrency-mt-unsafe)
  return named != nullptr ? std::filesystem::path{named}
                          : std::filesystem::path{OPENIRSA_SOURCE_DIR "/../shared/vectors"};
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace openirsa

// NOLINTNEXTLINE: GTEST_SKIP returns from the test, so this cannot be a function.
#define OPENIRSA_NEED_VECTORS(folder)                                     \
  if (!std::filesystem::exists(openirsa::vectors_directory() / (folder))) \
  GTEST_SKIP() << "no test vectors in " << openirsa::vectors_directory() / (folder)
