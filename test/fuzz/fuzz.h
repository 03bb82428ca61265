// What the fuzz targets share: how an input is taken apart, and how a broken promise ends the run.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace openirsa::fuzz {

// libFuzzer keeps the input for which the program ended.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  (void)std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(data), size};
}

// An input that has several parts, as lines: what seeds in text need no converter for.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::string_view next() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return line;
  }
  // The lines up to the next empty one.
  std::string_view paragraph() {
    const std::size_t end = rest_.find("\n\n");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
    return text;
  }
  std::string_view rest() const { return rest_; }
  bool ended() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace openirsa::fuzz
