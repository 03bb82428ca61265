#include "http/outbound_loop.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace openirsa::http {
namespace {

// OpenSSL writes to a socket that the other side has closed as if it were a pipe: on these threads that must
// be an error and not the end of the process. (Without CURLOPT_NOSIGNAL libcurl would see to it by changing
// the handler of the whole process, which is no library's business beside other threads.) A thread inherits
// what its creator blocks, so the transfers' threads do.
void block_pipe_signal() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

OutboundLoop::OutboundLoop() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
}

OutboundLoop::~OutboundLoop() {
  for (const auto& [transfer, entry] : under_way_) entry.transfer->cut();
  for (auto& [transfer, entry] : under_way_) {
    if (entry.thread.joinable()) entry.thread.join();
  }
}

void OutboundLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void OutboundLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
}

void OutboundLoop::run(const std::function<std::optional<Instant>()>& tick) {
  block_pipe_signal();
  constexpr std::chrono::seconds longest_wait{60};
  const auto is_called = [this] { return stopped_ || !tasks_.empty(); };
  for (;;) {
    run_tasks();
    const auto next = tick();
    const auto longest = std::chrono::steady_clock::now() + longest_wait;
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, next ? std::min(*next, longest) : longest, is_called);
    if (stopped_) return;
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

void OutboundLoop::begin(const TransferPtr& transfer, OnEnded ended) {
  const Transfer* const key = transfer.get();
  auto& entry = under_way_[key] = UnderWay{transfer, std::move(ended)};
  try {
    entry.thread = std::thread([this, key, raw = transfer.get()] {
      const CURLcode code = raw->perform();
      post([this, key, code] { report_ended(key, code); });
    });
  } catch (const std::system_error&) {  // no thread to be had
    post([this, key] { report_ended(key, CURLE_FAILED_INIT); });
  }
}

void OutboundLoop::cancel(const TransferPtr& transfer) {
  const auto found = under_way_.find(transfer.get());
  if (found == under_way_.end()) return;
  found->second.ended = nullptr;
  transfer->cut();
}

void OutboundLoop::report_ended(const Transfer* transfer, CURLcode code) {
  auto entry = std::move(under_way_.extract(transfer).mapped());
  if (entry.thread.joinable()) entry.thread.join();  // its last act was to say so
  if (entry.ended) entry.ended(code);
}

}  // namespace openirsa::http
