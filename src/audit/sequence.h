// The order of decisions: microseconds since 1970, each later than every one before, also when the clock goes
// back or stands still. Times rather than counts, so that the order goes on after a restart and tells nobody
// how many decisions were made in between.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace openirsa::audit {

class Sequence {
 public:
  // No process gives a later number: its clock ends with the year 9999. What claims one is damage; to go on
  // from there would leave the order no numbers.
  static constexpr std::uint64_t last_possible = 253'402'300'800'000'000;

  static std::uint64_t at(Time time) {
    const auto milliseconds = time.time_since_epoch().count();
    return milliseconds <= 0 ? 0 : static_cast<std::uint64_t>(milliseconds) * 1000;
  }
  static Time time_of(std::uint64_t number) {
    return Time{std::chrono::milliseconds{static_cast<std::int64_t>(number / 1000)}};
  }

  std::uint64_t next(Time time) {
    std::uint64_t last = last_.load();
    std::uint64_t number = std::max(last + 1, at(time));
    while (!last_.compare_exchange_weak(last, number)) number = std::max(last + 1, at(time));
    return number;
  }
  // From now on later than `number`.
  void pass(std::uint64_t number) {
    std::uint64_t last = last_.load();
    while (last < number && !last_.compare_exchange_weak(last, number)) {
    }
  }
  std::uint64_t last() const { return last_.load(); }

 private:
  std::atomic<std::uint64_t> last_{0};
};

}  // namespace openirsa::audit
