// The one clock seam. Rooms from base to policy never read a clock: they take `now`.
#pragma once

#include <chrono>

namespace openirsa {

// UTC, to the millisecond. Tokens, signatures and sessions count whole seconds: see seconds_of.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

inline std::int64_t seconds_of(Time t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
inline Time time_of_seconds(std::int64_t seconds) { return Time{std::chrono::seconds{seconds}}; }

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;  // thread-safe
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace openirsa
