// One I/O thread: its io_context, its connections, and what they share (a receive buffer, the date, a coarse
// clock).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "http/asio.h"

namespace openirsa::http {

class Connection;

class Loop {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // `tick`: how exact timeouts are. A deadline never fires early and at most two ticks late.
  explicit Loop(std::chrono::milliseconds tick);
  ~Loop();

  void start();
  template <class Task>
  void post(Task&& task) {
    asio::post(context_, std::forward<Task>(task));
  }
  // Closes what is open and joins the thread. Idempotent.
  void stop();

  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  std::uint64_t bad_requests() const { return bad_requests_.load(std::memory_order_relaxed); }

  // On the loop's own thread only:
  asio::io_context& context() { return context_; }
  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);
  void drain();  // idle connections close now, the others after their answer
  void close_all();
  bool draining() const { return draining_; }
  Instant deadline_after(std::chrono::milliseconds timeout) const { return now_ + tick_ + timeout; }
  std::string_view date();
  void count_request() { bump(requests_); }
  void count_bad_request() { bump(bad_requests_); }
  std::vector<char>& receive_buffer() { return receive_buffer_; }
  std::string& plain_text() { return plain_text_; }

 private:
  void schedule_tick();
  void on_tick();
  // One writer: no locked instruction needed.
  static void bump(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  asio::io_context context_{1};  // the hint: one thread runs it
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  asio::steady_timer timer_;
  const std::chrono::milliseconds tick_;
  Instant now_;
  bool ticking_ = false;
  bool draining_ = false;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<char> receive_buffer_;
  std::string plain_text_;
  std::string date_;
  std::int64_t date_second_ = -1;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> bad_requests_{0};
  std::thread thread_;
};

}  // namespace openirsa::http
