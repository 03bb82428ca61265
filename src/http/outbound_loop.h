// The guarded fetcher's thread: tasks from other threads, a deadline to keep, and the transfers under way.
// A transfer runs on a thread of its own, because what libcurl and OpenSSL do with one call is the host's to
// prolong: a peer that never stops sending keeps them within it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "http/outbound_transfer.h"

namespace openirsa::http {

class OutboundLoop {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  using Task = std::function<void()>;
  using OnEnded = std::function<void(CURLcode code)>;
  using TransferPtr = std::shared_ptr<Transfer>;

  OutboundLoop();
  // Cuts what is still under way. REQUIRES: nobody is in another member.
  ~OutboundLoop();
  OutboundLoop(const OutboundLoop&) = delete;
  OutboundLoop& operator=(const OutboundLoop&) = delete;

  // From any thread: the task runs on the loop's, in order. Tasks that are left when the loop stops run in
  // run_tasks or never.
  void post(Task task);
  void stop();

  // On the loop's thread. `tick` is called each time round and says when it wants to be called next.
  void run(const std::function<std::optional<Instant>()>& tick);
  bool run_tasks();  // false when there was none
  // `ended` is called once, never from within this call, unless the transfer is cancelled.
  void begin(const TransferPtr& transfer, OnEnded ended);
  void cancel(const TransferPtr& transfer);

 private:
  struct UnderWay {
    TransferPtr transfer;
    OnEnded ended;  // empty once cancelled
    std::thread thread{};
  };
  void report_ended(const Transfer* transfer, CURLcode code);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Task> tasks_;
  bool stopped_ = false;
  std::map<const Transfer*, UnderWay> under_way_;  // the loop's thread's alone
};

}  // namespace openirsa::http
