// Work that is done again and again beside the requests, on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace openirsa::server {

class Repeater {
 public:
  // For the first time after one interval. REQUIRES: the work does not throw.
  Repeater(std::chrono::milliseconds interval, std::function<void()> work);
  ~Repeater() { stop(); }
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;
  // Waits for work that has begun; none begins later. True the first time.
  bool stop();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace openirsa::server
