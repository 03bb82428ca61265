// The guarded fetcher's thread: libcurl's transfers, tasks from other threads, and a deadline to keep.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace openirsa::http {

class OutboundLoop {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  using Task = std::function<void()>;
  using OnEnded = std::function<void(CURLcode code)>;

  OutboundLoop();

  // From any thread: the task runs on the loop's, in order. Tasks that are left when the loop stops run in
  // run_tasks or never.
  void post(Task task);
  void stop();

  // On the loop's thread. `tick` is called each time round and says when it wants to be called next.
  void run(const std::function<std::optional<Instant>()>& tick);
  bool run_tasks();  // false when there was none
  // `ended` is called once unless the transfer is cancelled. REQUIRES: `transfer` lives until then.
  void begin(CURL* transfer, OnEnded ended);
  void cancel(CURL* transfer);

 private:
  struct Deleter {
    void operator()(CURLM* p) const { curl_multi_cleanup(p); }
  };
  void report_ended();

  std::unique_ptr<CURLM, Deleter> multi_;
  std::map<CURL*, OnEnded> transfers_;
  std::mutex mutex_;
  std::vector<Task> tasks_;
  bool stopped_ = false;
};

}  // namespace openirsa::http
