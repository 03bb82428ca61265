// A clock that tests set. Included by tests only.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace openirsa {

class TestClock final : public Clock {
 public:
  explicit TestClock(std::int64_t seconds) : milliseconds_(seconds * 1000) {}
  Time now() const override { return Time{std::chrono::milliseconds{milliseconds_.load()}}; }
  void set(std::int64_t seconds) { milliseconds_ = seconds * 1000; }
  void advance(std::int64_t seconds) { milliseconds_ += seconds * 1000; }
  void advance(std::chrono::milliseconds by) { milliseconds_ += by.count(); }

 private:
  std::atomic<std::int64_t> milliseconds_;
};

}  // namespace openirsa
