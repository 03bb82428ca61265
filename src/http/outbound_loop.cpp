#include "http/outbound_loop.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <stdexcept>

namespace openirsa::http {
namespace {

// OpenSSL writes to a socket that the other side has closed as if it were a pipe: on this thread that must be
// an error and not the end of the process. (Without CURLOPT_NOSIGNAL libcurl would see to it by changing the
// handler of the whole process, which is no library's business beside other threads.)
void block_pipe_signal() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

OutboundLoop::OutboundLoop() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_.reset(ready == CURLE_OK ? curl_multi_init() : nullptr);
  if (!multi_) throw std::runtime_error("libcurl cannot be initialised");
}

void OutboundLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  curl_multi_wakeup(multi_.get());
}

void OutboundLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  curl_multi_wakeup(multi_.get());
}

void OutboundLoop::run(const std::function<std::optional<Instant>()>& tick) {
  block_pipe_signal();
  constexpr std::chrono::milliseconds longest_wait{60'000};
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return;
    }
    run_tasks();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    report_ended();
    const auto next = tick();
    auto wait = longest_wait;
    if (next) {
      wait = std::chrono::ceil<std::chrono::milliseconds>(*next - std::chrono::steady_clock::now());
    }
    const auto bounded = std::clamp(wait, std::chrono::milliseconds{0}, longest_wait);
    // A wakeup that came before is not lost: it ends this wait at once.
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(bounded.count()), nullptr);
  }
}

bool OutboundLoop::run_tasks() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
  return !tasks.empty();
}

void OutboundLoop::begin(CURL* transfer, OnEnded ended) {
  transfers_.emplace(transfer, std::move(ended));
  curl_multi_add_handle(multi_.get(), transfer);
}

void OutboundLoop::cancel(CURL* transfer) {
  if (transfers_.erase(transfer) > 0) curl_multi_remove_handle(multi_.get(), transfer);
}

void OutboundLoop::report_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const transfer = message->easy_handle;
    const CURLcode code = message->data.result;  // the message goes with the handle
    auto ended = transfers_.extract(transfer);
    curl_multi_remove_handle(multi_.get(), transfer);
    if (!ended.empty()) ended.mapped()(code);
  }
}

}  // namespace openirsa::http
