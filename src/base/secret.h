// Bytes that must not be shown: they cannot be printed, are wiped on destruction and compare in constant
// time.
#pragma once

#include <string>
#include <string_view>

namespace openirsa {

// Compares every byte whatever the outcome; only the lengths may show through timing.
bool equal_in_constant_time(std::string_view a, std::string_view b);

void wipe(std::string& bytes);

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::move(other.bytes_);
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  // The bytes themselves: named so that a use stands out in review.
  std::string_view expose() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  bool equals(std::string_view other) const { return equal_in_constant_time(bytes_, other); }

 private:
  std::string bytes_;
};

}  // namespace openirsa
